#include "analysis/invariants/draw_recomputation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/draw/draw.hpp"

namespace fairrush::analysis {
namespace {

void check_commitment(const PublishedDraw& draw, const RunFacts& facts,
                      std::vector<std::string>& problems) {
  const std::string& event = facts.event;
  if (!event.empty() && draw.event != event) {
    problems.push_back(fmt::format("the draw is of another event than \"{}\"", event));
  }
  if (draw_commitment(draw.event, draw.secret) != draw.commitment) {
    problems.push_back("the secret is not the one committed to");
  }
}

void check_roster(const PublishedDraw& draw, const RunFacts& facts,
                  std::vector<std::string>& problems) {
  if (draw.roster.size() != draw.roster_size) {
    problems.push_back(fmt::format("{} tokens are published for a roster of {}",
                                   format_count(draw.roster.size()),
                                   format_count(draw.roster_size)));
  }
  std::vector<Digest> leaves;
  leaves.reserve(draw.roster.size());
  for (const std::string& token : draw.roster) leaves.push_back(merkle_leaf(bytes_of(token)));
  if (MerkleTree(std::move(leaves)).root() != draw.root) {
    problems.push_back("the roster does not lead to the published root");
  }
  const std::uint64_t ruled = facts.quota.coupons(draw.roster_size);
  if (draw.quota != std::min<std::uint64_t>(ruled, draw.roster_size)) {
    problems.push_back(fmt::format("the quota is {}, the rule gives {}", format_count(draw.quota),
                                   format_count(ruled)));
  }
}

void check_proofs(const PublishedDraw& draw, std::vector<std::string>& problems) {
  std::uint64_t broken = 0;
  for (const PublishedProof& proof : draw.proofs) {
    const std::uint32_t ticket = proof.ticket.value();
    const bool on_roster =
        ticket >= 1 && ticket <= draw.roster.size() && draw.roster[ticket - 1] == proof.token;
    const InclusionClaim claim{merkle_leaf(bytes_of(proof.token)), std::uint64_t{ticket} - 1,
                               draw.roster_size, proof.path};
    if (!on_roster || !verify_inclusion(claim, draw.root)) ++broken;
  }
  if (broken > 0) {
    problems.push_back(fmt::format("{} of {} inclusion proofs do not verify", format_count(broken),
                                   format_count(draw.proofs.size())));
  }
}

/// By ticket; empty when the draw cannot be computed again at all.
std::vector<bool> draw_again(const PublishedDraw& draw, std::vector<std::string>& problems) {
  // Both numbers are foreign input; the shuffle allocates by the first and asserts the relation.
  if (draw.roster.size() != draw.roster_size || draw.quota > draw.roster_size) return {};
  const DrawInputs inputs{draw.event, draw.secret,      draw.beacon,
                          draw.root,  draw.roster_size, draw.quota};
  const auto winners = draw_winners(draw_seed(inputs), draw.roster_size, draw.quota);
  if (winners != draw.winners) {
    problems.push_back("the published winners are not those that the seed draws");
  }
  std::vector<bool> drawn(draw.roster_size + std::size_t{1});
  for (TicketNumber ticket : winners) drawn[ticket.value()] = true;
  return drawn;
}

}  // namespace

RecomputedDraw recompute(const PublishedDraw& draw, const RunFacts& facts) {
  RecomputedDraw result;
  check_commitment(draw, facts, result.problems);
  check_roster(draw, facts, result.problems);
  check_proofs(draw, result.problems);
  result.drawn = draw_again(draw, result.problems);
  return result;
}

}  // namespace fairrush::analysis
