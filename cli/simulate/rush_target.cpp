#include "cli/simulate/rush_target.hpp"

#include <algorithm>

#include "analysis/invariants/run_index.hpp"
#include "base/assert.hpp"
#include "base/random/counter_random.hpp"
#include "server/designs/by_chance/no_show.hpp"
#include "server/designs/designs.hpp"
#include "server/faults/faults.hpp"

namespace fairrush::cli {
namespace {

using analysis::Outcome;
using analysis::Reason;
using loadgen::VirtualAnswer;
using loadgen::VirtualRequest;

constexpr std::uint32_t kProofs = 3;

VirtualAnswer refused(Reason why, std::uint32_t receipt = 0) {
  return {.outcome = Outcome::refusal, .reason = why, .receipt = receipt};
}

VirtualAnswer accepted(std::uint32_t receipt) {
  return {.outcome = Outcome::accepted, .reason = Reason::none, .receipt = receipt};
}

/// 32 bytes of the round's own; not for real secrets.
Bytes secret_of(std::uint64_t seed, std::uint64_t which) {
  const CounterRandom random(seed, Stream::simulated_secrets);
  Bytes bytes;
  for (std::uint64_t word = 0; word < 4; ++word) {
    const auto part = big_endian(random.bits(which, word));
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

WallTime wall(std::int64_t run_ns) {
  return WallTime(Duration(run_ns));
}

}  // namespace

std::vector<std::string> design_names() {
  std::vector<std::string> names;
  for (const server::DesignRow& row : server::designs()) names.emplace_back(row.name);
  return names;
}

std::vector<std::string> fault_names() {
  std::vector<std::string> names;
  for (const server::FaultRow& row : server::faults()) {
    // Those that an invariant has to see are the service's, not the design's.
    if (row.make != nullptr && !row.killed_by.starts_with('I')) names.emplace_back(row.name);
  }
  return names;
}

bool fault_fits(const std::string& fault, const std::string& design) {
  return server::fits(*server::find_fault(fault), design);
}

RushRules rules_of(const loadgen::Scenario& scenario, const std::string& event,
                   const SimulatedService& service) {
  const analysis::QuotaRule& quota = scenario.coupons;
  RushRules rules{.spec = {.name = event,
                           .design = service.design,
                           .quota = quota.share ? server::QuotaRule::of_share(*quota.share)
                                                : server::QuotaRule::of_count(
                                                      static_cast<std::uint32_t>(*quota.count)),
                           .windows = {}},
                  .cohorts = {}};
  server::Pacing& pacing = rules.spec.pacing;
  pacing.batch = service.batch.value_or(pacing.batch);
  pacing.waiting = service.waiting_room.value_or(pacing.waiting);
  for (const loadgen::Cohort& cohort : scenario.cohorts) rules.cohorts.push_back(cohort.name);
  using server::EventSecrets;
  using server::EventSpec;
  if (service.no_show == NoShow::second_draw) {
    rules.make_design = [](const EventSpec& spec, const EventSecrets& secrets) {
      return std::make_unique<server::SecondDraw>(spec, secrets);
    };
  } else if (service.no_show == NoShow::release) {
    rules.make_design = [after = service.release_after.value()](const EventSpec& spec,
                                                                const EventSecrets& secrets) {
      return std::make_unique<server::ReleasedDraw>(spec, secrets, after);
    };
  }
  if (service.fault) {
    rules.make_design = [fault = server::find_fault(*service.fault)](const EventSpec& spec,
                                                                     const EventSecrets& secrets) {
      return server::make_design_under(fault, spec, secrets);
    };
  }
  rules.publishes_draw = service.no_show == NoShow::hold && !service.fault;
  return rules;
}

void RushTarget::open(const loadgen::VirtualRound& round) {
  round_ = round;
  secrets_ = {.salt = secret_of(round.seed, 0),
              .draw = secret_of(round.seed, 1),
              .coupon_key = secret_of(round.seed, 2)};
  rules_.spec.windows = {.reserve_open = wall(round.reservation.open_ns),
                         .reserve_close = wall(round.reservation.close_ns),
                         .claim_open = wall(round.rush.open_ns),
                         .claim_close = wall(round.rush.close_ns)};
  rush_.reset();
  if (rules_.make_design) {
    rush_.emplace(secrets_.salt, rules_.make_design(rules_.spec, secrets_));
  } else {
    rush_.emplace(rules_.spec, secrets_);
  }
  rush_->expect_dense(round.users);
  mint_.emplace(secrets_.coupon_key);
  const server::DrawingDesign* const drawing = rush_->design().drawing();
  const bool sold_out = rush_->design().loss() == server::ErrorCode::sold_out;
  loss_ = {.outcome = Outcome::loss, .reason = sold_out ? Reason::sold_out : Reason::not_drawn};
  commitment_.reset();
  if (drawing != nullptr) commitment_ = drawing->commitment();
  closed_ = false;
  reservation_keys_.clear();
  verdict_keys_.clear();
  wins_.clear();
  spent_.clear();
}

VirtualAnswer RushTarget::reserve(const VirtualRequest& request) {
  using Kind = server::ReservationGrant::Kind;
  const bool open = !closed_ && request.now_ns >= round_.reservation.open_ns &&
                    request.now_ns < round_.reservation.close_ns;
  if (!open) {
    const auto held = rush_->roster().ticket_of(request.user);
    if (!held) return refused(Reason::outside_window);
    const bool repeated = reservation_keys_[held->value() - 1] == request.key;
    return repeated ? accepted(held->value())
                    : refused(Reason::duplicate_reservation, held->value());
  }
  const server::ReservationGrant grant =
      rush_->reserve(request.user, rules_.cohorts.at(request.cohort));
  if (grant.kind == Kind::roster_full) return refused(Reason::other_refusal);
  const std::uint32_t ticket = grant.ticket.value();
  if (grant.kind == Kind::granted) {
    reservation_keys_.push_back(request.key);
    verdict_keys_.push_back(0);
    return accepted(ticket);
  }
  return reservation_keys_[ticket - 1] == request.key
             ? accepted(ticket)
             : refused(Reason::duplicate_reservation, ticket);
}

/// Whoever has been judged hears the verdict again whenever they ask; the window is for the others.
VirtualAnswer RushTarget::claim(const VirtualRequest& request) {
  if (!closed_ && request.now_ns >= round_.reservation.close_ns) close_reservations();
  if (request.now_ns >= round_.rush.open_ns && request.now_ns < round_.rush.close_ns) {
    return told(rush_->claim(request.user, since_open(request.now_ns)), request);
  }
  using Kind = server::ClaimVerdict::Kind;
  const server::ClaimVerdict known = rush_->verdict_of(request.user);
  const bool judged = known.kind == Kind::won_before || known.kind == Kind::lost;
  return judged ? told(known, request) : refused(Reason::outside_window);
}

VirtualAnswer RushTarget::told(const server::ClaimVerdict& verdict, const VirtualRequest& request) {
  using Kind = server::ClaimVerdict::Kind;
  switch (verdict.kind) {
    case Kind::lost:
      return loss_;
    case Kind::won:
      verdict_keys_[verdict.ticket.value() - 1] = request.key;
      wins_.push_back({request.user, verdict.serial});
      break;
    case Kind::won_before:
      if (verdict_keys_[verdict.ticket.value() - 1] == request.key) break;
      return refused(Reason::already_claimed, verdict.serial);
    case Kind::not_reserved:
      return refused(Reason::not_reserved);
    case Kind::pending:
      return {.outcome = {}, .reason = {}, .pending = true, .receipt = 0};
    case Kind::refused:
      return refused(Reason::other_refusal);
  }
  return {.outcome = Outcome::win, .reason = Reason::none, .receipt = verdict.serial};
}

VirtualAnswer RushTarget::status(const VirtualRequest& request) {
  const server::ClaimVerdict known = rush_->verdict_of(request.user);
  return accepted(known.kind == server::ClaimVerdict::Kind::won_before ? known.serial : 0);
}

/// The simulator's users spend no coupon but their own, on orders large enough, while it is valid.
VirtualAnswer RushTarget::redeem(const VirtualRequest& request, std::uint32_t coupon) {
  const auto [spent, first] = spent_.try_emplace(coupon, request.key);
  if (first || spent->second == request.key) return accepted(coupon);
  return refused(Reason::already_used, coupon);
}

std::int64_t RushTarget::next_decision_ns() const {
  const auto next = rush_->next_decision();
  return next ? round_.rush.open_ns + next->count() : analysis::kNever;
}

std::span<const UserIndex> RushTarget::advance(std::int64_t now_ns) {
  decided_.clear();
  for (const TicketNumber ticket : rush_->advance(since_open(now_ns))) {
    decided_.push_back(rush_->roster().user_of(ticket));
  }
  return decided_;
}

void RushTarget::close_reservations() {
  closed_ = true;
  rush_->close_reservations();
  server::DrawingDesign* const drawing = rush_->design().drawing();
  if (drawing == nullptr) return;
  if (round_.in_full) {
    drawing->adopt(drawing->draw_job(rush_->roster().tokens())());
  } else {
    rush_->draw_unpublished();
  }
}

std::string_view RushTarget::receipt_text(analysis::Op op, std::uint32_t receipt) {
  FAIRRUSH_ASSERT(round_.in_full);
  if (op == analysis::Op::reserve) {
    text_ = to_hex(rush_->roster().token(TicketNumber(receipt)));
  } else {
    text_ = mint_->code(receipt).view();
  }
  return text_;
}

analysis::PublishedDraw RushTarget::published_draw() const {
  const server::DrawOutcome& outcome = *rush_->design().drawing()->outcome();
  analysis::PublishedDraw draw{.event = rules_.spec.name,
                               .commitment = *commitment_,
                               .secret = secrets_.draw,
                               .beacon = {},
                               .root = outcome.root,
                               .roster_size = outcome.roster,
                               .quota = outcome.quota,
                               .winners = outcome.winners,
                               .roster = {},
                               .proofs = {}};
  for (const server::Token& token : rush_->roster().tokens()) draw.roster.push_back(to_hex(token));
  const std::uint32_t proofs = std::min(outcome.roster, kProofs);
  for (std::uint32_t sample = 0; sample < proofs; ++sample) {
    const auto place = static_cast<std::uint32_t>(std::uint64_t{sample} * outcome.roster / proofs);
    draw.proofs.push_back({.ticket = TicketNumber(place + 1),
                           .token = draw.roster[place],
                           .path = outcome.tree.proof(place)});
  }
  return draw;
}

loadgen::VirtualClosing RushTarget::close() {
  if (!closed_) close_reservations();
  const server::Design& design = rush_->design();
  loadgen::VirtualClosing closing{.roster = rush_->roster().size(),
                                  .coupons = design.quota(),
                                  .stock = {.issued = wins_.size(),
                                            .remaining = design.remaining(),
                                            .released = design.released(),
                                            .outbox_pending = {}},
                                  .records = {}};
  if (!round_.in_full) return closing;
  analysis::Ledger& ledger = closing.records.ledger.emplace();
  ledger.reserve(wins_.size());
  for (const Win& win : wins_) {
    ledger.push_back({win.user, std::string(mint_->code(win.serial).view()), round_.number});
  }
  if (design.drawing() != nullptr && rules_.publishes_draw) closing.records.draw = published_draw();
  return closing;
}

}  // namespace fairrush::cli
