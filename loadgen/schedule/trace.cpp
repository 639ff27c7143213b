#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

/// Time k of n stands for the part (k + ½)/n of all clicks, with a straight line between two: as
/// many users as times click exactly at those times; fewer thin them out, more fill them up.
class Trace final : public ClickDistribution {
 public:
  Trace(TimeTable times, Duration window)
      : times_(std::move(times)), latest_ns_(static_cast<double>(window.count() - 1)) {
    FAIRRUSH_ASSERT(times_ && !times_->empty());
  }

  double at(double t_ns) const override {
    const auto size = static_cast<double>(times_->size());
    if (t_ns >= std::min(time_ns(times_->size() - 1), latest_ns_)) return 1;
    const auto right = std::ranges::upper_bound(*times_, t_ns, {}, &Trace::nanoseconds);
    if (right == times_->begin()) return 0;
    const double left_ns = nanoseconds(*(right - 1));
    const double beyond = (t_ns - left_ns) / (nanoseconds(*right) - left_ns);
    return (static_cast<double>(right - times_->begin()) - 0.5 + beyond) / size;
  }

  double quantile(double part) const override {
    const auto last = static_cast<double>(times_->size() - 1);
    const double place = std::clamp(part * static_cast<double>(times_->size()) - 0.5, 0.0, last);
    const auto left = static_cast<std::size_t>(place);
    const std::size_t right = std::min(left + 1, times_->size() - 1);
    const double beyond = place - static_cast<double>(left);
    const double t_ns = time_ns(left) + (time_ns(right) - time_ns(left)) * beyond;
    return std::min(t_ns, latest_ns_);
  }

  bool has_density() const override {
    return times_->size() > 1 && std::ranges::adjacent_find(*times_) == times_->end();
  }

 private:
  static double nanoseconds(Duration time) { return static_cast<double>(time.count()); }
  double time_ns(std::size_t place) const { return nanoseconds((*times_)[place]); }

  TimeTable times_;
  double latest_ns_;
};

/// Click k of n comes when the part (k + ½)/n has come: nothing is left to chance.
class TraceTimes final : public ArrivalTimes {
 public:
  TraceTimes(const TimeFile& file, const ArrivalSpec& spec)
      : trace_(file.times, spec.window), count_(spec.count) {}

  void next(std::span<Duration> offsets) override {
    for (Duration& offset : offsets) {
      const double part = (static_cast<double>(drawn_++) + 0.5) / count_;
      offset = Duration{std::llround(trace_.quantile(part))};
    }
  }

 private:
  Trace trace_;
  std::uint32_t count_;
  std::uint32_t drawn_ = 0;
};

}  // namespace

std::unique_ptr<ClickDistribution> trace_distribution(const ArrivalPattern& pattern,
                                                      Duration window) {
  return std::make_unique<Trace>(pattern.file.times, window);
}

std::unique_ptr<ArrivalTimes> make_trace(const ArrivalPattern& pattern, const ArrivalSpec& spec) {
  return std::make_unique<TraceTimes>(pattern.file, spec);
}

}  // namespace fairrush::loadgen
