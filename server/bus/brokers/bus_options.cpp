#include "server/bus/brokers/bus_options.hpp"

#include <ranges>
#include <string>
#include <utility>

namespace fairrush::server {
namespace {

using Assigned = std::expected<void, std::string>;

constexpr std::string_view kFile = "file:";
constexpr const char* kConsumers = "audit, notification, audit,notification or none";

Assigned assign_consumers(BusOptions& options, std::string_view text) {
  if (text.empty()) return std::unexpected(kConsumers);
  BusOptions chosen = options;
  chosen.audit = chosen.notification = false;
  for (const auto part : std::views::split(text == "none" ? std::string_view() : text, ',')) {
    const std::string_view name(part.begin(), part.end());
    if (name == "audit" && !chosen.audit) {
      chosen.audit = true;
    } else if (name == "notification" && !chosen.notification) {
      chosen.notification = true;
    } else {
      return std::unexpected(kConsumers);
    }
  }
  options = std::move(chosen);
  return {};
}

std::string consumers_text(const BusOptions& options) {
  if (options.audit) return options.notification ? "audit,notification" : "audit";
  return options.notification ? "notification" : "none";
}

Assigned assign_notices(BusOptions& options, std::string_view text) {
  if (text == "log") {
    options.notices_path.reset();
    return {};
  }
  if (!text.starts_with(kFile) || text.size() == kFile.size()) {
    return std::unexpected("log or file:PATH");
  }
  options.notices_path = text.substr(kFile.size());
  return {};
}

std::string notices_text(const BusOptions& options) {
  return options.notices_path ? std::string(kFile) + *options.notices_path : "log";
}

}  // namespace

void add_bus_options(OptionTable& table, BusOptions& options) {
  table.add_custom(
      {"bus", "URL", "What carries messages to their consumers"},
      [&options] { return shown(options.address); },
      [&options](std::string_view text) -> Assigned {
        auto address = parse_bus_address(text);
        if (!address) return std::unexpected(kBusAddressForms);
        options.address = std::move(*address);
        return {};
      });
  table.add({.name = "bus-password",
             .hint = "PASSWORD",
             .help = "Instead of the one in --bus, better given as FAIRRUSH_BUS_PASSWORD",
             .secret = true},
            options.password);
  table.add_custom(
      {"consumers", "LIST", "Who hears of coupons in this process"},
      [&options] { return consumers_text(options); },
      [&options](std::string_view text) { return assign_consumers(options, text); });
  table.add_custom(
      {"notify", "file:PATH", "Where the notification consumer writes besides the log"},
      [&options] { return notices_text(options); },
      [&options](std::string_view text) { return assign_notices(options, text); });
}

}  // namespace fairrush::server
