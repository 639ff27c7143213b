#include "loadgen/execution/evidence.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "loadgen/ledger/read.hpp"

namespace fairrush::loadgen {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(100);
constexpr int kLooksMax = 30;
constexpr int kStillLooks = 2;

/// From where the scenario says, else the target's own export.
FromTarget<analysis::Ledger> ledger_of_round(TargetClient& client, const EvidenceExport& where) {
  if (!where.ledger_source) return client.ledger(where.announced.event);
  auto rows = read_ledger(*where.ledger_source, where.announced.event);
  if (!rows) return std::unexpected(TargetFailure{std::move(rows.error())});
  return std::move(*rows);
}

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
    const auto issued = document->stock.issued;
    document = client.event(event);
    const bool moves = document && (document->stock.issued != issued ||
                                    document->stock.outbox_pending.value_or(0) > 0);
    still = document && !moves ? still + 1 : 0;
  }
  return document;
}

std::expected<void, std::string> export_evidence(TargetClient& client, const EvidenceExport& where,
                                                 analysis::RunFacts& facts, Issued& issued) {
  const EventDocument& announced = where.announced;
  analysis::RoundFacts& round = facts.rounds.at(where.round);
  if (const auto settled = wait_for_quiescence(client, announced.event)) {
    const bool roster_known = settled->phase != "scheduled" && settled->phase != "reserving";
    if (roster_known) {
      round.announced_roster = settled->roster;
      round.announced_coupons = settled->quota;
    }
    round.stock = settled->stock;
  }
  if (auto rows = ledger_of_round(client, where)) {
    for (analysis::LedgerRow& row : *rows) {
      row.round = where.round;
      issued.ledger.push_back(std::move(row));
    }
  } else {
    round.ledger_missing = rows.error().message;
  }
  if (auto heard = client.audit(announced.event); heard && *heard) {
    if (!issued.bus) issued.bus.emplace();
    for (analysis::BusDelivery& delivery : **heard) {
      delivery.round = where.round;
      issued.bus->push_back(std::move(delivery));
    }
  }
  if (facts.allocation != analysis::Allocation::draw) return {};
  if (!announced.commitment) {
    round.draw_missing = "no commitment was published before reservations opened";
    return {};
  }
  const auto draw = client.draw(announced.event, *announced.commitment);
  if (!draw) {
    round.draw_missing = draw.error().message;
    return {};
  }
  if (!*draw) {
    round.draw_missing = "the target has not published its secret";
    return {};
  }
  return write_file(where.directory.draw(where.round), analysis::format_published_draw(**draw));
}

}  // namespace fairrush::loadgen
