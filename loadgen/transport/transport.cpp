#include "loadgen/transport/transport.hpp"

#include "loadgen/transport/asio_transport.hpp"
#include "loadgen/transport/http2_transport.hpp"
#include "loadgen/transport/tls_transport.hpp"
#include "loadgen/transport/uring_transport.hpp"

namespace fairrush::loadgen {

namespace {

class TransportErrors final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "transport"; }
  std::string message(int value) const override {
    switch (static_cast<TransportError>(value)) {
      case TransportError::tls_failed:
        return "no secure connection";
      case TransportError::no_http2:
        return "the peer does not speak HTTP/2";
      case TransportError::no_source:
        return "the source address is none of this machine's";
    }
    return "unknown";
  }
};

std::unique_ptr<Transport> make_tcp(const TransportSpec& spec) {
  switch (spec.kind) {
    case TransportKind::asio:
      break;
    case TransportKind::io_uring:
      return std::make_unique<UringTransport>(spec);
  }
  return std::make_unique<AsioTransport>(spec);
}

}  // namespace

error_code make_error_code(TransportError error) {
  static const TransportErrors category;
  return {static_cast<int>(error), category};
}

std::string_view name_of(TransportKind kind) {
  switch (kind) {
    case TransportKind::asio:
      return "asio";
    case TransportKind::io_uring:
      return "io_uring";
  }
  return "";
}

std::unique_ptr<Transport> make_transport(const TransportSpec& spec) {
  auto transport = make_tcp(spec);
  if (spec.tls) {
    transport = std::make_unique<TlsTransport>(std::move(transport), spec.tls, spec.server_name);
  }
  if (spec.streams > 0) {
    transport = std::make_unique<Http2Transport>(std::move(transport), spec.tls ? "https" : "http",
                                                 spec.streams);
  }
  return transport;
}

std::optional<std::string> io_uring_missing() {
  try {
    const RealClock clock;
    UringTransport({.kind = TransportKind::io_uring,
                    .clock = clock,
                    .sources = {},
                    .tls = nullptr,
                    .server_name = {}});
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
