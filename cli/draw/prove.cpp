#include <fmt/core.h>

#include <cstdint>

#include "analysis/draw/documents.hpp"
#include "cli/arguments.hpp"
#include "cli/draw/files.hpp"
#include "cli/draw/subcommands.hpp"
#include "cli/output/new_file.hpp"

namespace fairrush::cli {
namespace {

struct ProveOptions {
  std::string roster;
  std::uint32_t ticket = 0;  ///< 0: by token
  std::optional<std::string> token;
  std::optional<std::string> out;
};

/// The proof of the asked ticket under the root that the draw publishes.
std::expected<analysis::PublishedProof, std::string> prove(const std::string& draw_file,
                                                           const ProveOptions& options) {
  const auto draw = read_document(draw_file, analysis::parse_draw_document);
  if (!draw) return std::unexpected(draw.error());
  if (!draw->root) return std::unexpected(draw_file + ": no root is published yet");
  analysis::RosterQuery query{.ticket = {}, .token = options.token};
  if (options.ticket > 0) query.ticket = TicketNumber(options.ticket);
  auto roster = usable_roster(options.roster, std::move(query));
  if (!roster) return std::unexpected(roster.error());
  if (roster->root != *draw->root) {
    return std::unexpected(
        fmt::format("{}: not the roster of {}: its root is {}, the published one {}",
                    options.roster, draw_file, to_hex(roster->root), to_hex(*draw->root)));
  }
  if (!roster->proof) {
    return std::unexpected(options.token
                               ? fmt::format("--token: '{}' is not on the roster", *options.token)
                               : fmt::format("--ticket: {} is not accepted: the roster has 1 to {}",
                                             options.ticket, roster->size));
  }
  return std::move(*roster->proof);
}

}  // namespace

ExitCode draw_prove_main(std::vector<std::string> arguments) {
  ProveOptions options;
  OptionTable table;
  table.add({"roster", "FILE", "Tokens in ticket order, one a line"}, options.roster);
  table.add({"ticket", "N", "Prove this ticket; 0 stands for the one of --token"}, options.ticket,
            Between<std::uint32_t>{0, analysis::kDrawRosterMax});
  table.add({"token", "T", "Prove the ticket of this token"}, options.token);
  table.add({"out", "FILE", "The proof, a new file; without it on standard output"}, options.out);
  const auto positionals =
      read_arguments({.name = "fairrush draw prove",
                      .purpose = "Prove that a ticket is part of the published root.",
                      .positionals_hint = "DRAW",
                      .positionals_min = 1,
                      .positionals_max = 1},
                     table, std::move(arguments));
  if (!positionals) return positionals.error();
  if (options.roster.empty()) return refuse("--roster: missing, expected a file");
  if ((options.ticket > 0) == options.token.has_value()) {
    return refuse("expected one of --ticket and --token");
  }
  const auto proof = prove(positionals->front(), options);
  if (!proof) return refuse(proof.error());
  const std::string text = analysis::format_published_proof(*proof) + '\n';
  if (!options.out) {
    fmt::print("{}", text);
    return ExitCode::pass;
  }
  const auto written = write_new({.path = *options.out, .text = text});
  return written ? ExitCode::pass : refuse(written.error());
}

}  // namespace fairrush::cli
