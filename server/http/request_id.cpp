#include "server/http/request_id.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/draw/digest.hpp"
#include "server/http/pieces.hpp"

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
  std::array<char, 16> number;
  const auto end = std::to_chars(number.begin(), number.end(), ++last_, 16).ptr;
  id.clear();
  append(id, {prefix_, "-", {number.begin(), end}});
}

}  // namespace fairrush::server
