#include "reports/plots/rush/rush_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

using analysis::LoadFigures;
using analysis::TimePoint;
using analysis::TimeSeries;

constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::uint64_t kBinsMin = 40;
constexpr std::uint64_t kBinsMax = 120;
constexpr std::uint64_t kClaimsPerBin = 8;
/// The part of the claims that must not have been sent yet when nearly all wins were answered, for
/// the wins to have ended early.
constexpr double kClaimsUnderWay = 0.8;

/// Indices into the series: first ≤ i < last.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t size() const { return last - first; }
};

/// Claims in the steps that start before a time.
std::uint64_t claims_before(const TimeSeries& series, std::int64_t time_ns) {
  std::uint64_t claims = 0;
  for (const TimePoint& point : series.points) {
    if (point.start_ns < time_ns) claims += point.claims;
  }
  return claims;
}

/// The last step that is needed to have seen 99 % of the claims before the close and every win.
/// Latecomers do not count: a few of them at the close would squeeze everybody else into a corner.
std::size_t end_of_crowd(const TimeSeries& series, std::int64_t close_ns) {
  const std::uint64_t punctual = claims_before(series, close_ns);
  std::size_t end = 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const TimePoint& point = series.points[i];
    const bool most_seen = seen * 100 >= punctual * 99;
    const bool in_crowd = point.claims > 0 && point.start_ns < close_ns && !most_seen;
    if (in_crowd || point.wins > 0) end = i + 1;
    seen += point.claims;
  }
  return end;
}

Stretch busy_stretch(const TimeSeries& series, analysis::Window rush) {
  std::size_t first = 0;
  while (first < series.points.size()) {
    const TimePoint& point = series.points[first];
    const bool holds_opening = point.start_ns + series.step.count() > rush.open_ns;
    if (holds_opening || point.claims > 0) break;
    ++first;
  }
  const std::size_t end = end_of_crowd(series, rush.close_ns);
  // All claims may have come too late: then the whole rush is shown.
  return end > first ? Stretch{first, end} : Stretch{first, series.points.size()};
}

/// The steps of the busiest round; it may have ended before others did.
TimePoint busiest_at(const LoadFigures& load, std::size_t step) {
  return step < load.busiest.points.size() ? load.busiest.points[step] : TimePoint{};
}

RushBin make_bin(const LoadFigures& load, Stretch steps, std::int64_t open_ns, double bin_s) {
  RushBin bin;
  bin.start_s =
      static_cast<double>(load.all.points[steps.first].start_ns - open_ns) / kNanosecondsPerSecond;
  for (std::size_t i = steps.first; i < steps.last; ++i) {
    const TimePoint point = busiest_at(load, i);
    const TimePoint& sum = load.all.points[i];
    bin.claims_per_s += point.claims / bin_s;
    bin.wins_per_s += point.wins / bin_s;
    bin.in_flight_max = std::max(bin.in_flight_max, static_cast<double>(point.in_flight_max));
    bin.claims_per_s_mean += mean_of(sum.claims, load.rounds) / bin_s;
    bin.in_flight_any = std::max(bin.in_flight_any, static_cast<double>(sum.in_flight_max));
  }
  return bin;
}

/// Per-second counts of bins up to and including `last`.
double sum_until(const std::vector<RushBin>& bins, std::size_t last, double RushBin::* value) {
  double sum = 0;
  for (std::size_t i = 0; i <= last; ++i) sum += bins[i].*value;
  return sum;
}

std::optional<double> end_of_wins(const RushTime& time) {
  const std::size_t last = time.bins.size() - 1;
  const double wins = sum_until(time.bins, last, &RushBin::wins_per_s);
  if (!(wins > 0)) return std::nullopt;
  std::size_t end = 0;
  while (sum_until(time.bins, end, &RushBin::wins_per_s) < kMostWins * wins) ++end;
  const double claims = sum_until(time.bins, last, &RushBin::claims_per_s);
  const bool early = sum_until(time.bins, end, &RushBin::claims_per_s) < kClaimsUnderWay * claims;
  return early ? std::optional(time.bins[end].start_s + time.bin_s) : std::nullopt;
}

}  // namespace

Extent RushTime::extent() const {
  if (bins.empty()) return {0, 1};
  return {bins.front().start_s, bins.back().start_s + bin_s};
}

std::string RushTime::title(std::string_view of) const {
  return fmt::format("{} over the rush{}{}", of, round.empty() ? "" : " of ", round);
}

RushTime rush_time(const ReportInput& input) {
  const LoadFigures& load = input.assessment.load;
  const TimeSeries& series = load.all;
  const std::uint64_t claims = claims_before(series, std::numeric_limits<std::int64_t>::max());
  RushTime time;
  time.rounds = load.rounds;
  time.round = busiest_round(load);
  if (claims == 0 || series.step.count() <= 0) return time;
  const std::int64_t open_ns = input.facts.rounds.front().rush.open_ns;
  const Stretch busy = busy_stretch(series, input.facts.rounds.front().rush);
  const std::uint64_t bins = std::clamp(
      claims / std::max<std::uint64_t>(1, load.rounds) / kClaimsPerBin, kBinsMin, kBinsMax);
  const std::size_t steps_per_bin = (busy.size() + bins - 1) / bins;
  time.bin_s = static_cast<double>(series.step.count()) * static_cast<double>(steps_per_bin) /
               kNanosecondsPerSecond;
  std::size_t next = busy.first;
  for (; next < busy.last; next += steps_per_bin) {
    const std::size_t end = std::min(next + steps_per_bin, series.points.size());
    time.bins.push_back(make_bin(load, {next, end}, open_ns, time.bin_s));
  }
  for (; next < load.busiest.points.size(); ++next) {
    time.claims_later += load.busiest.points[next].claims;
  }
  time.wins_end_s = end_of_wins(time);
  return time;
}

}  // namespace fairrush::reports
