#include "analysis/assessment.hpp"
#include "analysis/run/replace_ledger.hpp"
#include "cli/arguments.hpp"
#include "cli/output/new_file.hpp"
#include "cli/subcommand.hpp"
#include "cli/verdict_output.hpp"
#include "loadgen/dialect/user_names.hpp"
#include "loadgen/ledger/read.hpp"

namespace fairrush::cli {
namespace {

struct CheckOptions {
  OutputOptions output;
  loadgen::LedgerOrder ledger;
  std::string admin_token;
  std::optional<std::string> ledger_out;
};

void add_options(OptionTable& table, CheckOptions& options) {
  table.add_flag({"quiet", "", "The exit code alone"}, options.output.quiet);
  table.add_flag({"json", "", "One JSON line instead of the summary"}, options.output.json);
  table.add({"ledger", "SOURCE",
             "Read the ledger there instead: http://, postgresql://, sqlite:, redis://, csv: or "
             "ndjson:"},
            options.ledger.source);
  table.add({"ledger-query", "SQL", "Yields user, coupon[, round]; PostgreSQL and SQLite"},
            options.ledger.query);
  table.add({"ledger-key", "KEY", "Redis key, or a template such as coupon:{user}:{coupon}"},
            options.ledger.key);
  table.add({"ledger-member", "TEMPLATE", "Redis member or value, such as {user}:{coupon}"},
            options.ledger.member);
  table.add(
      {.name = "admin-token", .hint = "TOKEN", .help = "Sent to an http:// ledger", .secret = true},
      options.admin_token);
  table.add({"ledger-out", "FILE", "Write the ledger that was read there as CSV, a new file"},
            options.ledger_out);
}

/// Reads the ledger that the options name, if any, into the evidence. The run's directory stays as
/// it is.
std::expected<void, std::string> take_ledger(const CheckOptions& options,
                                             analysis::RunEvidence& evidence) {
  const auto source = loadgen::ledger_source(options.ledger, options.admin_token);
  if (!source) return std::unexpected("--ledger: " + source.error());
  if (!*source) {
    if (options.ledger_out) return std::unexpected("--ledger-out: expected --ledger with it");
    return {};
  }
  auto users = loadgen::users_of_run(evidence.facts);
  if (!users) return std::unexpected("--ledger: " + users.error());
  loadgen::LedgerSource named = **source;
  named.user_of = std::move(*users);
  auto ledger = loadgen::read_ledger(named, evidence.facts.event);
  if (!ledger) return std::unexpected("--ledger: " + ledger.error());
  if (options.ledger_out) {
    const auto text = analysis::format_ledger_csv(*ledger);
    if (const auto written = write_new({.path = *options.ledger_out, .text = text}); !written) {
      return std::unexpected("--ledger-out: " + written.error());
    }
  }
  if (const auto replaced = analysis::replace_ledger(evidence, std::move(*ledger)); !replaced) {
    return std::unexpected("--ledger: " + replaced.error());
  }
  return {};
}

}  // namespace

ExitCode check_main(std::vector<std::string> arguments) {
  CheckOptions options;
  OptionTable table;
  add_options(table, options);
  const auto positionals = read_arguments(
      {.name = "fairrush check",
       .purpose = "Verify a run again from its directory: history, ledger and draw. Offline, but "
                  "for a --ledger elsewhere.",
       .positionals_hint = "RUN",
       .positionals_min = 1,
       .positionals_max = 1},
      table, std::move(arguments));
  if (!positionals) return positionals.error();
  auto evidence = analysis::load_run({positionals->front()});
  if (!evidence) return refuse(evidence.error());
  if (const auto taken = take_ledger(options, *evidence); !taken) return refuse(taken.error());
  const analysis::Assessment assessment = analysis::assess(*evidence);
  print_verdict({evidence->facts, assessment, evidence->history}, {}, options.output);
  return exit_code_of(evidence->facts, assessment);
}

}  // namespace fairrush::cli
