#pragma once

#include <expected>
#include <string>

#include "analysis/run/directory.hpp"

namespace fairrush::analysis {

/// Puts a ledger that was read later in the place of the one that `evidence` came with: every round
/// gets its rows, and none is missing any more. The error says why the rows are not of this run: a
/// round that it did not have, or no rounds where it had several.
std::expected<void, std::string> replace_ledger(RunEvidence& evidence, Ledger ledger);

}  // namespace fairrush::analysis
