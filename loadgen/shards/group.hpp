#pragma once

#include <expected>
#include <string>

#include "base/units.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// Processes that play the shards of one run and hear each other while they do. One thread.
class ShardGroup {
 public:
  ShardGroup() = default;
  ShardGroup(const ShardGroup&) = delete;
  ShardGroup& operator=(const ShardGroup&) = delete;
  virtual ~ShardGroup() = default;

  /// The part that this process plays; index 0 speaks for all.
  virtual Shard shard() const = 0;

  /// Waits until all shards are here, for `patience` at most, and gives each the word that the
  /// first one brought, of at most `kWordMax` bytes. The error names the shards that have left, or
  /// that did not come, and why; after one nobody meets again.
  virtual std::expected<std::string, std::string> meet(const std::string& word,
                                                       Duration patience) = 0;

  /// Tells the others, where they meet next, that this shard does not come any more.
  virtual void leave(const std::string& why) = 0;

  static constexpr std::size_t kWordMax = 480;
  /// How far apart shards may be that are due at the same time.
  static constexpr Duration kPatience = std::chrono::seconds(15);
};

}  // namespace fairrush::loadgen
