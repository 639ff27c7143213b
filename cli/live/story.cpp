#include "cli/live/story.hpp"

#include <algorithm>

namespace fairrush::cli {

using loadgen::Measurements;

RunStory::News RunStory::see(const loadgen::Progress& progress, SteadyTime now) {
  if (progress.round != progress_.round && now_) {
    before_.merge(*now_);
    now_ = interval_start_ = nullptr;
  }
  progress_ = progress;
  age_ = now - opened_;
  if (progress.measured) now_ = progress.measured;
  in_flight_max_ = std::max(in_flight_max_, progress.in_flight);
  if (age_ - interval_began_ < timeline_.interval()) return News::none;
  const bool rescaled = timeline_.add({.at = age_,
                                       .length = age_ - interval_began_,
                                       .phase = progress.phase,
                                       .round = progress.round,
                                       .done = progress.users_done,
                                       .rate = progress.rate,
                                       .in_flight = in_flight_max_,
                                       .latencies = watched(answers_since_interval())});
  interval_began_ = age_;
  interval_start_ = now_;
  in_flight_max_ = 0;
  return rescaled ? News::timeline : News::interval;
}

/// Of this round: what a round's last moments answered is in its own measurements only.
analysis::Histogram RunStory::answers_since_interval() const {
  analysis::Histogram answers;
  if (!now_) return answers;
  for (const auto histogram : {&Measurements::reservations, &Measurements::claims}) {
    const analysis::Histogram& all = (*now_).*histogram;
    answers.merge(interval_start_ ? all.since((*interval_start_).*histogram) : all);
  }
  return answers;
}

void RunStory::note(std::string what) {
  notices_.push_back(std::move(what));
  if (notices_.size() > kNoticesMax) notices_.pop_front();
}

loadgen::Tally RunStory::tally() const {
  loadgen::Tally all = before_.tally;
  if (now_) all.merge(now_->tally);
  return all;
}

Measurements RunStory::measured() const {
  Measurements all = before_;
  if (now_) all.merge(*now_);
  return all;
}

std::optional<WatchedLatencies> RunStory::recent_latencies() const {
  const auto points = timeline_.points();
  return points.empty() ? std::nullopt : points.back().latencies;
}

}  // namespace fairrush::cli
