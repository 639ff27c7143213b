#pragma once

#include <string_view>

namespace fairrush::reports {

/// theme.css: the colours, light and dark, as variables.
std::string_view theme_css();
/// plot.css: the marks of a plot, in terms of those variables.
std::string_view plot_css();
/// page.css: the page around the plots.
std::string_view page_css();

}  // namespace fairrush::reports
