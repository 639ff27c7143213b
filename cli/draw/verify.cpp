#include <fmt/core.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "analysis/draw/judgement.hpp"
#include "cli/arguments.hpp"
#include "cli/draw/files.hpp"
#include "cli/draw/subcommands.hpp"

namespace fairrush::cli {
namespace {

namespace json = boost::json;

struct VerifyOptions {
  std::optional<std::string> roster;
  std::optional<std::string> commitment;
  std::optional<std::string> token;
  std::optional<std::string> proof;
  std::optional<std::string> beacon;
  std::optional<std::string> coupons;
  bool json = false;
};

using Done = std::expected<void, std::string>;

/// The roster from its file, else the one inside the document, if any.
Done add_roster(const VerifyOptions& options, analysis::DrawEvidence& evidence) {
  const analysis::RosterQuery query{.ticket = {}, .token = evidence.token};
  if (options.roster) {
    auto scanned = scan_roster(*options.roster, query);
    if (!scanned) return std::unexpected(scanned.error());
    evidence.roster = std::move(scanned->roster);
    evidence.repetition = std::move(scanned->repetition);
    return {};
  }
  if (!evidence.draw.roster) return {};
  analysis::RosterScan scan(query);
  for (const std::string& token : *evidence.draw.roster) {
    if (const auto added = scan.add(token); !added) return added;
  }
  auto scanned = scan.finish();
  if (!scanned) return std::unexpected(scanned.error());
  analysis::RepetitionSearch search(scanned->repeated_marks);
  for (const std::string& token : *evidence.draw.roster) search.take(token);
  evidence.repetition = search.found();
  evidence.roster = std::move(*scanned);
  return {};
}

Done add_announced(const VerifyOptions& options, analysis::DrawEvidence& evidence) {
  if (options.commitment) {
    auto commitment = read_document(*options.commitment, analysis::parse_draw_commitment);
    if (!commitment) return std::unexpected(commitment.error());
    evidence.commitment = std::move(*commitment);
  }
  if (options.beacon) {
    auto beacon = from_hex(*options.beacon);
    if (!beacon) return std::unexpected(fmt::format("--beacon: {}", beacon.error()));
    evidence.beacon = std::move(*beacon);
  }
  if (options.coupons) {
    const auto rule = analysis::parse_coupons(*options.coupons);
    if (!rule) {
      return std::unexpected(fmt::format("--coupons: '{}' is not accepted: expected {}",
                                         *options.coupons, rule.error()));
    }
    evidence.coupons = options.coupons;
  }
  return {};
}

std::expected<analysis::DrawEvidence, std::string> gather(const std::string& draw_file,
                                                          const VerifyOptions& options) {
  auto draw = read_document(draw_file, analysis::parse_draw_document);
  if (!draw) return std::unexpected(draw.error());
  analysis::DrawEvidence evidence;
  evidence.draw = std::move(*draw);
  evidence.token = options.token;
  if (options.proof) {
    auto proof = read_document(*options.proof, analysis::parse_published_proof);
    if (!proof) return std::unexpected(proof.error());
    evidence.proof = std::move(*proof);
  }
  if (const auto added = add_roster(options, evidence); !added) {
    return std::unexpected(added.error());
  }
  if (const auto added = add_announced(options, evidence); !added) {
    return std::unexpected(added.error());
  }
  if (evidence.token && !evidence.proof && !evidence.roster) {
    return std::unexpected("--token: expected a --proof or a --roster with it");
  }
  return evidence;
}

ExitCode exit_code_of(analysis::DrawAnswer answer) {
  switch (answer) {
    case analysis::DrawAnswer::yes:
      return ExitCode::pass;
    case analysis::DrawAnswer::no:
      return ExitCode::check_failed;
    case analysis::DrawAnswer::not_known:
      return ExitCode::not_known;
  }
  return ExitCode::not_known;
}

void print_text(const analysis::DrawJudgement& judgement) {
  fmt::print("{}: {}\n", name_of(judgement.answer), judgement.reason);
  if (judgement.answer == analysis::DrawAnswer::no) return;
  for (const std::string& item : judgement.unchecked) fmt::print("not checked: {}\n", item);
}

void print_json(const analysis::DrawJudgement& judgement) {
  json::object line{
      {"answer", name_of(judgement.answer)},
      {"cause", nullptr},
      {"reason", judgement.reason},
      {"ticket", nullptr},
      {"place", nullptr},
      {"not_checked", json::array(judgement.unchecked.begin(), judgement.unchecked.end())}};
  if (judgement.cause != analysis::DrawCause::none) line["cause"] = name_of(judgement.cause);
  if (judgement.ticket) line["ticket"] = judgement.ticket->value();
  if (judgement.place) line["place"] = *judgement.place;
  fmt::print("{}\n", json::serialize(line));
}

}  // namespace

ExitCode draw_verify_main(std::vector<std::string> arguments) {
  VerifyOptions options;
  OptionTable table;
  table.add({"roster", "FILE", "The published roster, one token a line"}, options.roster);
  table.add({"commitment", "FILE", "The commitment (or event) as published before reservations"},
            options.commitment);
  table.add({"token", "T", "Your own token"}, options.token);
  table.add({"proof", "FILE", "Your inclusion proof"}, options.proof);
  table.add({"beacon", "HEX", "Value of the announced beacon round, as you looked it up"},
            options.beacon);
  table.add({"coupons", "C", "The rule as announced: 20% (rounded down) or a number"},
            options.coupons);
  table.add_flag({"json", "", "One JSON line instead of text"}, options.json);
  const auto positionals = read_arguments(
      {.name = "fairrush draw verify",
       .purpose = "Say whether a published draw is right, and where you stand in it.",
       .positionals_hint = "DRAW",
       .positionals_min = 1,
       .positionals_max = 1},
      table, std::move(arguments));
  if (!positionals) return positionals.error();
  const auto evidence = gather(positionals->front(), options);
  if (!evidence) return refuse(evidence.error());
  const analysis::DrawJudgement judgement = analysis::judge(*evidence);
  options.json ? print_json(judgement) : print_text(judgement);
  return exit_code_of(judgement.answer);
}

}  // namespace fairrush::cli
