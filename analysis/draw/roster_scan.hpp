#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/draw/roster_lines.hpp"
#include "analysis/run/published_draw.hpp"
#include "base/draw/merkle.hpp"
#include "base/ids.hpp"

namespace fairrush::analysis {

/// Which ticket of a roster to prove: by its number or by its token; neither proves none.
struct RosterQuery {
  std::optional<TicketNumber> ticket;
  std::optional<std::string> token;
};

/// What a roster comes to.
struct ScannedRoster {
  Digest root{};
  std::uint32_t size = 0;
  std::optional<PublishedProof> proof;        ///< unset: not asked for, or not on the roster
  std::vector<std::uint64_t> repeated_marks;  ///< marks that several tokens have, see `mark_of`
};

/// Reads a roster's tokens in ticket order without keeping them: eight bytes a ticket.
class RosterScan {
 public:
  explicit RosterScan(RosterQuery query = {}) : query_(std::move(query)) {}

  /// The error names the line, which is the ticket's number.
  std::expected<void, std::string> feed(std::string_view bytes);
  /// One token that is no line of a file; takes the place of `feed`.
  std::expected<void, std::string> add(std::string_view token);
  /// Once, after the last byte.
  std::expected<ScannedRoster, std::string> finish();

  /// The first eight bytes of a token's leaf hash. Equal tokens have equal marks; of ten million
  /// different tokens two share a mark once in 400,000 rosters.
  static std::uint64_t mark_of(const Digest& leaf);

 private:
  void take(std::string_view token);
  std::expected<void, std::string> check_size() const;

  RosterQuery query_;
  RosterLines lines_;
  MerkleStream tree_;
  std::vector<std::uint64_t> marks_;
  std::optional<PublishedProof> proven_;
};

/// Finds in a second reading which tokens with a repeated mark are really the same.
class RepetitionSearch {
 public:
  explicit RepetitionSearch(const std::vector<std::uint64_t>& marks)
      : marks_(marks.begin(), marks.end()) {}

  /// As of `RosterScan`.
  std::expected<void, std::string> feed(std::string_view bytes);
  /// The next token, which is known to be one.
  void take(std::string_view token);
  std::expected<void, std::string> finish();

  /// "line 7 has the same token as line 3", the first such pair; unset when all differ.
  const std::optional<std::string>& found() const { return found_; }

 private:
  std::unordered_set<std::uint64_t> marks_;
  RosterLines lines_;
  std::uint64_t line_ = 0;
  std::unordered_map<std::string, std::uint64_t> seen_;  // token with a repeated mark → its line
  std::optional<std::string> found_;
};

}  // namespace fairrush::analysis
