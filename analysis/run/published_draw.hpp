#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/draw/merkle.hpp"
#include "base/ids.hpp"

namespace fairrush::analysis {

/// An inclusion proof as the target handed it out.
struct PublishedProof {
  TicketNumber ticket;
  std::string token;
  std::vector<Digest> path;
};

/// What an operator publishes of a draw (docs/draw.md), as kept in draw.json of a run.
struct PublishedDraw {
  std::string event;
  Digest commitment{};  ///< as it was published before reservations opened
  Bytes secret;
  Bytes beacon;  ///< empty: the operator ran without one
  Digest root{};
  std::uint32_t roster_size = 0;
  std::uint32_t quota = 0;
  std::vector<TicketNumber> winners;   ///< in the order drawn
  std::vector<std::string> roster;     ///< tokens in ticket order
  std::vector<PublishedProof> proofs;  ///< a sample
};

/// {"event", "commitment", "secret", "beacon", "root", "roster_size", "quota", "winners": […],
/// "roster": […], "proofs": [{"ticket", "token", "path": […]}]}, digests and bytes in hexadecimal.
std::string format_published_draw(const PublishedDraw& draw);

/// The error names the key and what was expected there.
std::expected<PublishedDraw, std::string> parse_published_draw(std::string_view json);

/// {"ticket", "token", "path": […]}, as a server answers for one ticket.
std::string format_published_proof(const PublishedProof& proof);

/// The error names the key and what was expected there.
std::expected<PublishedProof, std::string> parse_published_proof(std::string_view json);

}  // namespace fairrush::analysis
