#include "server/designs/by_chance/sealed_draw.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/draw/draw.hpp"

namespace fairrush::server {
namespace {

/// Stands for the roster in the seed of a draw that nobody can check.
constexpr std::string_view kUnpublished = "an unpublished roster";

}  // namespace

SealedDraw::SealedDraw(const EventSpec& spec, const EventSecrets& secrets)
    : event_(spec.name), secret_(secrets.draw), rule_(spec.quota) {}

Decision SealedDraw::decide(TicketNumber ticket, Duration) {
  if (!outcome_) return {.kind = Decision::Kind::pending};
  if (!drawn_.at(ticket.value() - 1)) return {.kind = Decision::Kind::lost};
  ++revealed_;
  return {.kind = Decision::Kind::won, .serial = ticket.value()};
}

bool SealedDraw::recall(TicketNumber ticket, CouponSerial serial) {
  if (!outcome_ || !drawn_.at(ticket.value() - 1) || serial != ticket.value()) return false;
  ++revealed_;
  return true;
}

Digest SealedDraw::commitment() const {
  return draw_commitment(event_, secret_);
}

std::function<DrawOutcome()> SealedDraw::draw_job(std::span<const Token> roster) const {
  return [event = event_, secret = secret_, quota = quota(),
          tokens = std::vector(roster.begin(), roster.end())] {
    std::vector<Digest> leaves;
    leaves.reserve(tokens.size());
    for (const Token& token : tokens) leaves.push_back(merkle_leaf(bytes_of(to_hex(token))));
    MerkleTree tree(std::move(leaves));
    const DrawInputs inputs{.event = event,
                            .secret = secret,
                            .beacon = {},
                            .root = tree.root(),
                            .roster = static_cast<std::uint32_t>(tokens.size()),
                            .quota = quota};
    return DrawOutcome{.roster = inputs.roster,
                       .quota = quota,
                       .root = inputs.root,
                       .winners = draw_winners(draw_seed(inputs), inputs.roster, quota),
                       .tree = std::move(tree)};
  };
}

DrawOutcome SealedDraw::draw_unpublished() const {
  const DrawInputs inputs{.event = event_,
                          .secret = secret_,
                          .beacon = {},
                          .root = sha256({bytes_of(kUnpublished)}),
                          .roster = roster_,
                          .quota = quota()};
  return {.roster = inputs.roster,
          .quota = inputs.quota,
          .root = inputs.root,
          .winners = draw_winners(draw_seed(inputs), inputs.roster, inputs.quota)};
}

void SealedDraw::adopt(DrawOutcome outcome) {
  FAIRRUSH_ASSERT(!outcome_ && outcome.roster == roster_);
  drawn_.assign(roster_, false);
  for (const TicketNumber winner : outcome.winners) drawn_.at(winner.value() - 1) = true;
  outcome_ = std::move(outcome);
}

std::uint32_t SealedDraw::quota_of(std::uint32_t roster) const {
  return std::min(rule_.coupons(roster), roster);
}

}  // namespace fairrush::server
