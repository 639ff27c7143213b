#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "server/bus/bus.hpp"
#include "server/bus/event_directory.hpp"
#include "server/bus/notice.hpp"

namespace fairrush::server {

using NoticeResult = std::expected<void, std::string>;

/// Writes notices off the calling thread, and calls `done` on it again; in tests, at once.
using NoticeWriter = std::function<void(std::vector<Notice> notices,
                                        std::function<void(const NoticeResult& result)> done)>;

/// The consumer that tells users of their coupons. Each message once, as long as it is among the
/// latest that it remembers; one write at a time, for all that came during the one before. One
/// thread.
class Notifier final : public BusConsumer {
 public:
  /// Ids that are remembered. A repetition follows its message by no more than an outbox's window
  /// and what consumers hold, some thousands.
  static constexpr std::size_t kIdsMax = 100'000;
  static constexpr std::size_t kGatheredMax = 4096;
  static constexpr Duration kRetry = std::chrono::seconds(1);

  /// `events` and `clock` outlive this; `known` are the ids of notices written before.
  Notifier(const EventDirectory& events, const Clock& clock, NoticeWriter write,
           RecentIds known = RecentIds(kIdsMax));

  std::string_view name() const override { return "notification"; }
  bool accepts() const override { return gathered_.size() < kGatheredMax; }
  void hear(const BusMessage& message, Handled handled) override;
  void tick() override;
  std::optional<std::string> missing() const override { return failure_; }

 private:
  struct Heard {
    std::vector<Notice> notices;
    std::vector<Handled> handled;
    std::size_t size() const { return handled.size(); }
  };

  Notice notice_of(const BusMessage& message) const;
  void write_gathered();
  void written(const NoticeResult& result);

  const EventDirectory& events_;
  const Clock& clock_;
  NoticeWriter write_;
  RecentIds known_;
  Heard gathered_;
  Heard leaving_;  ///< being written, or to be written again
  bool writing_ = false;
  std::optional<std::string> failure_;
  SteadyTime retry_at_;
};

}  // namespace fairrush::server
