#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/history/record.hpp"
#include "base/clock.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {

/// A directory that is gone when the test is over.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// `users` honest users on one network without delay, and windows of some tens of milliseconds.
Scenario short_scenario(std::uint32_t users);

/// A record with its receipt.
struct Played {
  analysis::AttemptRecord record;
  std::string receipt;
};

/// Plays a scenario with workers against an endpoint, and takes its history back in.
class Rehearsal {
 public:
  Rehearsal(const Scenario& scenario, TcpEndpoint target, TransportKind transport)
      : scenario_(scenario), plan_(scenario), target_(target), transport_(transport) {}

  std::uint32_t workers = 1;
  bool resolve_by_status = false;
  std::vector<TcpEndpoint> further_instances;
  std::vector<std::string> sources;
  std::shared_ptr<TlsContext> tls;
  std::string server_name;
  const Clock* clock = nullptr;  ///< null: the machine's
  /// Called with the first worker while all are playing.
  std::function<void(Worker&)> while_playing;

  /// Blocks until every worker has finished.
  void play();

  /// How many records whoever reads the history now finds there.
  std::uint64_t records_in_file() const;

  const Plan& plan() const { return plan_; }
  const std::vector<Played>& records() const { return records_; }
  const std::optional<std::string>& storage_failure() const { return storage_failure_; }
  const std::optional<std::string>& failure() const { return failure_; }
  const Delays& delays() const { return delays_; }
  /// Of the last worker.
  const ThreadUse& thread_use() const { return thread_use_; }

  std::size_t count(analysis::Op op, analysis::Outcome outcome, analysis::Reason reason) const;

  /// Fails the test unless every attempt of the plan has exactly one record and there are no others
  /// but those of personas that react.
  void expect_one_record_each() const;

 private:
  void read_history();

  Scenario scenario_;
  Plan plan_;
  TcpEndpoint target_;
  TransportKind transport_;
  std::filesystem::path history_path_;
  std::vector<Played> records_;
  std::optional<std::string> storage_failure_;
  std::optional<std::string> failure_;
  Delays delays_;
  ThreadUse thread_use_;
};

}  // namespace fairrush::loadgen
