#include <fmt/core.h>

#include <array>
#include <utility>

#include "cli/dispatch.hpp"
#include "cli/draw/subcommands.hpp"

namespace fairrush::cli {
namespace {

constexpr auto kDrawSubcommands = std::to_array<Subcommand>({
    {"commit", "commit EVENT", "Make a secret and the commitment to publish", &draw_commit_main},
    {"run", "run EVENT --roster FILE --secret FILE", "Draw the winners", &draw_run_main},
    {"prove", "prove DRAW --roster FILE --ticket N", "Prove one ticket", &draw_prove_main},
    {"verify", "verify DRAW", "Say whether a published draw is right", &draw_verify_main},
    {"rfc3797", "rfc3797 --source NUMBERS… --pool N", "Run a selection of RFC 3797 again",
     &draw_rfc3797_main},
});

}  // namespace

ExitCode draw_main(std::vector<std::string> arguments) {
  const bool help = arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h";
  if (!help) return dispatch("fairrush draw", kDrawSubcommands, std::move(arguments));
  fmt::print(
      "fairrush draw: the verifiable draw, for operators and for participants. Offline.\n\n");
  print_subcommands("fairrush draw", kDrawSubcommands);
  fmt::print(
      "\nExit codes: 0 yes, 1 no, 2 usage or unusable input, 3 not known yet: the secret is not "
      "published.\n");
  return arguments.empty() ? ExitCode::usage : ExitCode::pass;
}

}  // namespace fairrush::cli
