#include "loadgen/wire/transport.hpp"

#include "loadgen/wire/asio_transport.hpp"
#include "loadgen/wire/uring_transport.hpp"

namespace fairrush::loadgen {

std::unique_ptr<Transport> make_transport(const TransportSpec& spec) {
  switch (spec.kind) {
    case TransportKind::asio:
      break;
    case TransportKind::io_uring:
      return std::make_unique<UringTransport>(spec);
  }
  return std::make_unique<AsioTransport>(spec);
}

std::optional<std::string> io_uring_missing() {
  try {
    const RealClock clock;
    UringTransport({.kind = TransportKind::io_uring, .clock = clock, .sources = {}});
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
