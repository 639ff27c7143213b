// Claims whose answer is that the outcome comes later.
#include <algorithm>
#include <string>
#include <utility>

#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

bool is_known(const Ending& ending) {
  return ending.outcome == Outcome::win || ending.outcome == Outcome::loss ||
         ending.outcome == Outcome::refusal;
}

/// Why nothing is known of a claim whose last question ended so.
Reason reason_without_outcome(const Ending& question) {
  if (question.pending) return Reason::still_pending;
  return question.outcome == Outcome::indeterminate ? question.reason : Reason::timeout;
}

}  // namespace

/// An attempt has ended, or one of the questions for a claim's outcome.
void Worker::hear(const Click& click, const Ending& ending) {
  if (click.pending != 0) return hear_outcome(click, ending);
  if (ending.pending) return wait_for_outcome(click, ending);
  record(click, ending);
  react(click, ending);
}

void Worker::wait_for_outcome(const Click& click, const Ending& told) {
  last_answer_ns_ = std::max(last_answer_ns_, told.answered_ns);
  const Click question =
      wire_.pending.begin({.click = click,
                           .id = std::string(told.receipt),
                           .deadline_ns = told.first_byte_out_ns + spec_.attempt_timeout.count(),
                           .first_byte_out_ns = told.first_byte_out_ns,
                           .waited_ns = told.waited_ns,
                           .connecting_ns = told.connecting_ns,
                           .connection = told.connection},
                          told.answered_ns + click.delay_ns());
  if (!stopping_ && !stopped_ns_) return clicks_.add(question);
  conclude_claim(
      question,
      {.outcome = Outcome::indeterminate, .reason = Reason::stopped_in_flight, .receipt = {}});
}

void Worker::hear_outcome(const Click& question, const Ending& ending) {
  last_answer_ns_ = std::max(last_answer_ns_, ending.answered_ns);
  const bool in_time = ending.answered_ns <= wire_.pending.of(question).deadline_ns;
  if (is_known(ending) && in_time) return conclude_claim(question, ending);
  const bool stopped = stopping_ || stopped_ns_;
  if (!stopped) {
    const std::int64_t seen_ns = ended_ns(question, ending) + question.delay_ns();
    if (const auto again = wire_.pending.ask_again(question, seen_ns)) return clicks_.add(*again);
  }
  conclude_claim(question,
                 {.outcome = Outcome::indeterminate,
                  .reason = stopped ? Reason::stopped_in_flight : reason_without_outcome(ending),
                  .receipt = {}});
}

/// The claim has ended as `outcome` says, and was sent when it was.
void Worker::conclude_claim(const Click& question, const Ending& outcome) {
  const PendingClaims::Claim claim = wire_.pending.take(question);
  Ending whole = outcome;
  whole.pending = false;
  whole.first_byte_out_ns = claim.first_byte_out_ns;
  whole.waited_ns = claim.waited_ns;
  whole.connecting_ns = claim.connecting_ns;
  whole.connection = claim.connection;
  record(claim.click, whole);
  react(claim.click, whole);
}

}  // namespace fairrush::loadgen
