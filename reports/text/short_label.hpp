#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairrush::reports {

/// A label made printable and cut, between characters, to `columns_max` ≥ 1 columns; "…" ends a cut
/// one.
std::string short_label(std::string_view label, std::size_t columns_max);

}  // namespace fairrush::reports
