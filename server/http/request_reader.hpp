#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/units.hpp"
#include "server/http/exchange.hpp"

namespace fairrush::server {

/// How much of a request the server is willing to hold.
struct RequestLimits {
  ByteCount header{8192};  ///< request line and fields; also the size of a connection's buffer
  ByteCount body{65536};
};

/// Turns the bytes of one connection into requests, sans I/O: the caller reads into `free_space`,
/// says how many bytes came, and asks `advance` what they make. Bytes of pipelined requests wait in
/// the buffer. One thread.
class RequestReader {
 public:
  enum class State : std::uint8_t {
    need_more,
    complete,   ///< `request` is valid until `next`
    malformed,  ///< not HTTP/1.x, or fields that contradict each other
    header_too_large,
    body_too_large,
  };

  explicit RequestReader(RequestLimits limits);
  RequestReader(RequestReader&&) noexcept;
  ~RequestReader();

  /// Room for the bytes to come; never empty while `advance` says need_more.
  std::span<char> free_space();
  void received(std::size_t bytes);

  State advance();

  /// Forgets the complete request and turns to the one behind it.
  void next();

  /// Whether a byte of the current request is here.
  bool started() const;

  /// The complete request.
  const Request& request() const;
  /// Whether the client wants the connection to stay (HTTP/1.1 without close, 1.0 with keep-alive).
  bool keep_alive() const;
  /// Whether the client can read a body in chunks (HTTP/1.1).
  bool takes_chunks() const;
  /// Whether the client waits for "100 Continue" before it sends its body.
  bool expects_continue() const;

 private:
  class Parser;

  RequestLimits limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t filled_ = 0;
  std::unique_ptr<Parser> parser_;
};

}  // namespace fairrush::server
