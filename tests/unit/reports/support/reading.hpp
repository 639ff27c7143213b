#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "reports/reports.hpp"

namespace fairrush::reports::testing {

std::string read_file(const std::filesystem::path& path);

/// The format of that name.
const Format& format_named(std::string_view name);

/// What the first file of a format holds.
std::string written_by(std::string_view format, const ReportInput& input);

/// Why a text is not well-formed XML (elements, attributes, references; a DOCTYPE is skipped);
/// nothing when it is.
std::optional<std::string> malformed(std::string_view text);

}  // namespace fairrush::reports::testing
