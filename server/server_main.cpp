#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/command_line.hpp"
#include "base/version.hpp"
#include "server/server_process.hpp"
#include "server/stores/stored_designs.hpp"

namespace {

constexpr int kUsageExit = 2;
constexpr int kInternalExit = 70;  // EX_SOFTWARE

int run(std::vector<std::string> arguments) {
  using namespace fairrush::server;
  if (std::ranges::find(arguments, "--version") != arguments.end()) {
    fmt::print("fairrush-server {}, {} build\n", fairrush::version_text(),
               fairrush::version().build_type);
    return 0;
  }
  if (std::ranges::find(arguments, "--list-faults") != arguments.end()) {
    fmt::print("name\tbreaks\tkilled by\tdesigns\n");
    for (const FaultRow& row : faults()) {
      fmt::print("{}\t{}\t{}\t{}\n", row.name, row.breaks, row.killed_by, designs_text(row));
    }
    return 0;
  }
  if (std::ranges::find(arguments, "--list-designs") != arguments.end()) {
    fmt::print("name\tdecides\tstores\n");
    for (const StoredDesign& row : stored_designs()) {
      fmt::print("{}\t{}\t{}\n", row.name, row.help, stores_text(row));
    }
    return 0;
  }
  ServerOptions options;
  fairrush::OptionTable table = server_option_table(options);
  const fairrush::ProgramInfo program{
      .name = "fairrush-server",
      .purpose = "The reference coupon service: reservations, rushes and a verifiable draw.",
      .positionals_hint = ""};
  const auto command_line = parse_command_line(program, table, std::move(arguments));
  if (!command_line) {
    fmt::print(stderr, "{}", fairrush::format_problems(command_line.error()));
    return kUsageExit;
  }
  if (command_line->help) {
    fmt::print("{}", *command_line->help);
    return 0;
  }
  start_logging(options.log_level);
  if (!options.app.credentials.admin_token) {
    log_warning("no admin token: admin routes refuse everybody");
  }
  const fairrush::RealClock clock;
  const auto served = run_server(options, clock);
  if (!served) {
    fmt::print(stderr, "fairrush-server: {}\n", served.error());
    return kUsageExit;
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    return run({values + 1, values + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "fairrush-server: {}\n", error.what());
    return kInternalExit;
  }
}
