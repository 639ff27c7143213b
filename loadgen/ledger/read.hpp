#pragma once

#include <expected>
#include <string>

#include "analysis/run/ledger.hpp"
#include "loadgen/ledger/source.hpp"
#include "loadgen/target/waiting.hpp"

namespace fairrush::loadgen {

/// Reads what `source` holds of `event`, all of it, blocking. The error names the source, what
/// stood there and what was expected. Nothing is written to the source.
std::expected<analysis::Ledger, std::string> read_ledger(const LedgerSource& source,
                                                         const std::string& event);

/// The same in a thread of its own, for at most `kReadTimeout` and as long as `waiting` agrees: a
/// database that does not answer is then left alone, and its thread ends with the process.
std::expected<analysis::Ledger, std::string> read_ledger(const LedgerSource& source,
                                                         const std::string& event,
                                                         const Waiting& waiting);

inline constexpr Duration kReadTimeout = std::chrono::minutes(10);

}  // namespace fairrush::loadgen
