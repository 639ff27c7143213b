#include <algorithm>
#include <cmath>
#include <vector>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

/// Where a stage lies.
struct Place {
  Duration begin{};
  Duration length{};  ///< > 0
  double before = 0;  ///< part of all users that came in the stages before it
  double part = 0;
};

/// A window that ends before the stages do (by the guard for the clocks) cuts the last ones short.
std::vector<Place> places_of(std::span<const ArrivalStage> stages, Duration window) {
  std::vector<Place> places;
  Duration begin{};
  double before = 0;
  for (const ArrivalStage& stage : stages) {
    const Duration left = window - begin;
    const Duration length =
        std::clamp(stage.length.value_or(left), Duration{1}, std::max(left, Duration{1}));
    places.push_back({begin, length, before, stage.share.of_one});
    begin += length;
    before += stage.share.of_one;
  }
  return places;
}

class StagedTimes final : public ArrivalTimes {
 public:
  StagedTimes(std::span<const ArrivalStage> stages, const ArrivalSpec& spec)
      : latest_(spec.window - Duration{1}) {
    const std::vector<Place> places = places_of(stages, spec.window);
    std::uint32_t before = 0;
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      const Place& place = places[stage];
      const bool last = stage + 1 == stages.size();
      const std::uint32_t until = last ? spec.count : users(place.before + place.part, spec.count);
      const ArrivalPattern& pattern = stages[stage].pattern;
      parts_.push_back({place.begin, until,
                        row_of(pattern.shape)
                            .times(pattern, {.count = until - before,
                                             .window = place.length,
                                             .seed = spec.seed,
                                             .stream = spec.stream,
                                             .first = spec.first + before})});
      before = until;
    }
  }

  void next(std::span<Duration> offsets) override {
    while (!offsets.empty()) {
      while (parts_[stage_].until == drawn_) ++stage_;
      Part& part = parts_[stage_];
      const auto some = offsets.first(std::min<std::size_t>(offsets.size(), part.until - drawn_));
      part.times->next(some);
      for (Duration& offset : some) offset = std::min(offset + part.begin, latest_);
      drawn_ += static_cast<std::uint32_t>(some.size());
      offsets = offsets.subspan(some.size());
    }
  }

 private:
  struct Part {
    Duration begin;
    std::uint32_t until;  ///< clicks of this stage and of those before
    std::unique_ptr<ArrivalTimes> times;
  };

  static std::uint32_t users(double part, std::uint32_t count) {
    return static_cast<std::uint32_t>(std::llround(std::min(part, 1.0) * count));
  }

  Duration latest_;
  std::vector<Part> parts_;
  std::size_t stage_ = 0;
  std::uint32_t drawn_ = 0;
};

class StagedDistribution final : public ClickDistribution {
 public:
  StagedDistribution(std::span<const ArrivalStage> stages, Duration window)
      : places_(places_of(stages, window)) {
    FAIRRUSH_ASSERT(!places_.empty());
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      const ArrivalPattern& pattern = stages[stage].pattern;
      parts_.push_back(row_of(pattern.shape).distribution(pattern, places_[stage].length));
    }
  }

  double at(double t_ns) const override {
    double sum = 0;
    for (std::size_t stage = 0; stage < parts_.size(); ++stage) {
      const auto begin_ns = static_cast<double>(places_[stage].begin.count());
      sum += places_[stage].part * parts_[stage]->at(t_ns - begin_ns);
    }
    return std::min(sum, 1.0);
  }

  double quantile(double part) const override {
    std::size_t stage = 0;
    while (stage + 1 < places_.size() && part > places_[stage].before + places_[stage].part) {
      ++stage;
    }
    const Place& place = places_[stage];
    const double inside = place.part > 0 ? (part - place.before) / place.part : 0;
    return static_cast<double>(place.begin.count()) +
           parts_[stage]->quantile(std::clamp(inside, 0.0, 1.0));
  }

  bool has_density() const override {
    for (std::size_t stage = 0; stage < parts_.size(); ++stage) {
      if (places_[stage].part > 0 && !parts_[stage]->has_density()) return false;
    }
    return true;
  }

 private:
  std::vector<Place> places_;
  std::vector<std::unique_ptr<ClickDistribution>> parts_;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_stages(std::span<const ArrivalStage> stages,
                                          const ArrivalSpec& spec) {
  return std::make_unique<StagedTimes>(stages, spec);
}

std::unique_ptr<ClickDistribution> stages_distribution(std::span<const ArrivalStage> stages,
                                                       Duration window) {
  return std::make_unique<StagedDistribution>(stages, window);
}

}  // namespace fairrush::loadgen
