#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "analysis/run/directory.hpp"
#include "analysis/run/facts.hpp"
#include "loadgen/ledger/source.hpp"
#include "loadgen/target/target_client.hpp"

namespace fairrush::loadgen {

/// Writes `text` to `path`. The error names path and cause.
std::expected<void, std::string> write_file(const std::filesystem::path& path,
                                            const std::string& text);

/// An event after a rush.
struct Settled {
  EventDocument document;
  bool still_moving = false;  ///< the target had not come to rest by the deadline
};

/// Waits until the target issues nothing more: its count stands still and its outbox is empty, or
/// `deadline` has passed.
FromTarget<Settled> wait_for_quiescence(TargetClient& client, const std::string& event,
                                        Duration deadline);

/// Where the evidence of a round comes from and goes to.
struct EvidenceExport {
  const EventDocument& announced;  ///< the event as it stood before reservations opened
  const analysis::RunDirectory& directory;
  std::uint32_t round = 0;                           ///< 0-based
  const std::optional<LedgerSource>& ledger_source;  ///< unset: the target's own export
  Duration settle_deadline{};                        ///< for the target to come to rest
};

/// What the target says it issued, over all rounds.
struct Issued {
  analysis::Ledger ledger;
  std::optional<analysis::BusLog> bus;  ///< unset: no consumer of the bus could be asked
};

/// Takes what the target has to show after a round: its draw into the directory, its ledger and bus
/// onto `issued`, and what it announced into the facts of the round. A ledger that still grows at
/// the deadline is no evidence. What the target does not give is noted in the facts; an error is
/// one of the directory.
std::expected<void, std::string> export_evidence(TargetClient& client, const EvidenceExport& where,
                                                 analysis::RunFacts& facts, Issued& issued);

}  // namespace fairrush::loadgen
