#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "server/api/event_request.hpp"
#include "server/http/request_reader.hpp"

/// A connection's bytes, cut as the first one says; every complete request's body is also read as
/// an order for an event.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush;
  using State = server::RequestReader::State;
  static constexpr std::array<std::string_view, 2> kDesigns{"ticket-list", "sealed-draw"};
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  server::RequestReader reader({.header = ByteCount{1024}, .body = ByteCount{2048}});
  while (true) {
    const State state = reader.advance();
    if (state == State::complete) {
      const std::string_view body = reader.request().body;
      FAIRRUSH_ASSERT(body.size() <= 2048);
      static_cast<void>(server::parse_event_request(body, "ticket-list", kDesigns));
      static_cast<void>(server::parse_reset_request(body));
      reader.next();
      continue;
    }
    if (state != State::need_more || bytes.empty()) return 0;
    const auto space = reader.free_space();
    FAIRRUSH_ASSERT(!space.empty());
    const std::size_t taken = std::min({piece, space.size(), bytes.size()});
    std::copy_n(bytes.begin(), taken, space.begin());
    bytes.remove_prefix(taken);
    reader.received(taken);
  }
}
