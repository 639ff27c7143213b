#include "server/bus/notifier.hpp"

#include <fmt/format.h>

#include <utility>

#include "server/domain/event.hpp"
#include "server/log.hpp"

namespace fairrush::server {

// What is heard and not yet written must be among the ids that are remembered.
static_assert(2 * Notifier::kGatheredMax < Notifier::kIdsMax);

Notifier::Notifier(const EventDirectory& events, const Clock& clock, NoticeWriter write,
                   RecentIds known)
    : events_(events), clock_(clock), write_(std::move(write)), known_(std::move(known)) {}

void Notifier::hear(const BusMessage& message, Handled handled) {
  // Known may also mean "being written": handled in its turn, a repetition is not ahead of it.
  if (known_.add(id_of(message))) gathered_.notices.push_back(notice_of(message));
  gathered_.handled.push_back(std::move(handled));
  if (!writing_ && !failure_) write_gathered();
}

Notice Notifier::notice_of(const BusMessage& message) const {
  const EventLabel* const event = events_.find(message.event);
  const std::string name = event == nullptr ? std::string() : event->name;
  std::string text = message.type == BusMessage::Type::coupon_issued
                         ? fmt::format("You have won coupon {} of {}.", message.coupon.view(), name)
                         : fmt::format("Your coupon {} was spent on order {}.",
                                       message.coupon.view(), message.order);
  return {.id = id_of(message),
          .user = message.user.value(),
          .event = name,
          .text = std::move(text),
          .at_ms = to_unix_ms(clock_.wall_now())};
}

void Notifier::write_gathered() {
  if (leaving_.size() == 0) std::swap(leaving_, gathered_);
  if (leaving_.size() == 0) return;
  if (leaving_.notices.empty()) return written({});
  writing_ = true;
  write_(leaving_.notices, [this](const NoticeResult& result) { written(result); });
}

void Notifier::written(const NoticeResult& result) {
  writing_ = false;
  if (!result) {
    if (!failure_) log_error("notifications wait", {{"what", result.error()}});
    failure_ = result.error();
    retry_at_ = clock_.steady_now() + kRetry;
    return;
  }
  failure_.reset();
  for (const Handled& handled : std::exchange(leaving_, {}).handled) handled();
  if (!writing_) write_gathered();
}

void Notifier::tick() {
  if (failure_ && !writing_ && clock_.steady_now() >= retry_at_) write_gathered();
}

}  // namespace fairrush::server
