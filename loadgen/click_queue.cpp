#include "loadgen/click_queue.hpp"

#include <algorithm>

namespace fairrush::loadgen {

ClickQueue::ClickQueue(const Plan& plan, Shard shard) : plan_(plan), cursor_(plan.cursor(shard)) {
  for (const analysis::Op op : {analysis::Op::reserve, analysis::Op::claim}) {
    const auto closed = plan.loop(op);
    if (!closed) continue;
    ClosedLoop& loop = loops_.emplace_back(plan, op, *closed, shard);
    while (const auto attempt = loop.first()) seat(*attempt);
  }
}

Click ClickQueue::click_of(const PlannedAttempt& planned) const {
  const Population& population = plan_.population();
  const Duration delay = population.one_way_delay_of(planned.user);
  const auto delay_us = std::chrono::duration_cast<std::chrono::microseconds>(delay).count();
  return {.planned = planned,
          .delay_us = static_cast<std::uint32_t>(delay_us),
          .cohort = population.cohort_of(planned.user),
          .persona = population.persona_of(planned.user),
          .fate = {}};
}

const Click* ClickQueue::due(std::int64_t now_ns) {
  // A click is due at its intended time or later, so one intended later than the first that waits
  // cannot come before it.
  for (const PlannedAttempt* planned = cursor_.peek();
       planned != nullptr && planned->intended_ns <= now_ns &&
       (waiting_.empty() || planned->intended_ns < waiting_.top().click.due_ns());
       planned = cursor_.peek()) {
    add(click_of(*planned));
    cursor_.pop();
  }
  if (waiting_.empty() || waiting_.top().click.due_ns() > now_ns) return nullptr;
  return &waiting_.top().click;
}

void ClickQueue::pop() {
  waiting_.pop();
}

void ClickQueue::add(Click click) {
  const PlannedAttempt& planned = click.planned;
  click.fate = plan_.fate_of(planned.user, planned.op, planned.try_number);
  last_due_ns_ = std::max(last_due_ns_, click.due_ns());
  waiting_.push({click, taken_++});
}

/// Adds a click of a closed loop and those that follow from it whatever its answer.
void ClickQueue::seat(const PlannedAttempt& attempt) {
  Click click = click_of(attempt);
  add(click);
  if (attempt.op != analysis::Op::claim) return;
  const UserIndex user = attempt.user;
  while (const auto repeat = plan_.repeat_after(user, click.persona, click.planned.try_number,
                                                click.planned.intended_ns)) {
    click.planned.intended_ns = repeat->intended_ns;
    click.planned.try_number = repeat->try_number;
    click.planned.idempotency = plan_.idempotency_key(user, attempt.op, repeat->key_try);
    add(click);
  }
}

void ClickQueue::pass_seat(const Click& click, std::int64_t seen_ns) {
  for (ClosedLoop& loop : loops_) {
    if (!loop.seats(click.planned, click.persona)) continue;
    if (const auto next = loop.next(seen_ns)) seat(*next);
  }
}

std::optional<ClickQueue::LeftOver> ClickQueue::left_over(std::int64_t end_ns) {
  for (ClosedLoop& loop : loops_) {
    const auto attempt = loop.left_over();
    if (attempt) return LeftOver{.click = click_of(*attempt), .turn_over = loop.is_over(end_ns)};
  }
  return std::nullopt;
}

std::optional<std::int64_t> ClickQueue::next_due_ns() const {
  std::optional<std::int64_t> next;
  if (!waiting_.empty()) next = waiting_.top().click.due_ns();
  if (const PlannedAttempt* planned = cursor_.peek()) {
    next = std::min(next.value_or(planned->intended_ns), planned->intended_ns);
  }
  return next;
}

}  // namespace fairrush::loadgen
