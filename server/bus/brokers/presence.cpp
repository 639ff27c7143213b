#include "server/bus/brokers/presence.hpp"

#include "server/log.hpp"

namespace fairrush::server {

void Presence::there() {
  if (is_there()) return;
  missing_.reset();
  said_away_ = false;
  log_info("the bus is there", {{"part", name_}});
}

void Presence::away(const std::string& why) {
  missing_ = why;
  if (std::exchange(said_away_, true)) return;
  log_warning("the bus is away", {{"part", name_}, {"what", why}});
}

}  // namespace fairrush::server
