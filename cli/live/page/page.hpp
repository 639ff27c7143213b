#pragma once

#include <string>

namespace fairrush::cli {

/// The page that shows a run under way: one document, with its style and script in it.
std::string live_page();

}  // namespace fairrush::cli
