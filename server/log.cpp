#include "server/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <memory>

namespace fairrush::server {
namespace {

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!spdlog::should_log(to_spdlog(level))) return;
  std::string line = "\"message\":" + quoted(message);
  for (const auto& [name, value] : fields) line += "," + quoted(name) + ":" + quoted(value);
  spdlog::log(to_spdlog(level), "{}", line);
}

}  // namespace

void start_logging(LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("fairrush-server",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(to_spdlog(level));
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

bool would_log(LogLevel level) {
  return spdlog::should_log(to_spdlog(level));
}

void log_debug(std::string_view message, LogFields fields) {
  log(LogLevel::debug, message, fields);
}
void log_info(std::string_view message, LogFields fields) {
  log(LogLevel::info, message, fields);
}
void log_warning(std::string_view message, LogFields fields) {
  log(LogLevel::warning, message, fields);
}
void log_error(std::string_view message, LogFields fields) {
  log(LogLevel::error, message, fields);
}

}  // namespace fairrush::server
