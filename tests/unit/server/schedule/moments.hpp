#pragma once

#include <cctz/time_zone.h>

#include <string>

#include "server/domain/event.hpp"

namespace fairrush::server {

/// "2024-04-24 22:55:00 +0800" as a moment.
inline WallTime moment(const std::string& text) {
  cctz::time_point<cctz::seconds> time;
  const bool read = cctz::parse("%Y-%m-%d %H:%M:%S %z", text, cctz::utc_time_zone(), &time);
  return read ? WallTime(time.time_since_epoch()) : WallTime::max();
}

}  // namespace fairrush::server
