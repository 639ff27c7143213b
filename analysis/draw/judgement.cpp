#include "analysis/draw/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/draw/draw.hpp"
#include "base/units.hpp"

namespace fairrush::analysis {
namespace {

struct Fault {
  DrawCause cause;
  std::string reason;
};
using Finding = std::optional<Fault>;

Finding check_commitment(const DrawEvidence& evidence) {
  const auto& before = evidence.commitment;
  const DrawDocument& draw = evidence.draw;
  if (!before) return {};
  if (before->event != draw.event) {
    return Fault{DrawCause::commitment,
                 fmt::format("the commitment is for the event \"{}\", the draw is of \"{}\"",
                             before->event, draw.event)};
  }
  if (before->commitment != draw.commitment) {
    return Fault{DrawCause::commitment,
                 "the draw names another commitment than the one published before"};
  }
  return {};
}

Finding check_secret(const DrawEvidence& evidence) {
  const DrawDocument& draw = evidence.draw;
  if (!draw.secret || draw_commitment(draw.event, *draw.secret) == draw.commitment) return {};
  return Fault{DrawCause::secret,
               fmt::format("the secret is not the one committed to for \"{}\"", draw.event)};
}

Finding check_beacon(const DrawEvidence& evidence) {
  const auto fault = [](std::string reason) { return Fault{DrawCause::beacon, std::move(reason)}; };
  const Bytes& beacon = evidence.draw.beacon;
  if (!is_distinct_beacon(beacon)) {
    return fault(
        "the beacon consists of zero bytes: such a draw is the same as one without a beacon and "
        "has to be published as one");
  }
  if (evidence.beacon && *evidence.beacon != beacon) {
    return fault(fmt::format("the published beacon is \"{}\", the one looked up \"{}\"",
                             to_hex(beacon), to_hex(*evidence.beacon)));
  }
  if (!evidence.commitment || !evidence.commitment->beacon_round) return {};
  const std::string& round = *evidence.commitment->beacon_round;
  if (round.empty() && !beacon.empty()) {
    return fault("a beacon was used that was not announced with the commitment");
  }
  if (!round.empty() && beacon.empty() && evidence.draw.secret) {
    return fault(fmt::format("the beacon round \"{}\" was announced and no beacon used", round));
  }
  return {};
}

Finding check_roster(const DrawEvidence& evidence) {
  const auto& roster = evidence.roster;
  const DrawDocument& draw = evidence.draw;
  if (!roster) return {};
  if (evidence.repetition) {
    return Fault{DrawCause::repeated_token,
                 fmt::format("somebody has two tickets: {} of the roster", *evidence.repetition)};
  }
  if (roster->size != draw.roster_size) {
    return Fault{DrawCause::roster,
                 fmt::format("the roster has {} tokens, the draw was published for {}",
                             format_count(roster->size), format_count(draw.roster_size))};
  }
  if (draw.root && roster->root != *draw.root) {
    return Fault{DrawCause::roster,
                 "the published root does not match the roster: a token was changed or moved"};
  }
  return {};
}

/// The announced number of coupons in words, with what it gives; unset when nothing was announced.
struct AnnouncedQuota {
  std::string text;
  std::uint64_t coupons = 0;
};

std::optional<AnnouncedQuota> announced_quota(const DrawEvidence& evidence) {
  std::optional<std::string> text = evidence.coupons;
  if (!text && evidence.commitment) text = evidence.commitment->coupons;
  const auto rule = text ? parse_coupons(*text) : std::unexpected(std::string());
  if (!rule) return {};
  const std::uint64_t size = evidence.draw.roster_size;
  return AnnouncedQuota{*text, std::min(rule->coupons(size), size)};
}

Finding check_quota(const DrawEvidence& evidence) {
  const DrawDocument& draw = evidence.draw;
  const auto fault = [](std::string reason) { return Fault{DrawCause::quota, std::move(reason)}; };
  if (draw.quota > draw.roster_size) {
    return fault(fmt::format("the quota is {} of a roster of {}", format_count(draw.quota),
                             format_count(draw.roster_size)));
  }
  const auto announced = announced_quota(evidence);
  if (!draw.root || !announced || announced->coupons == draw.quota) return {};
  return fault(fmt::format("the quota is {}, the announced {} gives {} of {}",
                           format_count(draw.quota), announced->text,
                           format_count(announced->coupons), format_count(draw.roster_size)));
}

bool is_revealed(const DrawDocument& draw) {
  return draw.root && draw.secret && draw.winners;
}

std::vector<TicketNumber> drawn_again(const DrawDocument& draw, ByteView beacon,
                                      std::uint32_t quota) {
  const DrawInputs inputs{draw.event, *draw.secret, beacon, *draw.root, draw.roster_size, quota};
  return draw_winners(draw_seed(inputs), draw.roster_size, quota);
}

/// A list as long as the quota that differs from the drawn one.
Fault explain_difference(const DrawEvidence& evidence, const std::vector<TicketNumber>& drawn) {
  const DrawDocument& draw = evidence.draw;
  const std::vector<TicketNumber>& listed = *draw.winners;
  if (!draw.beacon.empty() && listed == drawn_again(draw, {}, draw.quota)) {
    return {DrawCause::beacon, "the winners are those of a draw without the published beacon"};
  }
  std::size_t different = 0;
  for (std::size_t place = 0; place < drawn.size(); ++place) {
    if (listed[place] != drawn[place]) ++different;
  }
  const auto first = std::ranges::mismatch(listed, drawn);
  const auto where = first.in1 - listed.begin() + 1;
  const std::string detail = fmt::format("place {} is listed as ticket {}, the draw gives {}",
                                         where, first.in1->value(), first.in2->value());
  if (different * 2 <= drawn.size() || drawn.size() == 1) {
    return {DrawCause::winners,
            fmt::format("the list of winners is not what was drawn: {}; {} of "
                        "{} places differ",
                        detail, format_count(different), format_count(drawn.size()))};
  }
  std::string suspects = "the list itself";
  if (!evidence.beacon) suspects += ", the beacon";
  if (!announced_quota(evidence)) suspects += ", the quota";
  if (!evidence.roster) suspects += ", the root, the roster's size";
  return {DrawCause::inputs, fmt::format("the winners do not follow from what was published: {}; "
                                         "one of these was changed: {}",
                                         detail, suspects)};
}

Finding check_winners(const DrawEvidence& evidence) {
  const DrawDocument& draw = evidence.draw;
  if (!is_revealed(draw)) return {};
  const std::vector<TicketNumber>& listed = *draw.winners;
  if (listed.empty() && draw.quota > 0) {
    return Fault{DrawCause::winners,
                 fmt::format("draw.winners is an empty list, expected the {} tickets of the quota, "
                             "or null while they are not published",
                             format_count(draw.quota))};
  }
  if (listed.size() != draw.quota) {
    const std::string counts = fmt::format("{} winners are listed for a quota of {}",
                                           format_count(listed.size()), format_count(draw.quota));
    const auto count =
        static_cast<std::uint32_t>(std::min<std::size_t>(listed.size(), draw.roster_size));
    if (listed.size() == count && listed == drawn_again(draw, draw.beacon, count)) {
      return Fault{DrawCause::quota, counts + ", and they are those of a draw of as many"};
    }
    return Fault{DrawCause::winners, counts};
  }
  const auto drawn = drawn_again(draw, draw.beacon, draw.quota);
  if (listed == drawn) return {};
  return explain_difference(evidence, drawn);
}

/// The proof that speaks for the participant: their own, else the roster's.
const PublishedProof* standing_of(const DrawEvidence& evidence) {
  if (evidence.proof) return &*evidence.proof;
  return evidence.roster && evidence.roster->proof ? &*evidence.roster->proof : nullptr;
}

Finding check_standing(const DrawEvidence& evidence) {
  const DrawDocument& draw = evidence.draw;
  if (evidence.proof && evidence.token && evidence.proof->token != *evidence.token) {
    return Fault{DrawCause::token, fmt::format("the proof is of the token \"{}\", not of yours",
                                               evidence.proof->token)};
  }
  if (evidence.token && evidence.roster && !evidence.roster->proof) {
    return Fault{DrawCause::token, "your token is not on the roster"};
  }
  const PublishedProof* const proof = standing_of(evidence);
  if (proof == nullptr || !draw.root) return {};
  const InclusionClaim claim{merkle_leaf(bytes_of(proof->token)),
                             std::uint64_t{proof->ticket.value()} - 1, draw.roster_size,
                             proof->path};
  if (verify_inclusion(claim, *draw.root)) return {};
  return Fault{DrawCause::proof,
               fmt::format("the proof does not lead to the published root as ticket {} of {}",
                           proof->ticket.value(), format_count(draw.roster_size))};
}

std::vector<std::string> not_checked(const DrawEvidence& evidence) {
  std::vector<std::string> left;
  if (!evidence.commitment) {
    left.emplace_back("whether the commitment is the one published before reservations opened");
  }
  if (!announced_quota(evidence)) left.emplace_back("whether the quota is the announced one");
  if (!evidence.roster) left.emplace_back("whether the published root is that of the roster");
  if (evidence.draw.beacon.empty()) {
    left.emplace_back(
        "whether somebody who knew the secret steered the roster: the draw has no beacon");
  } else if (!evidence.beacon) {
    left.emplace_back("whether the beacon is the value of its announced round");
  }
  return left;
}

std::string ordinal(std::uint32_t number) {
  const std::uint32_t tens = number % 100;
  const bool teen = tens >= 11 && tens <= 13;
  switch (teen ? 0 : number % 10) {
    case 1:
      return fmt::format("{}st", number);
    case 2:
      return fmt::format("{}nd", number);
    case 3:
      return fmt::format("{}rd", number);
    default:
      return fmt::format("{}th", number);
  }
}

std::string unrevealed_reason(const DrawDocument& draw) {
  if (!draw.root) return "reservations have not closed: no root is published yet";
  return draw.secret ? "the winners are not published yet" : "the secret is not published yet";
}

void tell(const DrawEvidence& evidence, DrawJudgement& judgement) {
  const DrawDocument& draw = evidence.draw;
  const PublishedProof* const standing = draw.root ? standing_of(evidence) : nullptr;
  std::string on_roster;
  if (standing != nullptr) {
    judgement.ticket = standing->ticket;
    on_roster = fmt::format("ticket {} is on the roster", standing->ticket.value());
  }
  if (!is_revealed(draw)) {
    judgement.answer = DrawAnswer::not_known;
    judgement.reason = unrevealed_reason(draw) + (on_roster.empty() ? "" : "; " + on_roster);
    return;
  }
  const std::string of_all =
      fmt::format("{} of {}", format_count(draw.quota), format_count(draw.roster_size));
  if (standing == nullptr) {
    judgement.reason = fmt::format("the draw is right: {} were drawn, as published", of_all);
    return;
  }
  const auto found = std::ranges::find(*draw.winners, standing->ticket);
  if (found == draw.winners->end()) {
    judgement.reason = fmt::format("{} and was not among the {} drawn", on_roster, of_all);
    return;
  }
  judgement.place = static_cast<std::uint32_t>(found - draw.winners->begin()) + 1;
  judgement.reason = fmt::format("{} and was drawn as the {} of {}", on_roster,
                                 ordinal(*judgement.place), format_count(draw.quota));
}

}  // namespace

std::string_view name_of(DrawCause cause) {
  static constexpr std::array<std::string_view, 11> kNames{
      "none",  "commitment", "secret", "beacon", "roster", "repeated-token",
      "quota", "winners",    "inputs", "proof",  "token"};
  return kNames.at(static_cast<std::size_t>(cause));
}

std::string_view name_of(DrawAnswer answer) {
  static constexpr std::array<std::string_view, 3> kNames{"yes", "no", "not known"};
  return kNames.at(static_cast<std::size_t>(answer));
}

DrawJudgement judge(const DrawEvidence& evidence) {
  // What narrows a fault down most comes first; each may take what stands before it for granted.
  static constexpr std::array kChecks{&check_commitment, &check_secret, &check_beacon,
                                      &check_roster,     &check_quota,  &check_winners,
                                      &check_standing};
  DrawJudgement judgement;
  judgement.unchecked = not_checked(evidence);
  for (const auto check : kChecks) {
    if (auto fault = check(evidence)) {
      judgement.answer = DrawAnswer::no;
      judgement.cause = fault->cause;
      judgement.reason = std::move(fault->reason);
      return judgement;
    }
  }
  tell(evidence, judgement);
  return judgement;
}

}  // namespace fairrush::analysis
