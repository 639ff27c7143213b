#include "loadgen/execution/evidence.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>

#include "loadgen/ledger/gain.hpp"
#include "loadgen/ledger/read.hpp"

namespace fairrush::loadgen {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(100);
constexpr int kStillLooks = 2;

/// From where the scenario says, else the target's own export.
FromTarget<analysis::Ledger> ledger_of_round(TargetClient& client, const EvidenceExport& where) {
  if (!where.ledger_source) return client.ledger(where.announced.event);
  auto rows = read_ledger(*where.ledger_source, where.announced.event);
  if (!rows) return std::unexpected(TargetFailure{std::move(rows.error())});
  return std::move(*rows);
}

/// Reads the ledger until it has as many rows as the last time. A target that states how much it
/// has issued has come to rest already.
FromTarget<analysis::Ledger> ledger_at_rest(TargetClient& client, const EvidenceExport& where,
                                            bool rests) {
  auto rows = ledger_of_round(client, where);
  for (Duration waited{}; rows && !rests && waited < where.settle_deadline; waited += kLookEvery) {
    std::this_thread::sleep_for(kLookEvery);
    const std::size_t before = rows->size();
    rows = ledger_of_round(client, where);
    rests = rows && rows->size() == before;
  }
  return rows;
}

void take_ledger(TargetClient& client, const EvidenceExport& where, analysis::RoundFacts& round,
                 Issued& issued) {
  auto rows = ledger_at_rest(client, where, round.stock.issued.has_value());
  if (!rows) {
    round.ledger_missing = rows.error().message;
    return;
  }
  if (where.ledger_source) rows = rows_gained(issued.ledger, std::move(*rows), where.round);
  for (analysis::LedgerRow& row : *rows) {
    row.round = where.round;
    issued.ledger.push_back(std::move(row));
  }
}

void take_bus(TargetClient& client, const EvidenceExport& where, analysis::RoundFacts& round,
              Issued& issued) {
  auto heard = client.audit(where.announced.event);
  if (!heard || !*heard) {
    round.bus_missing =
        heard ? "the target has no consumer of its bus to ask" : heard.error().message;
    return;
  }
  round.bus_missing.reset();
  if (!issued.bus) issued.bus.emplace();
  for (analysis::BusDelivery& delivery : **heard) {
    delivery.round = where.round;
    issued.bus->push_back(std::move(delivery));
  }
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

FromTarget<Settled> wait_for_quiescence(TargetClient& client, const std::string& event,
                                        Duration deadline) {
  auto document = client.event(event);
  int still = 0;
  for (Duration waited{}; document && still < kStillLooks && waited < deadline;
       waited += kLookEvery) {
    std::this_thread::sleep_for(kLookEvery);
    const auto issued = document->stock.issued;
    document = client.event(event);
    const bool moves = document && (document->stock.issued != issued ||
                                    document->stock.outbox_pending.value_or(0) > 0);
    still = document && !moves ? still + 1 : 0;
  }
  if (!document) return std::unexpected(document.error());
  return Settled{.document = std::move(*document), .still_moving = still < kStillLooks};
}

std::expected<void, std::string> export_evidence(TargetClient& client, const EvidenceExport& where,
                                                 analysis::RunFacts& facts, Issued& issued) {
  const EventDocument& announced = where.announced;
  analysis::RoundFacts& round = facts.rounds.at(where.round);
  const auto settled = wait_for_quiescence(client, announced.event, where.settle_deadline);
  if (!settled && settled.error().status == 0) {
    // Every further question would wait as long again for nothing.
    round.ledger_missing = round.bus_missing = round.draw_missing = settled.error().message;
    return {};
  }
  if (settled) {
    const EventDocument& document = settled->document;
    const bool roster_known = document.phase != "scheduled" && document.phase != "reserving";
    if (roster_known) {
      round.announced_roster = document.roster;
      round.announced_coupons = document.quota;
    }
  }
  if (settled && settled->still_moving) {
    round.ledger_missing = fmt::format(
        "the target still issued coupons, or told of them, {} after "
        "the rush; target.settle_deadline grants it more",
        format_duration(where.settle_deadline));
    round.bus_missing = round.ledger_missing;
  } else {
    if (settled) round.stock = settled->document.stock;
    take_ledger(client, where, round, issued);
    take_bus(client, where, round, issued);
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
