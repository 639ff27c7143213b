#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/version.hpp"
#include "server/configuration/configuration.hpp"
#include "server/configuration/print.hpp"
#include "server/server_process.hpp"
#include "server/stores/stored_designs.hpp"

namespace {

constexpr int kUsageExit = 2;
constexpr int kInternalExit = 70;  // EX_SOFTWARE

int list_faults() {
  using namespace fairrush::server;
  fmt::print("name\tbreaks\tkilled by\tdesigns\n");
  for (const FaultRow& row : faults()) {
    fmt::print("{}\t{}\t{}\t{}\n", row.name, row.breaks, row.killed_by, designs_text(row));
  }
  return 0;
}

int list_designs() {
  using namespace fairrush::server;
  fmt::print("name\tdecides\tstores\n");
  for (const StoredDesign& row : stored_designs()) {
    fmt::print("{}\t{}\t{}\n", row.name, row.help, stores_text(row));
  }
  return 0;
}

int print_version() {
  fmt::print("fairrush-server {}, {} build\n", fairrush::version_text(),
             fairrush::version().build_type);
  return 0;
}

int serve(const fairrush::server::ServerOptions& options,
          const fairrush::server::Configuration& configuration) {
  using namespace fairrush::server;
  start_logging(options.log_level);
  for (const std::string& variable : configuration.ignored) {
    log_warning("environment variable ignored: it names no option", {{"variable", variable}});
  }
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

int run(std::vector<std::string> arguments) {
  using namespace fairrush::server;
  ServerOptions options;
  fairrush::OptionTable table = server_option_table(options);
  const fairrush::ProgramInfo program{
      .name = "fairrush-server",
      .purpose = "The reference coupon service: reservations, rushes and a verifiable draw.",
      .positionals_hint = ""};
  const auto configuration =
      configure(program, table, {std::move(arguments), environment_of_process()},
                [&options] { return check_options(options); });
  // Asked for by themselves, these need no valid configuration.
  if (options.call.version) return print_version();
  if (options.call.list_faults) return list_faults();
  if (options.call.list_designs) return list_designs();
  if (!configuration) {
    fmt::print(stderr, "{}", fairrush::format_problems(configuration.error()));
    return kUsageExit;
  }
  if (configuration->help) {
    fmt::print("{}", *configuration->help);
    return 0;
  }
  if (options.call.print_config) {
    fmt::print("{}", print_configuration(table, configuration->sources));
    return 0;
  }
  return serve(options, *configuration);
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
