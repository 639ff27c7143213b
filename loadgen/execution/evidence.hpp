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

/// The same for a file that is never to be seen half written, whenever this process ends.
std::expected<void, std::string> replace_file(const std::filesystem::path& path,
                                              const std::string& text);

/// Where the evidence of a round comes from and goes to.
struct EvidenceExport {
  const EventDocument& announced;  ///< the event as it stood before reservations opened
  const analysis::RunDirectory& directory;
  std::uint32_t round = 0;                           ///< 0-based
  const std::optional<LedgerSource>& ledger_source;  ///< unset: the target's own export
  Duration settle_deadline{};                        ///< for the target to come to rest
  const Waiting& waiting;
  bool reference_control = true;  ///< there is an event document, an audit and a draw to ask for
};

/// What the target says it issued, over all rounds.
struct Issued {
  analysis::Ledger ledger;
  std::optional<analysis::BusLog> bus;  ///< unset: no consumer of the bus could be asked
};

/// Why evidence is missing that nobody has asked for yet.
inline constexpr std::string_view kNotTaken = "the run did not come to it";

/// Notes of a round that begins what of its evidence is to be taken after it.
void expect_evidence(analysis::RoundFacts& round, analysis::Allocation allocation);

/// Notes why what has not been taken is missing.
void note_untaken(analysis::RoundFacts& round, const std::string& reason);

/// Takes what the target has to show after a round: its draw into the directory, its ledger and bus
/// onto `issued`, and what it announced into the facts of the round. A ledger that still grows at
/// the deadline is no evidence. What the target does not give is noted in the facts, and one that
/// does not answer is not asked for the rest; an error is one of the directory.
std::expected<void, std::string> export_evidence(TargetClient& client, const EvidenceExport& where,
                                                 analysis::RunFacts& facts, Issued& issued);

}  // namespace fairrush::loadgen
