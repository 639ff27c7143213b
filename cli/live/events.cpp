#include "cli/live/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <tuple>

#include "base/version.hpp"

namespace fairrush::cli {
namespace {

namespace json = boost::json;
using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using loadgen::Tally;

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

json::value latencies_json(const std::optional<WatchedLatencies>& latencies) {
  if (!latencies) return nullptr;
  json::array milliseconds;
  for (const Duration latency : *latencies) milliseconds.push_back(seconds(latency) * 1000);
  return milliseconds;
}

json::object interval_json(const TimelinePoint& point) {
  return {{"at_s", seconds(point.at)},
          {"length_s", seconds(point.length)},
          {"phase", loadgen::name_of(point.phase)},
          {"round", point.round + 1},
          {"done", point.done},
          {"rate", point.rate.per_second},
          {"in_flight", point.in_flight},
          {"latencies_ms", latencies_json(point.latencies)}};
}

/// Claims of one cohort by what became of them.
struct ClaimCounts {
  std::uint64_t losses = 0;
  std::uint64_t refusals = 0;
  std::uint64_t errors = 0;  ///< failed or indeterminate

  void add(const Tally::Row& row) {
    if (row.op != Op::claim || row.reason == Reason::no_turn) return;
    if (row.outcome == Outcome::loss) losses += row.count;
    if (row.outcome == Outcome::refusal) refusals += row.count;
    if (row.outcome == Outcome::failed || row.outcome == Outcome::indeterminate) {
      errors += row.count;
    }
  }
};

json::array cohorts_json(const RunStory& story, const Tally& tally,
                         const std::vector<Tally::Row>& rows) {
  json::array cohorts;
  for (std::size_t index = 0; index < story.opening().cohorts.size(); ++index) {
    const CohortId cohort(static_cast<std::uint16_t>(index));
    ClaimCounts claims;
    for (const Tally::Row& row : rows) {
      if (row.cohort == cohort) claims.add(row);
    }
    const Tally::Users users = tally.users(cohort);
    cohorts.push_back(json::object{{"name", story.opening().cohorts[index]},
                                   {"claimed", users.claimed},
                                   {"won", users.won},
                                   {"losses", claims.losses},
                                   {"refusals", claims.refusals},
                                   {"errors", claims.errors}});
  }
  return cohorts;
}

/// All cohorts together.
json::array outcomes_json(const std::vector<Tally::Row>& rows) {
  std::vector<Tally::Row> kinds;
  for (const Tally::Row& row : rows) {
    const auto same = [&row](const Tally::Row& kind) {
      return kind.op == row.op && kind.outcome == row.outcome && kind.reason == row.reason;
    };
    const auto found = std::ranges::find_if(kinds, same);
    if (found == kinds.end()) {
      kinds.push_back(row);
    } else {
      found->count += row.count;
    }
  }
  std::ranges::sort(kinds, {}, [](const Tally::Row& kind) {
    return std::tuple(kind.op, kind.outcome, kind.reason);
  });
  json::array outcomes;
  for (const Tally::Row& kind : kinds) {
    outcomes.push_back(json::object{{"operation", analysis::name_of(kind.op)},
                                    {"outcome", analysis::name_of(kind.outcome)},
                                    {"reason", analysis::name_of(kind.reason)},
                                    {"count", kind.count}});
  }
  return outcomes;
}

json::object state_json(const RunStory& story) {
  const loadgen::Progress& progress = story.progress();
  const Tally tally = story.tally();
  const auto rows = tally.rows();
  return {{"age_s", seconds(story.age())},
          {"phase", loadgen::name_of(progress.phase)},
          {"phase_elapsed_s", seconds(progress.phase_elapsed)},
          {"phase_length_s", seconds(progress.phase_length)},
          {"run_left_s", seconds(progress.run_left)},
          {"awaited", progress.awaited},
          {"round", progress.round + 1},
          {"rounds", progress.rounds},
          {"users_done", progress.users_done},
          {"users_total", progress.users_total},
          {"in_flight", progress.in_flight},
          {"rate", progress.rate.per_second},
          {"latencies_ms", latencies_json(story.recent_latencies())},
          {"cohorts", cohorts_json(story, tally, rows)},
          {"outcomes", outcomes_json(rows)}};
}

/// As the style sheet calls it.
std::string_view tone_name(reports::Tone tone) {
  if (tone == reports::Tone::good) return "good";
  return tone == reports::Tone::bad ? "bad" : "open";
}

json::value ending_json(const RunStory& story) {
  if (!story.ending()) return nullptr;
  const RunEnding& ending = *story.ending();
  return json::object{{"verdict", ending.verdict},
                      {"tone", tone_name(ending.tone)},
                      {"headline", ending.headline},
                      {"exit_code", static_cast<int>(ending.exit_code)},
                      {"report", ending.report}};
}

std::string event(std::string_view name, const json::value& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, json::serialize(data));
}

}  // namespace

std::string story_event(const RunStory& story) {
  json::array timeline;
  for (const TimelinePoint& point : story.timeline().points()) {
    timeline.push_back(interval_json(point));
  }
  json::array notices;
  for (const std::string& notice : story.notices()) notices.push_back(json::string(notice));
  return event("story", json::object{{"scenario", story.opening().scenario},
                                     {"question", story.opening().question},
                                     {"release_build", is_release_build()},
                                     {"timeline", std::move(timeline)},
                                     {"notices", std::move(notices)},
                                     {"state", state_json(story)},
                                     {"ending", ending_json(story)}});
}

std::string state_event(const RunStory& story) {
  return event("state", state_json(story));
}

std::string interval_event(const RunStory& story) {
  return event("interval", interval_json(story.timeline().points().back()));
}

std::string notice_event(const RunStory& story) {
  return event("notice", json::string(story.notices().back()));
}

std::string ending_event(const RunStory& story) {
  return event("ending", ending_json(story));
}

std::string farewell_event() {
  return event("farewell", nullptr);
}

}  // namespace fairrush::cli
