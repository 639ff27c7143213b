#pragma once

#include <string>

#include "cli/live/story.hpp"

namespace fairrush::cli {

/// A run in Prometheus' text format (version 0.0.4): counters and histograms over all rounds so
/// far, gauges for the moment.
std::string metrics_text(const RunStory& story);

}  // namespace fairrush::cli
