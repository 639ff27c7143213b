#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/draw/digest.hpp"
#include "base/ids.hpp"

namespace fairrush::server {

/// What a claim that is answered later is asked for by: seven characters of place, seven of number,
/// a dash, twenty characters of keyed checksum (100 bits), in Crockford's base 32. Whoever has not
/// been told one cannot guess it.
struct RequestId {
  std::array<char, 35> text{};
  std::string_view view() const { return {text.data(), text.size()}; }
  bool operator==(const RequestId&) const = default;
};

/// What a request id speaks of. An event's claims are numbered by their tickets.
struct RequestPlace {
  std::uint64_t place = 0;   ///< the event's id, 1 …; zero: a line in front of all events
  std::uint32_t number = 0;  ///< the ticket's, or of the place in the line
  bool operator==(const RequestPlace&) const = default;
};

/// Reads an id as a client sent it; unset when it cannot be one. Says nothing about its checksum.
std::optional<RequestId> parse_request_id(std::string_view text);

/// What an id claims to speak of; unset when it holds characters that no id has.
std::optional<RequestPlace> place_of(const RequestId& id);

/// Turns places into ids. An id follows from the key alone, so that whoever knows an event's
/// secrets can name and check the ids of its claims, another process after a restart among them.
/// Pure; any thread.
class RequestMint {
 public:
  explicit RequestMint(ByteView key) : keyed_(key) {}

  /// `place` is below 2³⁵ (asserted).
  RequestId id(const RequestPlace& of) const;

  /// Whether `id` is the one of that place; takes the same time for every wrong one.
  bool is_of(const RequestId& id, const RequestPlace& of) const;

 private:
  HmacSha256 keyed_;
};

}  // namespace fairrush::server
