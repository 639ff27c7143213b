#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "loadgen/shards/group.hpp"

namespace fairrush::cli {

/// The processes that one mpirun has started, as the shards of one run: rank 0 is the first. There
/// is at most one, and it ends MPI with itself. One thread: the one that joined.
class MpiSession : public loadgen::ShardGroup {
 public:
  /// Joins the others when mpirun has started several processes; null otherwise, and MPI is then
  /// left alone. `stop` shortens the waits of the first. The error says why this program cannot.
  static std::expected<std::unique_ptr<MpiSession>, std::string> join(std::stop_token stop);

  /// What a shard leaves for the first one.
  struct Files {
    std::filesystem::path run_json;
    std::filesystem::path history;
  };

  /// Of every shard but the first: sends its files, a chunk at a time. The error says what could
  /// not be read, or that the first one does not take them.
  virtual std::expected<void, std::string> send(const Files& files) = 0;

  /// Of the first: takes the files of shard `index` and writes them to `files`. The error says what
  /// did not come, or could not be written.
  virtual std::expected<void, std::string> receive(std::uint32_t index, const Files& files) = 0;

  /// How long a message may take between shards that are both there.
  static constexpr Duration kTransfer = std::chrono::seconds(15);
  /// Of the first, once the run has been stopped: who is killed by mpirun has a second or so.
  static constexpr Duration kGrace = std::chrono::milliseconds(500);
};

}  // namespace fairrush::cli
