#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/draw/documents.hpp"
#include "analysis/draw/roster_scan.hpp"
#include "analysis/run/published_draw.hpp"

namespace fairrush::analysis {

/// What somebody holds against a published draw. Everything but the document may be missing; what
/// is missing is not checked, and the judgement says so.
struct DrawEvidence {
  DrawDocument draw;
  std::optional<DrawCommitment> commitment;  ///< as it was published before reservations opened
  std::optional<ScannedRoster> roster;       ///< scanned for `token` when there is one
  std::optional<std::string> repetition;     ///< what `RepetitionSearch` found in the roster
  std::optional<Bytes> beacon;               ///< looked up where the beacon is published
  std::optional<std::string> coupons;        ///< as announced, see `parse_coupons`
  std::optional<std::string> token;          ///< the participant's own
  std::optional<PublishedProof> proof;
};

enum class DrawAnswer : std::uint8_t {
  yes,        ///< everything that could be checked is as it should be
  no,         ///< something is wrong
  not_known,  ///< nothing is wrong, and secret or winners are not revealed yet
};

/// What is wrong.
enum class DrawCause : std::uint8_t {
  none,
  commitment,      ///< not the one published before, or of another event
  secret,          ///< not the one committed to
  beacon,          ///< not the announced one, or one that counts as none
  roster,          ///< does not lead to the published root
  repeated_token,  ///< one token has two tickets
  quota,           ///< not what the rule gives, or not what was drawn
  winners,         ///< some places of the list are not what was drawn
  inputs,          ///< the whole list follows from other inputs than the published ones
  proof,           ///< does not lead to the published root
  token,           ///< not on the roster, or not the proof's
};

/// "commitment", "repeated-token" …
std::string_view name_of(DrawCause cause);
/// "yes", "no", "not known"
std::string_view name_of(DrawAnswer answer);

struct DrawJudgement {
  DrawAnswer answer = DrawAnswer::yes;
  DrawCause cause = DrawCause::none;
  std::string reason;                  ///< one sentence without its full stop
  std::optional<TicketNumber> ticket;  ///< the participant's, once it is known to be theirs
  std::optional<std::uint32_t> place;  ///< 1-based, of a ticket that was drawn
  std::vector<std::string> unchecked;  ///< what was not at hand, and what would settle it
};

/// Runs the draw again from what was published and holds everything against it
/// (docs/draw.md). Needs `token` to come with a proof or a roster. Pure; O(roster), four bytes a
/// ticket.
DrawJudgement judge(const DrawEvidence& evidence);

}  // namespace fairrush::analysis
