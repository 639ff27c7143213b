#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace fairrush::cli {

/// What a request comes to.
enum class Asked : std::uint8_t {
  page,
  events,
  metrics,
  unknown_path,    ///< 404
  wrong_method,    ///< 405
  malformed,       ///< 400
  header_too_big,  ///< 431
};

/// Reads the head of one request, sans I/O. A body is left alone: nothing here takes one, and every
/// connection serves one request only. One thread.
class RequestHead {
 public:
  static constexpr std::uint32_t kBytesMax = 8192;

  RequestHead();
  ~RequestHead();

  /// Takes the bytes that have come; unset while more are needed.
  std::optional<Asked> feed(std::string_view bytes);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace fairrush::cli
