#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/descriptor.hpp"
#include "loadgen/shards/seat.hpp"

namespace fairrush::loadgen {

/// How the shards of a run come to do the same: by talking when they are a group, else by what
/// scenario and start say; a run that is played alone agrees with itself. One thread.
class Accord {
 public:
  explicit Accord(const std::optional<ShardSeat>& seat) : seat_(seat) {}

  bool is_shared() const { return seat_.has_value(); }
  bool is_group() const { return seat_ && seat_->group != nullptr; }
  /// Whether this process prepares the target and takes its evidence.
  bool speaks() const { return shard().index == 0; }
  Shard shard() const { return seat_ ? seat_->shard : Shard{}; }
  /// Unix milliseconds on the target's clock; unset where nobody set it beforehand.
  std::optional<std::int64_t> start_ms() const;

  /// What the first shard says; without a group `word` itself. Waits for all of a group. The error
  /// says who is missing after `patience`, and from then on nobody is waited for.
  std::expected<std::string, std::string> hear(std::string word,
                                               Duration patience = ShardGroup::kPatience);

  /// The moment at which all begin something, in the caller's units. A group takes what `soonest`
  /// says at the first shard once all are here; shards that cannot talk take `by_clock`, and the
  /// error says that it is over; who plays alone takes `soonest`.
  std::expected<std::int64_t, std::string> moment(const std::function<std::int64_t()>& soonest,
                                                  std::int64_t by_clock);

  /// Makes sure that no second process on this machine plays the same shard of `event`. The error
  /// says that one does.
  std::expected<void, std::string> take_seat(const std::string& event);

  /// Tells a group that this shard has failed.
  void leave(const std::string& why);

  /// Why a group fell apart; unset as long as it holds.
  const std::optional<std::string>& broken() const { return broken_; }

 private:
  std::optional<ShardSeat> seat_;
  std::optional<std::string> broken_;
  std::unique_ptr<Descriptor> taken_;
};

}  // namespace fairrush::loadgen
