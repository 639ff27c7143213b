#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairrush::server {

/// Whether a client's X-Request-ID is taken over: 1 … 64 characters of A–Z a–z 0–9 . _ -
/// Anything else could break a header or a log, or fill it.
bool is_request_id(std::string_view text);

/// Makes ids for requests that bring none: unique within this process, and with all likelihood
/// among all processes. One thread.
class RequestIds {
 public:
  /// Under a prefix from the operating system's generator.
  RequestIds();
  /// For tests.
  explicit RequestIds(std::string prefix) : prefix_(std::move(prefix)) {}

  /// Writes the client's id to `id` where it may be taken over, else a new one.
  void choose(std::string_view sent, std::string& id);

 private:
  std::string prefix_;
  std::uint64_t last_ = 0;
};

}  // namespace fairrush::server
