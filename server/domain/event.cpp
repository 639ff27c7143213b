#include "server/domain/event.hpp"

#include <algorithm>
#include <array>

namespace fairrush::server {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kNameLengthMax = 64;

}  // namespace

std::expected<void, std::string> check_order(const EventWindows& windows) {
  if (windows.reserve_open >= windows.reserve_close) {
    return std::unexpected("reserve_open_ms must lie before reserve_close_ms");
  }
  if (windows.reserve_close > windows.claim_open) {
    return std::unexpected("reserve_close_ms must not lie after claim_open_ms");
  }
  if (windows.claim_open >= windows.claim_close) {
    return std::unexpected("claim_open_ms must lie before claim_close_ms");
  }
  return {};
}

Phase phase_at(const EventWindows& windows, WallTime now) {
  if (now < windows.reserve_open - kWarmUp) return Phase::scheduled;
  if (now < windows.reserve_open) return Phase::warming;
  if (now < windows.reserve_close) return Phase::reserving;
  if (now < windows.claim_open) return Phase::reserved;
  if (now < windows.claim_close) return Phase::rushing;
  return Phase::closed;
}

std::string_view name_of(Phase phase) {
  static constexpr std::array<std::string_view, 6> kNames{"scheduled", "warming", "reserving",
                                                          "reserved",  "rushing", "closed"};
  return kNames.at(static_cast<std::size_t>(phase));
}

std::optional<EventWindows> moved(const EventWindows& windows, Move move, WallTime now) {
  static constexpr Duration kLeast = std::chrono::milliseconds(1);
  const WallTime at(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()));
  const Phase phase = phase_at(windows, now);
  EventWindows result = windows;
  if (move == Move::open_claims) {
    if (phase == Phase::rushing) return windows;
    if (phase != Phase::reserving && phase != Phase::reserved) return std::nullopt;
    result.claim_open = at;
    result.claim_close = at + (windows.claim_close - windows.claim_open);
    result.reserve_close = std::min(windows.reserve_close, at);
    result.reserve_open = std::min(windows.reserve_open, result.reserve_close - kLeast);
    return result;
  }
  if (phase == Phase::closed) return windows;
  // The order of the windows holds, however little is left of them.
  result.claim_close = at;
  result.claim_open = std::min(windows.claim_open, at - kLeast);
  result.reserve_close = std::min(windows.reserve_close, result.claim_open);
  result.reserve_open = std::min(windows.reserve_open, result.reserve_close - kLeast);
  return result;
}

bool is_event_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kNameLengthMax && std::ranges::all_of(text, allowed);
}

EventSecrets EventSecrets::generate() {
  return {.salt = secret_bytes(kSecretBytes),
          .draw = secret_bytes(kSecretBytes),
          .coupon_key = secret_bytes(kSecretBytes)};
}

std::int64_t to_ms(Duration duration) {
  return std::chrono::floor<std::chrono::milliseconds>(duration).count();
}

std::int64_t to_unix_ms(WallTime time) {
  return to_ms(time.time_since_epoch());
}

WallTime from_unix_ms(std::int64_t milliseconds) {
  return WallTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace fairrush::server
