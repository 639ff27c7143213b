#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/run/facts.hpp"
#include "base/draw/digest.hpp"
#include "base/ids.hpp"

namespace fairrush::analysis {

/// The largest roster a draw document may speak of: drawing again takes four bytes a ticket, and
/// the number comes from a file of anybody's.
inline constexpr std::uint32_t kDrawRosterMax = 100'000'000;
/// No public beacon gives longer values; HKDF would take a longer one for its hash.
inline constexpr std::size_t kBeaconBytesMax = 64;

/// Whether a draw under `beacon` differs from one without: HKDF pads its salt with zeros, so that
/// zero bytes alone are the same as nothing.
bool is_distinct_beacon(ByteView beacon);

/// What an operator publishes before reservations open (docs/draw.md). The event document of
/// a server is one as well: members that it lacks are unset, further ones are left alone.
struct DrawCommitment {
  std::string event;
  Digest commitment{};
  std::optional<std::string> beacon_round;  ///< as announced; empty: without; unset: not said
  std::optional<std::string> coupons;       ///< "20%" (rounded down) or a number; unset: not said
};

std::string format_draw_commitment(const DrawCommitment& commitment);
/// The error names the key and what was expected there. A document that tells a root, a secret or
/// winners is one: the draw itself, say, is no commitment to it.
std::expected<DrawCommitment, std::string> parse_draw_commitment(std::string_view json);

/// A share such as "20%" or a number of 0 to 4294967295; the error says so.
std::expected<QuotaRule, std::string> parse_coupons(std::string_view text);

/// A published draw as a participant gets it: what `GET …/draw` answers, what `draw run` writes,
/// or draw.json of a run. Secret and winners are unset until they are revealed, the root until
/// reservations have closed.
struct DrawDocument {
  std::string event;
  Digest commitment{};
  Bytes beacon;  ///< empty: drawn without one
  std::optional<Digest> root;
  std::uint32_t roster_size = 0;
  std::uint32_t quota = 0;
  std::optional<Bytes> secret;
  std::optional<std::vector<TicketNumber>> winners;  ///< in the order drawn
  std::optional<std::vector<std::string>> roster;    ///< only draw.json of a run carries it
};

/// Without the roster, which is a file of its own.
std::string format_draw_document(const DrawDocument& draw);

/// The error names the key and what was expected there. A roster beyond `kDrawRosterMax`, a secret
/// of other than 32 bytes and a beacon beyond `kBeaconBytesMax` are errors.
std::expected<DrawDocument, std::string> parse_draw_document(std::string_view json);

}  // namespace fairrush::analysis
