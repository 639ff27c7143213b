#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "analysis/draw/documents.hpp"
#include "base/draw/draw.hpp"
#include "cli/arguments.hpp"
#include "cli/draw/files.hpp"
#include "cli/draw/subcommands.hpp"
#include "cli/output/new_file.hpp"

namespace fairrush::cli {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr mode_t kOwnerOnly = 0600;

struct CommitOptions {
  std::string out = "commitment.json";
  std::string secret_out = "secret.hex";
  std::string beacon_round;
  std::optional<std::string> coupons;
};

/// The names that an event may have on a server as well.
bool is_event_name(std::string_view name) {
  constexpr std::size_t kLengthMax = 64;
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kLengthMax &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::vector<Problem> problems_of(const std::string& event, const CommitOptions& options) {
  std::vector<Problem> problems;
  if (!is_event_name(event)) {
    problems.push_back({"EVENT", fmt::format("'{}' is not accepted: expected 1 to 64 characters "
                                             "of A-Z a-z 0-9 . _ -",
                                             event)});
  }
  if (options.coupons) {
    if (const auto rule = analysis::parse_coupons(*options.coupons); !rule) {
      problems.push_back({"--coupons", fmt::format("'{}' is not accepted: expected {}",
                                                   *options.coupons, rule.error())});
    }
  }
  return problems;
}

ExitCode commit(const std::string& event, const CommitOptions& options) {
  const Bytes secret = secret_bytes(kSecretBytes);
  const analysis::DrawCommitment commitment{.event = event,
                                            .commitment = draw_commitment(event, secret),
                                            .beacon_round = options.beacon_round,
                                            .coupons = options.coupons};
  const std::string secret_text = to_hex(secret) + '\n';
  const auto kept = write_new({options.secret_out, secret_text, kOwnerOnly});
  if (!kept) return refuse(kept.error());
  const auto published =
      write_new({.path = options.out, .text = analysis::format_draw_commitment(commitment)});
  if (!published) {
    ::unlink(options.secret_out.c_str());  // a secret whose commitment nobody can publish
    return refuse(published.error());
  }
  fmt::print("commitment {}\n", to_hex(commitment.commitment));
  fmt::print("publish    {}   before reservations open\n", options.out);
  fmt::print("keep       {}   secret until claims have closed; losing it is visible to all\n",
             options.secret_out);
  if (options.beacon_round.empty()) {
    fmt::print(
        "no beacon: whoever knows the secret while the roster grows can try what wins; announce a "
        "public round with --beacon-round\n");
  }
  return ExitCode::pass;
}

}  // namespace

ExitCode draw_commit_main(std::vector<std::string> arguments) {
  CommitOptions options;
  OptionTable table;
  table.add({"out", "FILE", "The commitment to publish, a new file"}, options.out);
  table.add({"secret-out", "FILE", "The secret to keep, a new file for its owner alone"},
            options.secret_out);
  table.add({"beacon-round", "TEXT", "The public beacon and the round of it that will be used"},
            options.beacon_round);
  table.add({"coupons", "C", "Announce the rule: a share of the roster (rounded down) or a number"},
            options.coupons);
  const auto positionals =
      read_arguments({.name = "fairrush draw commit",
                      .purpose = "Make a secret and the commitment to publish before reservations "
                                 "open.",
                      .positionals_hint = "EVENT",
                      .positionals_min = 1,
                      .positionals_max = 1},
                     table, std::move(arguments));
  if (!positionals) return positionals.error();
  const std::string& event = positionals->front();
  if (const auto problems = problems_of(event, options); !problems.empty()) return refuse(problems);
  return commit(event, options);
}

}  // namespace fairrush::cli
