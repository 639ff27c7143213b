#include "reports/text/tally_words.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/units.hpp"

namespace fairrush::reports {

std::string persona_name(const analysis::RunFacts& facts, std::uint16_t number) {
  return number < facts.personas.size() ? facts.personas[number] : fmt::format("{}", number);
}

std::string cohort_name(const analysis::RunFacts& facts, std::uint16_t number) {
  return number < facts.cohorts.size() ? facts.cohorts[number].name : fmt::format("{}", number);
}

std::uint64_t refused_claims(const analysis::ClaimTally& tally) {
  std::uint64_t refused = 0;
  for (const auto& [reason, count] : tally.refusals) refused += count;
  return refused;
}

std::string refusals_text(const analysis::ClaimTally& tally) {
  std::string text;
  for (const auto& [reason, count] : tally.refusals) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", format_count(count), name_of(reason));
  }
  return text;
}

std::uint64_t users_of(const std::vector<analysis::ClaimTally>& tallies) {
  std::uint64_t users = 0;
  for (const analysis::ClaimTally& tally : tallies) users += tally.users;
  return users;
}

double part_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace fairrush::reports
