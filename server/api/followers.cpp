#include "server/api/followers.hpp"

#include <algorithm>
#include <vector>

#include "base/assert.hpp"
#include "server/api/claim_responses.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {
namespace {

/// How soon a place in a line is told anew, and a client that has left is noticed.
constexpr Duration kLookEvery = std::chrono::seconds(1);

constexpr std::string_view kComment = ":\n\n";
constexpr std::string_view kRetry = "retry: 1000\n\n";  // milliseconds until a client comes again

}  // namespace

void Followers::follow(Exchange& exchange, Form form, const StatusQuestion& question,
                       const ClaimStatus& now, Duration wait) {
  FAIRRUSH_ASSERT(has_room() && !now.is_final());
  const SteadyTime begin = parts_.clock.steady_now();
  const FollowerId id = ++last_id_;
  Follower& follower =
      followers_
          .emplace(id, Follower{.exchange = exchange,
                                .form = form,
                                .question = question,
                                .last = now,
                                .coming = {},
                                .end = begin + (form == Form::stream ? limits_.stream_max : wait),
                                .comment_due = begin + limits_.comment_every,
                                .due = {}})
          .first->second;
  schedule(id, follower, begin);
  if (form == Form::stream) {
    exchange.response.content_type = kEventStream;
    exchange.send(kRetry);
    say(follower, status_event(question.request, now));
  }
  ask(id);
}

Followers::Follower* Followers::find(FollowerId id) {
  const auto found = followers_.find(id);
  return found == followers_.end() ? nullptr : &found->second;
}

/// Asks to hear of it once the claim stands otherwise.
void Followers::ask(FollowerId id) {
  Follower& follower = *find(id);
  follower.question.seen = follower.last.kind;
  const StatusQuestion question = follower.question;
  parts_.service.status(question, [this, id](const std::expected<ClaimStatus, ErrorCode>& status) {
    heard(id, status);
  });
}

void Followers::heard(FollowerId id, const std::expected<ClaimStatus, ErrorCode>& status) {
  Follower* const follower = find(id);
  if (follower == nullptr) return;  // it has left, or its time was up
  if (!status) return fail(id, status.error());
  follower->coming = *status;
  if (!parts_.waits_for_ledger) return tell(id, true);
  parts_.queue.when_durable(status->durable, [this, id](bool durable) { tell(id, durable); });
}

void Followers::tell(FollowerId id, bool durable) {
  Follower* const follower = find(id);
  if (follower == nullptr) return;
  if (!durable) return fail(id, ErrorCode::ledger_unavailable);
  follower->last = follower->coming;
  if (follower->form == Form::stream) {
    say(*follower, status_event(follower->question.request, follower->last));
  }
  if (!follower->last.is_final()) return ask(id);
  answer(*follower);
  leave(id);
}

/// A place in a line changes without the claim standing otherwise.
void Followers::ask_for_place(FollowerId id) {
  StatusQuestion question = find(id)->question;
  question.seen.reset();
  parts_.service.status(question, [this, id](const std::expected<ClaimStatus, ErrorCode>& status) {
    Follower* const follower = find(id);
    const bool moved = follower != nullptr && status && status->kind == follower->last.kind &&
                       status->place != follower->last.place;
    if (!moved) return;
    follower->last.place = status->place;
    say(*follower, status_event(follower->question.request, follower->last));
  });
}

void Followers::tick() {
  const SteadyTime now = parts_.clock.steady_now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const FollowerId id = due_.begin()->second;
    due_.erase(due_.begin());
    look_after(id, now);
  }
}

void Followers::look_after(FollowerId id, SteadyTime now) {
  Follower& follower = *find(id);
  const bool gone = follower.exchange.gone();
  if (gone || now >= follower.end) {
    if (!gone) answer(follower);
    if (gone) follower.exchange.complete();
    return leave(id);
  }
  if (follower.form == Form::stream && now >= follower.comment_due) say(follower, kComment);
  schedule(id, follower, now);
  if (follower.form == Form::stream && follower.last.kind == ClaimStatus::Kind::waiting) {
    ask_for_place(id);
  }
}

void Followers::schedule(FollowerId id, Follower& follower, SteadyTime now) {
  follower.due = std::min(follower.end, now + kLookEvery);
  due_.emplace(follower.due, id);
}

void Followers::say(Follower& follower, std::string_view piece) {
  follower.exchange.send(piece);
  follower.comment_due = parts_.clock.steady_now() + limits_.comment_every;
}

/// Ends the request with what is known.
void Followers::answer(Follower& follower) {
  Exchange& exchange = follower.exchange;
  if (follower.form == Form::claim) {
    set_claim_response(exchange.response, follower.question.request, follower.last);
  } else if (follower.form == Form::status) {
    set_status_response(exchange.response, follower.question.request, follower.last);
  }
  exchange.complete();
}

/// An outcome will not come in this process's life.
void Followers::fail(FollowerId id, ErrorCode why) {
  Follower& follower = *find(id);
  if (follower.form == Form::stream) {
    follower.exchange.send(error_event(why));
  } else {
    set_problem(follower.exchange.response, why);
  }
  follower.exchange.complete();
  leave(id);
}

void Followers::leave(FollowerId id) {
  const auto found = followers_.find(id);
  due_.erase({found->second.due, id});
  followers_.erase(found);
}

void Followers::end_all() {
  ended_ = true;
  std::vector<FollowerId> ids;
  for (const auto& [id, follower] : followers_) ids.push_back(id);
  for (const FollowerId id : ids) {
    answer(*find(id));
    leave(id);
  }
}

}  // namespace fairrush::server
