#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace fairrush::server {

/// What a log line says besides its message; values are texts, escaped for JSON.
using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// Sends log lines of at least `level` to standard error from now on, one JSON object each:
/// {"time","level","message", …fields}. Any thread may log.
void start_logging(LogLevel level);

/// Whether a line of that level would be written: where putting it together costs.
bool would_log(LogLevel level);

void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warning(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

}  // namespace fairrush::server
