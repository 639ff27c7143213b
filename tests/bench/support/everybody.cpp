#include "tests/bench/support/everybody.hpp"

#include <fmt/format.h>

namespace fairrush::bench {

WrkOrder everybody(const std::string& path, int connections, int seconds, int users) {
  static constexpr std::string_view kScript = R"lua(local user = 0
local headers = {{["Idempotency-Key"] = "k"}}
request = function()
  if user == {0} then wrk.thread:stop() end
  headers["X-User-ID"] = tostring(user)
  user = user + 1
  return wrk.format("POST", "{1}", headers)
end
)lua";
  return {.program = "wrk",
          .connections = connections,
          .seconds = seconds,
          .rate = 0,
          .script = fmt::format(kScript, users, path)};
}

}  // namespace fairrush::bench
