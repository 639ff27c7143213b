#include "loadgen/execution/evidence.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

namespace fairrush::loadgen {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(100);
constexpr int kLooksMax = 30;
constexpr int kStillLooks = 2;

}  // namespace

std::expected<void, std::string> write_file(const std::filesystem::path& path,
                                            const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    return std::unexpected(
        fmt::format("'{}' cannot be written: {}", path.string(), std::strerror(errno)));
  }
  return {};
}

FromTarget<EventDocument> wait_for_quiescence(TargetClient& client, const std::string& event) {
  auto document = client.event(event);
  int still = 0;
  for (int look = 0; document && still < kStillLooks && look < kLooksMax; ++look) {
    std::this_thread::sleep_for(kLookEvery);
    const std::uint64_t issued = document->issued;
    document = client.event(event);
    still = document && document->issued == issued ? still + 1 : 0;
  }
  return document;
}

std::expected<void, std::string> export_evidence(TargetClient& client,
                                                 const EventDocument& announced,
                                                 const analysis::RunDirectory& directory,
                                                 analysis::RunFacts& facts) {
  if (const auto settled = wait_for_quiescence(client, announced.event)) {
    const bool roster_known = settled->phase != "scheduled" && settled->phase != "reserving";
    if (roster_known) {
      facts.rounds.front().announced_roster = settled->roster;
      facts.rounds.front().announced_coupons = settled->quota;
    }
  }
  if (const auto ledger = client.ledger(announced.event)) {
    const auto written = write_file(directory.ledger(), analysis::format_ledger_csv(*ledger));
    if (!written) return written;
  } else {
    facts.rounds.front().ledger_missing = ledger.error().message;
  }
  if (facts.allocation != analysis::Allocation::draw) return {};
  if (!announced.commitment) {
    facts.rounds.front().draw_missing = "no commitment was published before reservations opened";
    return {};
  }
  const auto draw = client.draw(announced.event, *announced.commitment);
  if (!draw) {
    facts.rounds.front().draw_missing = draw.error().message;
    return {};
  }
  if (!*draw) {
    facts.rounds.front().draw_missing = "the target has not published its secret";
    return {};
  }
  return write_file(directory.draw(0), analysis::format_published_draw(**draw));
}

}  // namespace fairrush::loadgen
