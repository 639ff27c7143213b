#include "loadgen/simulation/round_simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <unordered_map>

#include "analysis/invariants/check.hpp"
#include "base/assert.hpp"
#include "loadgen/persona.hpp"
#include "loadgen/simulation/event_queue.hpp"
#include "loadgen/simulation/service_times.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

/// What comes after the close of a rush (latecomers, slow networks, repeats) ends within this,
/// unless the service has fallen behind.
constexpr Duration kTail = std::chrono::seconds(30);

/// A click to come, or the moment at which the user of a claim that waits gives up.
struct Later : Arrival {
  std::uint32_t coupon = 0;  ///< what a redemption spends
  bool gives_up = false;     ///< the arrival was held and is at its time-out
};

/// Taken up by a worker, not decided yet.
struct Held {
  Arrival arrival;
  std::int64_t done_ns = 0;
  bool given_up = false;
};

std::int64_t start_of(const Scenario& scenario, std::uint32_t round) {
  return RoundSimulator::round_length(scenario).count() * round;
}

}  // namespace

std::string ServiceModel::text() const {
  return fmt::format("{} worker{} × {}, {}", workers, workers == 1 ? "" : "s", service.text(),
                     jitter.is_zero() ? "no jitter" : "jitter " + jitter.text());
}

/// One round under way.
class RoundSimulator::Play {
 public:
  Play(RoundSimulator& simulator, std::uint32_t round, Recording recording);

  SimulatedRound run();

 private:
  void take_later();
  void step(const Arrival& arrival, std::uint32_t coupon);
  VirtualAnswer ask(const Arrival& arrival, std::uint32_t coupon);
  void hold(const Arrival& arrival, std::int64_t done_ns);
  void lose(const Arrival& arrival, std::uint32_t coupon);
  void give_up(const Arrival& moment);
  void decide_until(std::int64_t now_ns);
  void end(const Arrival& arrival, std::int64_t done_ns, const VirtualAnswer& answer,
           std::uint32_t coupon);
  void conclude(const Arrival& arrival, const AttemptEnd& end, std::uint32_t receipt);
  void react(const Arrival& arrival, const AttemptEnd& end, std::uint32_t receipt);
  void click_again(const Arrival& next, std::int64_t intended_ns, std::uint32_t coupon);
  void record(const Arrival& arrival, const AttemptEnd& end, std::uint32_t receipt);
  void celebrate(const Arrival& won, std::int64_t seen_ns, std::uint32_t coupon);
  Fate fate_of(const Arrival& arrival) const {
    return plan_.fate_of(UserIndex(arrival.user), arrival.op, arrival.try_number);
  }
  std::int64_t delay_ns(const Arrival& arrival) const {
    return of_.participants_.delay_ns(arrival.user);
  }

  RoundSimulator& of_;
  Recording recording_;
  Plan plan_;
  Jitter jitter_;
  ServiceTimes service_times_;
  ServiceQueue queue_;
  EventQueue<Later> later_;
  std::unordered_map<UserIndex, std::vector<Held>> held_;
  std::vector<bool> celebrated_;
  bool resolve_by_status_;
  SimulatedRound result_;
};

RoundSimulator::Play::Play(RoundSimulator& simulator, std::uint32_t round, Recording recording)
    : of_(simulator),
      recording_(recording),
      plan_(simulator.scenario_, round, start_of(simulator.scenario_, round)),
      jitter_(simulator.model_.jitter, round_seed(simulator.scenario_, round)),
      service_times_(simulator.model_.service, round_seed(simulator.scenario_, round)),
      queue_(simulator.model_.workers),
      celebrated_(simulator.crowd_.size()),
      resolve_by_status_(simulator.scenario_.winners.read_status.of_one > 0) {
  result_.number = round;
}

SimulatedRound RoundSimulator::Play::run() {
  const bool full = recording_ == Recording::full;
  of_.target_.open({.number = plan_.round(),
                    .seed = round_seed(of_.scenario_, plan_.round()),
                    .reservation = plan_.reservation(),
                    .rush = plan_.rush(),
                    .users = of_.crowd_.size(),
                    .in_full = full});
  of_.participants_.open(plan_.rush());
  PlannedArrivals& planned = of_.arrivals_;
  planned.open(plan_, jitter_);
  while (planned.peek() != nullptr || !later_.empty()) {
    const Arrival* const next = planned.peek();
    if (next == nullptr || later_.next_ns() < next->at_ns) {
      take_later();
    } else {
      planned.each_soon([this](UserIndex later, UserIndex soon) {
        of_.participants_.expect(later.value());
        of_.target_.expect(later, soon);
      });
      step(*next, 0);
      planned.pop();
    }
    // What is still undecided may make its users click again.
    if (planned.peek() == nullptr && later_.empty()) decide_until(analysis::kNever - 1);
  }
  VirtualClosing closing = of_.target_.close();
  result_.facts = {.reservation = plan_.reservation(),
                   .rush = plan_.rush(),
                   .planned = of_.arrivals_.planned(),
                   .announced_roster = closing.roster,
                   .announced_coupons = closing.coupons,
                   .stock = closing.stock,
                   .ledger_missing = {},
                   .draw_missing = {},
                   .unrecorded = {}};
  if (!full) {
    result_.facts.unrecorded = "this round was simulated without records";
    result_.facts.ledger_missing = result_.facts.unrecorded;
  }
  result_.participants = of_.participants_.close(result_.facts.planned, closing.roster);
  result_.records = std::move(closing.records);
  return std::move(result_);
}

void RoundSimulator::Play::take_later() {
  const Later moment = later_.take([this](std::span<const Later> soon) {
    for (const Later& one : soon) of_.participants_.expect(one.user);
    for (const Later& one : soon) of_.target_.expect(UserIndex(one.user), UserIndex(one.user));
  });
  if (moment.gives_up) {
    give_up(moment);
  } else {
    step(moment, moment.coupon);
  }
}

VirtualAnswer RoundSimulator::Play::ask(const Arrival& arrival, std::uint32_t coupon) {
  const VirtualRequest request{UserIndex(arrival.user), arrival.cohort, arrival.at_ns, arrival.key};
  switch (arrival.op) {
    case Op::reserve:
      return of_.target_.reserve(request);
    case Op::claim:
      return of_.target_.claim(request);
    case Op::status:
      return of_.target_.status(request);
    case Op::redeem:
      break;
  }
  return of_.target_.redeem(request, coupon);
}

void RoundSimulator::Play::step(const Arrival& arrival, std::uint32_t coupon) {
  if (fate_of(arrival) == Fate::request_lost) return lose(arrival, coupon);
  if (arrival.op != Op::reserve) decide_until(arrival.at_ns);
  const std::int64_t done_ns = queue_.serve(arrival.at_ns, service_times_.next());
  ++result_.attempts;
  const VirtualAnswer answer = ask(arrival, coupon);
  if (answer.pending) {
    hold(arrival, done_ns);
  } else {
    end(arrival, done_ns, answer, coupon);
  }
}

/// The user's network loses the request: the user waits for an answer to what never left.
void RoundSimulator::Play::lose(const Arrival& arrival, std::uint32_t coupon) {
  ++result_.attempts;
  conclude(arrival,
           {.user = arrival.user,
            .op = arrival.op,
            .sent_ns = arrival.at_ns - jitter_.out_ns(arrival),
            .outcome = Outcome::failed,
            .reason = Reason::request_lost},
           arrival.op == Op::redeem ? coupon : 0);
}

void RoundSimulator::Play::hold(const Arrival& arrival, std::int64_t done_ns) {
  held_[UserIndex(arrival.user)].push_back({arrival, done_ns});
  Later moment{arrival, 0, true};
  moment.at_ns = arrival.at_ns - jitter_.out_ns(arrival) + of_.scenario_.attempt_timeout.count();
  later_.add(moment);
}

/// A user who has waited for the time-out goes on without an answer; what the service decides later
/// stands all the same.
void RoundSimulator::Play::give_up(const Arrival& moment) {
  decide_until(moment.at_ns);
  const auto waiting = held_.find(UserIndex(moment.user));
  if (waiting == held_.end()) return;
  const auto held = std::ranges::find_if(waiting->second, [&moment](const Held& claim) {
    return claim.arrival.try_number == moment.try_number;
  });
  if (held == waiting->second.end()) return;
  held->given_up = true;
  const Arrival arrival = held->arrival;
  end(arrival, moment.at_ns + 1,
      {.outcome = Outcome::indeterminate,
       .reason = Reason::timeout,
       .pending = false,
       .receipt = 0},
      0);
}

/// Lets the service decide on what waits, as often as it wants to until `now_ns`.
void RoundSimulator::Play::decide_until(std::int64_t now_ns) {
  for (std::int64_t decision_ns = of_.target_.next_decision_ns(); decision_ns <= now_ns;
       decision_ns = of_.target_.next_decision_ns()) {
    for (const UserIndex user : of_.target_.advance(decision_ns)) {
      const auto waiting = held_.extract(user);
      if (waiting.empty()) continue;
      for (const Held& held : waiting.mapped()) {
        const VirtualAnswer answer = ask(held.arrival, 0);
        FAIRRUSH_ASSERT(!answer.pending);
        if (held.given_up) {
          if (answer.outcome == Outcome::win) of_.participants_.note_unheard_win(user);
          continue;
        }
        end(held.arrival, std::max(held.done_ns, decision_ns), answer, 0);
      }
    }
  }
}

void RoundSimulator::Play::end(const Arrival& arrival, std::int64_t done_ns,
                               const VirtualAnswer& answer, std::uint32_t coupon) {
  AttemptEnd end{.user = arrival.user,
                 .op = arrival.op,
                 .sent_ns = arrival.at_ns - jitter_.out_ns(arrival),
                 .answered_ns = done_ns + jitter_.back_ns(arrival),
                 .outcome = answer.outcome,
                 .reason = answer.reason,
                 .won = answer.outcome == Outcome::win};
  std::uint32_t receipt = arrival.op == Op::redeem ? coupon : answer.receipt;
  const bool late = end.answered_ns - end.sent_ns > of_.scenario_.attempt_timeout.count();
  if (late || fate_of(arrival) == Fate::answer_lost) {
    end.answered_ns = 0;
    end.outcome = Outcome::indeterminate;
    end.reason = late ? Reason::timeout : Reason::answer_lost;
    if (arrival.op != Op::redeem) receipt = 0;
  }
  conclude(arrival, end, receipt);
}

void RoundSimulator::Play::conclude(const Arrival& arrival, const AttemptEnd& end,
                                    std::uint32_t receipt) {
  of_.participants_.note(end);
  if (recording_ == Recording::full) record(arrival, end, receipt);
  if (arrival.op == Op::claim) react(arrival, end, receipt);
}

/// Lets the user go on as the instrument's users do.
void RoundSimulator::Play::react(const Arrival& arrival, const AttemptEnd& end,
                                 std::uint32_t receipt) {
  const UserIndex user(arrival.user);
  const std::int64_t timeout_ns = end.sent_ns + of_.scenario_.attempt_timeout.count();
  const std::int64_t seen_ns =
      (end.answered_ns != 0 ? end.answered_ns : timeout_ns) + delay_ns(arrival);
  const PlannedAttempt done{.intended_ns = 0,
                            .user = user,
                            .op = arrival.op,
                            .try_number = arrival.try_number,
                            .idempotency = 0};
  if (const auto again = follow_up(arrival.persona, done)) {
    Arrival next = arrival;
    ++next.try_number;
    FAIRRUSH_ASSERT(next.try_number != 0);  // it has four bits
    if (!again->same_idempotency_key) next.key = next.try_number;
    click_again(next, seen_ns + again->delay.count(), 0);
  }
  if (end.outcome == Outcome::win) celebrate(arrival, seen_ns, receipt);
  if (end.outcome == Outcome::indeterminate && resolve_by_status_) {
    // Once the rush is over, whatever the claim led to has happened.
    const std::int64_t settled_ns = plan_.rush().close_ns + kSettled.count();
    Arrival look = arrival;
    look.op = Op::status;
    look.try_number = look.key = 1;
    click_again(look, std::max(seen_ns, settled_ns), 0);
  }
}

/// The first win of a user, and what the user does with it.
void RoundSimulator::Play::celebrate(const Arrival& won, std::int64_t seen_ns,
                                     std::uint32_t coupon) {
  if (celebrated_[won.user]) return;
  celebrated_[won.user] = true;
  for (const WinnerClick& click : winner_clicks(plan_.population(), UserIndex(won.user))) {
    Arrival next = won;
    next.op = click.op;
    next.try_number = next.key = click.try_number;
    click_again(next, seen_ns + click.delay.count(), coupon);
  }
}

void RoundSimulator::Play::click_again(const Arrival& next, std::int64_t intended_ns,
                                       std::uint32_t coupon) {
  Later later{next, coupon};
  later.at_ns = intended_ns + delay_ns(next) + jitter_.out_ns(next);
  later_.add(later);
}

void RoundSimulator::Play::record(const Arrival& arrival, const AttemptEnd& end,
                                  std::uint32_t receipt) {
  const UserIndex user(arrival.user);
  const std::int64_t one_way_ns = delay_ns(arrival);
  const analysis::AttemptRecord record{
      .attempt = result_.history.size(),
      .idempotency = plan_.idempotency_key(user, arrival.op, arrival.key),
      .intended_ns = end.sent_ns - one_way_ns,
      .first_byte_out_ns = end.outcome == Outcome::failed ? 0 : end.sent_ns,
      .complete_ns = end.answered_ns == 0 ? 0 : end.answered_ns + one_way_ns,
      .user = arrival.user,
      .round = result_.number,
      .delay_us = static_cast<std::uint32_t>(one_way_ns / 1000),
      .cohort = arrival.cohort,
      .reason = static_cast<std::uint16_t>(end.reason),
      .op = static_cast<std::uint8_t>(arrival.op),
      .try_number = arrival.try_number,
      .persona = static_cast<std::uint8_t>(arrival.persona),
      .outcome = static_cast<std::uint8_t>(end.outcome)};
  const Op receipt_op = arrival.op == Op::reserve ? Op::reserve : Op::claim;
  result_.history.add(
      record, receipt == 0 ? std::string_view() : of_.target_.receipt_text(receipt_op, receipt));
}

RoundSimulator::RoundSimulator(const Scenario& scenario, const Crowd& crowd,
                               const ServiceModel& model, VirtualTarget& target)
    : scenario_(scenario),
      crowd_(crowd),
      model_(model),
      target_(target),
      arrivals_(crowd),
      participants_(crowd, scenario.coupons) {}

RoundSimulator::~RoundSimulator() = default;

SimulatedRound RoundSimulator::play(std::uint32_t round, Recording recording) {
  return Play(*this, round, recording).run();
}

Duration RoundSimulator::round_length(const Scenario& scenario) {
  return scenario.lead + scenario.reserve + scenario.pause + scenario.rush + kTail;
}

analysis::RoundAssessment assess_simulated(const analysis::RunFacts& facts, SimulatedRound& round) {
  if (round.facts.unrecorded) {
    analysis::RoundAssessment assessment;
    assessment.number = round.number;
    assessment.participants = std::move(round.participants);
    assessment.attempts = round.attempts;
    // Without records there is nothing to check; that no click was late needs none.
    const analysis::Check& instrument = analysis::check_with(analysis::kInstrumentCheck);
    assessment.invariants.push_back(
        {.id = std::string(instrument.id),
         .name = std::string(instrument.name),
         .rule = std::string(instrument.rule),
         .verdict = analysis::CheckVerdict::pass,
         .finding = fmt::format("simulated in virtual time, where no click is late: {}",
                                facts.simulation.value_or("")),
         .examples = {}});
    return assessment;
  }
  const analysis::HistoryBlock block = round.history.block();
  return analysis::assess_round({.facts = facts,
                                 .round = round.facts,
                                 .records = round.records,
                                 .blocks = {&block, 1},
                                 .number = round.number,
                                 .cut_short = false});
}

}  // namespace fairrush::loadgen
