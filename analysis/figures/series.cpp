#include <algorithm>
#include <unordered_map>
#include <utility>

#include "analysis/evidence/radix_sort.hpp"
#include "analysis/figures/figures.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kStepMinNs = 10'000'000;
constexpr std::int64_t kSecondNs = 1'000'000'000;

/// 10 ms, 20 ms, 50 ms, 100 ms … until the length fits into the points.
std::int64_t step_for(std::int64_t length_ns) {
  for (std::int64_t decade = kStepMinNs;; decade *= 10) {
    for (std::int64_t factor : {1, 2, 5}) {
      const std::int64_t step = decade * factor;
      if (length_ns / step < static_cast<std::int64_t>(kSeriesPointsMax)) return step;
    }
  }
}

std::int64_t last_event(const RunIndex& index) {
  std::int64_t last = index.time_shift_ns();
  index.for_each_attempt([&last](const AttemptRecord& record, std::string_view) {
    last = std::max({last, record.first_byte_out_ns, record.complete_ns});
  });
  return last;
}

/// Runs over the merged beginnings and ends of flights once.
void fill_in_flight(TimeSeries& series, const ClaimTraffic& traffic, std::int64_t shift) {
  const std::int64_t step = series.step.count();
  std::size_t sent = 0;
  std::size_t ended = 0;
  std::uint64_t in_flight = 0;
  for (TimePoint& point : series.points) {
    std::uint64_t most = in_flight;
    const std::int64_t end = point.start_ns + step + shift;
    while (sent < traffic.sent().size() && traffic.sent()[sent] < end) {
      // A claim that ends just when another begins shared the moment with it.
      while (ended < traffic.ended().size() && traffic.ended()[ended] < traffic.sent()[sent]) {
        ++ended;
        --in_flight;
      }
      ++sent;
      most = std::max(most, ++in_flight);
    }
    while (ended < traffic.ended().size() && traffic.ended()[ended] < end) {
      ++ended;
      --in_flight;
    }
    point.in_flight_max = static_cast<std::uint32_t>(most);
  }
}

/// When a claim was over, as far as its record tells. A connection that broke
/// left no time: the claim then counts at its sending only, so that no contention is invented.
std::int64_t end_of(const AttemptRecord& record, std::int64_t timeout) {
  const std::int64_t sent = record.first_byte_out_ns;
  if (record.completed()) return record.answered_ns();
  const bool broke = record.why() == Reason::reset || record.why() == Reason::closed_early;
  return broke ? sent : sent + timeout;
}

/// When each user's first win was answered; a retry's answer is no further win.
class FirstWins {
 public:
  explicit FirstWins(const RunIndex& index) : index_(index) {}

  bool holds(const AttemptRecord& win) {
    if (index_.user(win.user).story == kNone) return true;
    const auto [known, added] = answered_ns_.try_emplace(win.user, 0);
    if (added) known->second = index_.claims_of(win.user).win_answered_ns;
    return win.answered_ns() == known->second;
  }

 private:
  const RunIndex& index_;
  std::unordered_map<Slot, std::int64_t> answered_ns_;  // of users with several attempts
};

}  // namespace

ClaimTraffic::ClaimTraffic(const RunIndex& index) {
  const std::int64_t timeout = index.facts().attempt_timeout.count();
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (record.operation() != Op::claim || !record.sent()) return;
    const std::int64_t sent = record.first_byte_out_ns;
    sent_.push_back(sent);
    // Never before its own beginning, so that the running count cannot fall below zero.
    ended_.push_back(std::max(sent, end_of(record, timeout)));
  });
  radix_sort(sent_);
  radix_sort(ended_);
}

std::uint64_t ClaimTraffic::in_flight_at(std::int64_t time_ns) const {
  const auto begun = std::ranges::upper_bound(sent_, time_ns) - sent_.begin();
  const auto over = std::ranges::lower_bound(ended_, time_ns) - ended_.begin();
  return static_cast<std::uint64_t>(begun - over);
}

std::uint64_t ClaimTraffic::fullest_second(Window rush) const {
  auto first = std::ranges::lower_bound(sent_, rush.open_ns);
  const auto end = std::ranges::lower_bound(sent_, rush.close_ns);
  std::uint64_t most = 0;
  for (auto last = first; last < end; ++last) {
    while (*last - *first >= kSecondNs) ++first;
    most = std::max(most, static_cast<std::uint64_t>(last - first) + 1);
  }
  return most;
}

TimeSeries time_series(const RunIndex& index, const ClaimTraffic& traffic) {
  TimeSeries series;
  if (index.attempts() == 0) return series;
  const std::int64_t shift = index.time_shift_ns();
  const std::int64_t last = last_event(index) - shift;
  const std::int64_t step = step_for(last);
  series.step = Duration(step);
  series.points.resize(static_cast<std::size_t>(last / step) + 1);
  for (std::size_t place = 0; place < series.points.size(); ++place) {
    series.points[place].start_ns = static_cast<std::int64_t>(place) * step;
  }
  const auto at = [&](std::int64_t time) -> TimePoint& {
    const std::int64_t laid_over = std::clamp<std::int64_t>(time - shift, 0, last);
    return series.points[static_cast<std::size_t>(laid_over / step)];
  };
  FirstWins first_wins(index);
  index.for_each_attempt([&](const AttemptRecord& record, std::string_view) {
    if (record.operation() == Op::reserve && record.result() == Outcome::accepted) {
      ++at(record.answered_ns()).reservations;
    }
    if (record.operation() != Op::claim || !record.sent()) return;
    ++at(record.first_byte_out_ns).claims;
    switch (record.result()) {
      case Outcome::win:
        if (first_wins.holds(record)) ++at(record.answered_ns()).wins;
        break;
      case Outcome::loss:
        ++at(record.answered_ns()).losses;
        break;
      case Outcome::refusal:
        ++at(record.answered_ns()).refusals;
        break;
      case Outcome::indeterminate:
        ++at(record.first_byte_out_ns).indeterminate;
        break;
      case Outcome::accepted:
      case Outcome::failed:
        break;
    }
  });
  fill_in_flight(series, traffic, shift);
  return series;
}

void add_round(TimeSeries& series, const TimeSeries& round) {
  TimeSeries sum;
  sum.step = std::max(series.step, round.step);
  for (const TimeSeries* part : {&std::as_const(series), &round}) {
    for (const TimePoint& point : part->points) {
      const auto place = static_cast<std::size_t>(point.start_ns / sum.step.count());
      while (sum.points.size() <= place) {
        const auto start = static_cast<std::int64_t>(sum.points.size()) * sum.step.count();
        sum.points.emplace_back().start_ns = start;
      }
      TimePoint& into = sum.points[place];
      into.reservations += point.reservations;
      into.claims += point.claims;
      into.wins += point.wins;
      into.losses += point.losses;
      into.refusals += point.refusals;
      into.indeterminate += point.indeterminate;
      into.in_flight_max = std::max(into.in_flight_max, point.in_flight_max);
    }
  }
  series = std::move(sum);
}

void add_round(LoadFigures& load, const RoundLoad& round, std::uint32_t number) {
  if (round.series.points.empty()) return;
  load.in_flight_at_sell_out = std::max(load.in_flight_at_sell_out, round.in_flight_at_sell_out);
  if (load.rounds == 0 || round.claims_per_second_max > load.claims_per_second_max) {
    load.claims_per_second_max = round.claims_per_second_max;
    load.busiest_round = number;
    load.busiest = round.series;
  }
  ++load.rounds;
  add_round(load.all, round.series);
  TimeSeries aligned{.step = load.all.step, .points = {}};
  add_round(aligned, load.busiest);
  load.busiest = std::move(aligned);
}

}  // namespace fairrush::analysis
