#include "tests/bench/instrument/peers.hpp"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "tests/bench/support/processes.hpp"
#include "tests/bench/support/scratch.hpp"

namespace fairrush::bench {

const std::string kDifferentPosts = R"lua(local user = 0
local wins = 0
local headers = {["Content-Type"] = "application/json"}
request = function()
  user = user + 1
  headers["X-User-ID"] = tostring(user)
  headers["Idempotency-Key"] = string.format("%016x", user * 2654435761)
  local body = '{"user":' .. user .. ',"token":"T-' .. user .. '"}'
  return wrk.format("POST", "/api/v1/events/bench/claims", headers, body)
end
response = function(status, headers, body)
  if status == 200 and string.match(body, '"coupon":"([^"]+)"') then wins = wins + 1 end
end
)lua";

Figures play_bare_ring(const WebServer& server, int connections, long requests) {
  const Ran ran = Pinned({beside_this_program("bare_ring").string(), std::to_string(server.port()),
                          std::to_string(connections), std::to_string(requests)},
                         kClientCore)
                      .wait();
  if (!ran.succeeded) throw std::runtime_error("bare_ring: " + ran.output);
  return {{"per_cpu_s", static_cast<double>(requests) / ran.cpu_seconds}};
}

Figures play_rush(const WebServer& server, std::vector<std::string> orders) {
  orders.insert(orders.begin(), beside_this_program("rush_client").string());
  orders.push_back(fmt::format("port={}", server.port()));
  const Ran ran = Pinned(orders, kClientCore).wait();
  Figures figures;
  std::istringstream lines(ran.output);
  for (std::string name; lines >> name;) lines >> figures[name];
  if (!ran.succeeded || !figures.contains("requests")) {
    throw std::runtime_error("rush_client: " + ran.output);
  }
  figures["per_cpu_s"] = figures["requests"] / figures["cpu_s"];
  figures["rps"] = figures["requests"] / figures["wall_s"];
  return figures;
}

}  // namespace fairrush::bench
