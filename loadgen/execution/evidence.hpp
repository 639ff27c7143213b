#pragma once

#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>

#include "analysis/run/directory.hpp"
#include "analysis/run/facts.hpp"
#include "loadgen/target/target_client.hpp"

namespace fairrush::loadgen {

/// Writes `text` to `path`. The error names path and cause.
std::expected<void, std::string> write_file(const std::filesystem::path& path,
                                            const std::string& text);

/// Waits until the target issues nothing more: its count stands still, or a few seconds have
/// passed. Gives the event as it stands then.
FromTarget<EventDocument> wait_for_quiescence(TargetClient& client, const std::string& event);

/// Takes what the target has to show after a rush into `directory` and what it announced into
/// `facts`. `announced` is the event as it stood before reservations opened. What the target does
/// not give is noted in the facts (a missing draw among their options); an error is one of the
/// directory.
std::expected<void, std::string> export_evidence(TargetClient& client,
                                                 const EventDocument& announced,
                                                 const analysis::RunDirectory& directory,
                                                 analysis::RunFacts& facts);

}  // namespace fairrush::loadgen
