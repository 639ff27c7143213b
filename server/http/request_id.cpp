#include "server/http/request_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/draw/digest.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kLengthMax = 64;
constexpr std::size_t kPrefixBytes = 6;

}  // namespace

bool is_request_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kLengthMax && std::ranges::all_of(text, allowed);
}

RequestIds::RequestIds() : prefix_(to_hex(secret_bytes(kPrefixBytes))) {}

void RequestIds::choose(std::string_view sent, std::string& id) {
  if (is_request_id(sent)) {
    id = sent;
    return;
  }
  id.clear();
  fmt::format_to(std::back_inserter(id), "{}-{:x}", prefix_, ++last_);
}

}  // namespace fairrush::server
