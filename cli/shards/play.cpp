#include "cli/shards/play.hpp"

#include <fmt/core.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "analysis/history/reader.hpp"
#include "analysis/merge/merge.hpp"
#include "cli/arguments.hpp"
#include "cli/output/streams.hpp"

namespace fairrush::cli {
namespace {

namespace fs = std::filesystem;

ExitCode exit_code_of(const analysis::RunFacts& facts, std::uint64_t foreign) {
  if (facts.interrupted) return ExitCode::interrupted;
  const bool whole = !facts.ended_early && !facts.instrument_failure && !facts.target_failure;
  return whole && foreign == 0 ? ExitCode::pass : ExitCode::not_known;
}

/// What a shard that is only a part of a run can say of itself.
ExitCode report_part(const fs::path& directory, const analysis::RunFacts& facts,
                     OutputOptions output) {
  const auto history = analysis::History::open(analysis::RunDirectory{directory}.history());
  if (!history) return refuse(history.error());
  const analysis::ShardFacts& shard = facts.shards.front();
  const std::uint64_t foreign = analysis::foreign_clicks(*history);
  const ExitCode code = exit_code_of(facts, foreign);
  if (output.json) {
    const boost::json::object line{{"scenario", facts.scenario},
                                   {"shard", shard.number},
                                   {"of", shard.of},
                                   {"attempts", history->records()},
                                   {"exit_code", static_cast<int>(code)},
                                   {"run", directory.string()}};
    fmt::print("{}\n", boost::json::serialize(line));
    return code;
  }
  if (foreign > 0) {
    tell(
        fmt::format("! {} users of this shard were on the roster before they asked: another "
                    "process plays shard {} too\n",
                    format_count(foreign), shard.number));
  }
  if (facts.ended_early) tell(fmt::format("! {}\n", *facts.ended_early));
  if (output.quiet) return code;
  fmt::print(
      "shard {} of {}: {} attempts in {}\nput all {} together: fairrush merge RUN… --out DIR\n",
      shard.number, shard.of, format_count(history->records()), directory.string(), shard.of);
  return code;
}

/// A directory of this process's own, gone with it unless it is to be kept.
class PassingDirectory {
 public:
  explicit PassingDirectory(const fs::path& above) {
    std::string name = (above / "fairrush-shard-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  PassingDirectory(const PassingDirectory&) = delete;
  PassingDirectory& operator=(const PassingDirectory&) = delete;
  ~PassingDirectory() {
    std::error_code ignored;
    if (!path_.empty() && !kept_) fs::remove_all(path_, ignored);
  }
  void keep() { kept_ = true; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool kept_ = false;
};

loadgen::ShardSeat seat_in(MpiSession& session) {
  return {.shard = session.shard(), .start_at = {}, .group = &session};
}

MpiSession::Files files_in(const fs::path& directory) {
  const analysis::RunDirectory run{directory};
  return {.run_json = run.run_json(), .history = run.history()};
}

/// Takes what the others have recorded; gives the directories of those that came.
std::vector<analysis::RunDirectory> gather(MpiSession& session, const fs::path& own,
                                           const fs::path& above) {
  std::vector<analysis::RunDirectory> shards{{own}};
  for (std::uint32_t index = 1; index < session.shard().count; ++index) {
    const fs::path directory = above / fmt::format("{}", index + 1);
    std::error_code error;
    fs::create_directory(directory, error);
    const auto received = session.receive(index, files_in(directory));
    if (received) {
      shards.push_back({directory});
    } else {
      tell(fmt::format("! shard {}: {}\n", index + 1, received.error()));
    }
  }
  return shards;
}

/// Puts the files of the merged run in the place of those of the first shard, the facts last: until
/// then the directory is that of the first shard.
std::expected<void, std::string> replace_files(const fs::path& from, const fs::path& to) {
  std::vector<fs::path> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    names.push_back(entry.path().filename());
  }
  const fs::path facts = analysis::RunDirectory{}.run_json();
  std::ranges::partition(names, [&facts](const fs::path& name) { return name != facts; });
  for (const fs::path& name : names) {
    std::error_code error;
    fs::rename(from / name, to / name, error);
    if (error) {
      return std::unexpected(
          fmt::format("{}: cannot be replaced: {}", (to / name).string(), error.message()));
    }
  }
  return {};
}

/// Puts the others' shards to the first one's, which is in `directory`.
std::expected<analysis::RunFacts, std::vector<std::string>> put_together(
    MpiSession& session, const fs::path& directory) {
  const PassingDirectory parts(directory);
  const auto shards = gather(session, directory, parts.path());
  const fs::path whole = parts.path() / "whole";
  std::error_code error;
  fs::create_directory(whole, error);
  auto merged = analysis::merge_runs(shards, {whole}, analysis::Completeness::partial);
  if (!merged) return merged;
  if (const auto replaced = replace_files(whole, directory); !replaced) {
    return std::unexpected(std::vector{replaced.error()});
  }
  return merged;
}

ExitCode play_as_first(const PlayShard& play, MpiSession& session, const fs::path& directory,
                       OutputOptions output, std::vector<FinishedRun>& finished, LiveView& view) {
  const auto facts = play(directory, seat_in(session), output.quiet || output.json);
  if (!facts) {
    std::error_code ignored;  // so that the same --out can be used again
    if (facts.error().kind != loadgen::RunFailure::Kind::storage)
      fs::remove_all(directory, ignored);
    return failure_exit(facts.error());
  }
  auto merged = put_together(session, directory);
  if (merged) return conclude_run(directory, std::move(*merged), output, finished, view);
  for (const std::string& problem : merged.error()) refuse(problem);
  return ExitCode::usage;
}

}  // namespace

ExitCode failure_exit(const loadgen::RunFailure& failure) {
  using Kind = loadgen::RunFailure::Kind;
  tell(fmt::format("fairrush: {}\n", failure.message));
  if (failure.kind == Kind::interrupted) return ExitCode::interrupted;
  return failure.kind == Kind::unreachable ? ExitCode::target_unreachable : ExitCode::usage;
}

ExitCode play_alone(const PlayShard& play, const loadgen::ShardSeat& seat,
                    const fs::path& directory, OutputOptions output) {
  const auto facts = play(directory, seat, output.quiet || output.json);
  if (facts) return report_part(directory, *facts, output);
  std::error_code ignored;
  if (facts.error().kind != loadgen::RunFailure::Kind::storage) fs::remove_all(directory, ignored);
  return failure_exit(facts.error());
}

ExitCode play_in_group(const PlayShard& play, MpiSession& session, const fs::path& directory,
                       OutputOptions output, std::vector<FinishedRun>& finished, LiveView& view) {
  if (session.shard().index == 0)
    return play_as_first(play, session, directory, output, finished, view);
  PassingDirectory own(fs::temp_directory_path());
  const auto facts = play(own.path(), seat_in(session), true);
  // The first shard says what is wrong, and its exit code is the command's.
  if (!facts) return ExitCode::pass;
  if (const auto sent = session.send(files_in(own.path())); !sent) {
    tell(fmt::format("! shard {}: {}; it is in {}\n", session.shard().index + 1, sent.error(),
                     own.path().string()));
    own.keep();
  }
  return ExitCode::pass;
}

}  // namespace fairrush::cli
