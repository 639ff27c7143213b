#include "analysis/draw/roster_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/draw/documents.hpp"

namespace fairrush::analysis {
namespace {

/// Every mark that stands more than once in `marks`.
std::vector<std::uint64_t> repeated(std::vector<std::uint64_t> marks) {
  std::ranges::sort(marks);
  std::vector<std::uint64_t> found;
  for (std::size_t i = 1; i < marks.size(); ++i) {
    if (marks[i] == marks[i - 1] && (found.empty() || found.back() != marks[i])) {
      found.push_back(marks[i]);
    }
  }
  return found;
}

}  // namespace

std::uint64_t RosterScan::mark_of(const Digest& leaf) {
  std::uint64_t mark = 0;
  for (std::size_t byte = 0; byte < sizeof mark; ++byte) mark = mark << 8 | leaf.at(byte);
  return mark;
}

std::expected<void, std::string> RosterScan::feed(std::string_view bytes) {
  const auto fed = lines_.feed(bytes, [this](std::string_view token) { take(token); });
  return fed ? check_size() : fed;
}

std::expected<void, std::string> RosterScan::check_size() const {
  if (tree_.size() <= kDrawRosterMax) return {};
  return std::unexpected(fmt::format("more than {} tickets", kDrawRosterMax));
}

std::expected<void, std::string> RosterScan::add(std::string_view token) {
  if (const auto checked = check_token(token); !checked) {
    return std::unexpected(fmt::format("line {}: {}", tree_.size() + 1, checked.error()));
  }
  take(token);
  return {};
}

void RosterScan::take(std::string_view token) {
  const Digest leaf = merkle_leaf(bytes_of(token));
  const std::uint64_t ticket = tree_.size() + 1;
  const bool wanted = (query_.ticket && query_.ticket->value() == ticket) ||
                      (query_.token && *query_.token == token);
  if (wanted && !proven_) {
    const TicketNumber number(static_cast<std::uint32_t>(ticket));
    proven_ = PublishedProof{.ticket = number, .token = std::string(token), .path = {}};
    tree_.prove_next();
  }
  tree_.add(leaf);
  marks_.push_back(mark_of(leaf));
}

std::expected<ScannedRoster, std::string> RosterScan::finish() {
  const auto last = lines_.finish([this](std::string_view token) { take(token); });
  if (!last) return std::unexpected(last.error());
  if (const auto size = check_size(); !size) return std::unexpected(size.error());
  auto [root, path] = tree_.finish();
  ScannedRoster roster{.root = root,
                       .size = static_cast<std::uint32_t>(tree_.size()),
                       .proof = std::move(proven_),
                       .repeated_marks = repeated(std::move(marks_))};
  if (roster.proof) roster.proof->path = std::move(path);
  return roster;
}

std::expected<void, std::string> RepetitionSearch::feed(std::string_view bytes) {
  return lines_.feed(bytes, [this](std::string_view token) { take(token); });
}

std::expected<void, std::string> RepetitionSearch::finish() {
  return lines_.finish([this](std::string_view token) { take(token); });
}

void RepetitionSearch::take(std::string_view token) {
  ++line_;
  if (found_ || !marks_.contains(RosterScan::mark_of(merkle_leaf(bytes_of(token))))) return;
  const auto [first, is_new] = seen_.try_emplace(std::string(token), line_);
  if (!is_new) {
    found_ = fmt::format("line {} has the same token as line {}", line_, first->second);
  }
}

}  // namespace fairrush::analysis
