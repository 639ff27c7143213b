#include "loadgen/click_queue.hpp"

#include <algorithm>

namespace fairrush::loadgen {

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

std::optional<std::int64_t> ClickQueue::next_due_ns() const {
  std::optional<std::int64_t> next;
  if (!waiting_.empty()) next = waiting_.top().click.due_ns();
  if (const PlannedAttempt* planned = cursor_.peek()) {
    next = std::min(next.value_or(planned->intended_ns), planned->intended_ns);
  }
  return next;
}

}  // namespace fairrush::loadgen
