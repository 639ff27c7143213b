#pragma once

#include <string>

#include "cli/live/story.hpp"

namespace fairrush::cli {

/// A run as server-sent events, ready for the wire. The page under `page/` reads them.
///
/// Everything so far: what a client gets first, and again when the timeline has been rescaled.
std::string story_event(const RunStory& story);
/// Where the run stands.
std::string state_event(const RunStory& story);
/// The last interval.
std::string interval_event(const RunStory& story);
/// The last notice.
std::string notice_event(const RunStory& story);
/// How the run came out.
std::string ending_event(const RunStory& story);
/// Nothing more will come.
std::string farewell_event();

}  // namespace fairrush::cli
