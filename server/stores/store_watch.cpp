#include "server/stores/store_watch.hpp"

namespace fairrush::server {

std::string_view name_of(RedisFailure::Kind kind) {
  switch (kind) {
    case RedisFailure::Kind::not_sent:
      return "not_sent";
    case RedisFailure::Kind::unknown:
      return "unknown";
    case RedisFailure::Kind::refused:
      return "refused";
  }
  return "";
}

std::string_view name_of(PostgresError::Kind kind) {
  switch (kind) {
    case PostgresError::Kind::away:
      return "away";
    case PostgresError::Kind::clash:
      return "clash";
    case PostgresError::Kind::refused:
      return "refused";
  }
  return "";
}

}  // namespace fairrush::server
