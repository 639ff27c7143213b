#pragma once

#include <expected>
#include <string>

#include "analysis/run/ledger.hpp"
#include "loadgen/ledger/source.hpp"

namespace fairrush::loadgen {

/// Reads what `source` holds of `event`, all of it, blocking. The error names the source, what
/// stood there and what was expected. Nothing is written to the source.
std::expected<analysis::Ledger, std::string> read_ledger(const LedgerSource& source,
                                                         const std::string& event);

}  // namespace fairrush::loadgen
