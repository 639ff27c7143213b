#include <fmt/core.h>

#include <algorithm>

#include "analysis/draw/documents.hpp"
#include "base/draw/draw.hpp"
#include "base/units.hpp"
#include "cli/arguments.hpp"
#include "cli/draw/files.hpp"
#include "cli/draw/subcommands.hpp"
#include "cli/output/new_file.hpp"

namespace fairrush::cli {
namespace {

struct RunOptions {
  std::string roster;
  std::string secret;
  std::string beacon;
  std::optional<std::string> coupons;
  std::optional<std::string> commitment;
  std::string out = "draw.json";
};

/// What decides a draw besides the roster, each held against what was announced.
struct DrawTerms {
  Bytes secret;
  Bytes beacon;
  analysis::QuotaRule coupons;
};

std::expected<Bytes, std::string> beacon_in(const std::string& text) {
  auto beacon = from_hex(text);
  if (!beacon || beacon->size() > analysis::kBeaconBytesMax) {
    return std::unexpected(fmt::format(
        "--beacon: '{}' is not accepted: expected at most {} bytes in hexadecimal, nothing for "
        "none",
        text, analysis::kBeaconBytesMax));
  }
  if (!analysis::is_distinct_beacon(*beacon)) {
    return std::unexpected(fmt::format(
        "--beacon: '{}' is not accepted: zero bytes draw the same as no beacon; leave it out to "
        "draw without one",
        text));
  }
  return beacon;
}

std::expected<analysis::QuotaRule, std::string> coupons_in(const std::optional<std::string>& given,
                                                           const std::string& announced) {
  if (!announced.empty() && given && *given != announced) {
    return std::unexpected(
        fmt::format("--coupons: '{}', but the commitment announces {}", *given, announced));
  }
  if (announced.empty() && !given) {
    return std::unexpected(
        "--coupons: missing, expected a share such as 20%, or a number: how many of the roster are "
        "drawn, for no commitment announces it");
  }
  const std::string text = given.value_or(announced);
  auto rule = analysis::parse_coupons(text);
  if (!rule) {
    return std::unexpected(
        fmt::format("--coupons: '{}' is not accepted: expected {}", text, rule.error()));
  }
  return rule;
}

std::expected<void, std::string> hold_against(const analysis::DrawCommitment& before,
                                              const std::string& event, const DrawTerms& terms) {
  if (before.event != event) {
    return std::unexpected(
        fmt::format("the commitment is for the event '{}', not '{}'", before.event, event));
  }
  if (draw_commitment(event, terms.secret) != before.commitment) {
    return std::unexpected("the secret is not the one that was committed to");
  }
  if (!before.beacon_round) return {};
  if (before.beacon_round->empty() && !terms.beacon.empty()) {
    return std::unexpected("--beacon: none was announced with the commitment");
  }
  if (!before.beacon_round->empty() && terms.beacon.empty()) {
    return std::unexpected(fmt::format("--beacon: expected the value of the announced round '{}'",
                                       *before.beacon_round));
  }
  return {};
}

std::expected<DrawTerms, std::string> terms_of(const std::string& event,
                                               const RunOptions& options) {
  std::optional<analysis::DrawCommitment> before;
  if (options.commitment) {
    auto read = read_document(*options.commitment, analysis::parse_draw_commitment);
    if (!read) return std::unexpected(read.error());
    before = std::move(*read);
  }
  auto secret = read_secret(options.secret);
  if (!secret) return std::unexpected(secret.error());
  auto beacon = beacon_in(options.beacon);
  if (!beacon) return std::unexpected(beacon.error());
  const auto coupons =
      coupons_in(options.coupons, before ? before->coupons.value_or("") : std::string());
  if (!coupons) return std::unexpected(coupons.error());
  DrawTerms terms{std::move(*secret), std::move(*beacon), *coupons};
  if (before) {
    if (const auto held = hold_against(*before, event, terms); !held) {
      return std::unexpected(held.error());
    }
  }
  return terms;
}

std::vector<Problem> missing_files(const RunOptions& options) {
  std::vector<Problem> missing;
  if (options.roster.empty()) {
    missing.push_back({"--roster", "missing, expected the file of tokens to draw from"});
  }
  if (options.secret.empty()) {
    missing.push_back({"--secret", "missing, expected the file that 'draw commit' wrote for you"});
  }
  return missing;
}

analysis::DrawDocument drawn(const std::string& event, const DrawTerms& terms,
                             const analysis::ScannedRoster& roster) {
  const auto quota = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(terms.coupons.coupons(roster.size), roster.size));
  const DrawInputs inputs{event, terms.secret, terms.beacon, roster.root, roster.size, quota};
  return {.event = event,
          .commitment = draw_commitment(event, terms.secret),
          .beacon = terms.beacon,
          .root = roster.root,
          .roster_size = roster.size,
          .quota = quota,
          .secret = terms.secret,
          .winners = draw_winners(draw_seed(inputs), roster.size, quota),
          .roster = {}};
}

void summarise(const analysis::DrawDocument& draw, const std::string& file) {
  fmt::print("root    {}\n", to_hex(*draw.root));
  fmt::print("drawn   {} of {}\n", format_count(draw.quota), format_count(draw.roster_size));
  fmt::print("beacon  {}\n", draw.beacon.empty()
                                 ? "none: whoever knew the secret while the roster grew could try "
                                   "what wins"
                                 : to_hex(draw.beacon));
  fmt::print("publish {}   it reveals the secret: not before claims have closed\n", file);
}

}  // namespace

ExitCode draw_run_main(std::vector<std::string> arguments) {
  RunOptions options;
  OptionTable table;
  table.add({"roster", "FILE", "Tokens in ticket order, one a line"}, options.roster);
  table.add({"secret", "FILE", "The secret that was committed to"}, options.secret);
  table.add({"beacon", "HEX", "Value of the announced beacon round; none without"}, options.beacon);
  table.add({"coupons", "C",
             "How many are drawn: a share of the roster (rounded down) or a number; may be left "
             "out when the commitment announces it"},
            options.coupons);
  table.add({"commitment", "FILE", "The published commitment, to hold the draw against"},
            options.commitment);
  table.add({"out", "FILE", "The draw to publish, a new file"}, options.out);
  const auto positionals = read_arguments({.name = "fairrush draw run",
                                           .purpose = "Draw the winners of an event.",
                                           .positionals_hint = "EVENT",
                                           .positionals_min = 1,
                                           .positionals_max = 1},
                                          table, std::move(arguments));
  if (!positionals) return positionals.error();
  if (const auto missing = missing_files(options); !missing.empty()) return refuse(missing);
  const std::string& event = positionals->front();
  const auto terms = terms_of(event, options);
  if (!terms) return refuse(terms.error());
  const auto roster = usable_roster(options.roster, {});
  if (!roster) return refuse(roster.error());
  const analysis::DrawDocument draw = drawn(event, *terms, *roster);
  const auto written =
      write_new({.path = options.out, .text = analysis::format_draw_document(draw)});
  if (!written) return refuse(written.error());
  summarise(draw, options.out);
  return ExitCode::pass;
}

}  // namespace fairrush::cli
