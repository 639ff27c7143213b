#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "loadgen/dialect/dialect.hpp"
#include "loadgen/dialect/segments.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/target/waiting.hpp"

namespace fairrush::loadgen {

/// Tokens signed ahead may take so much memory; for more, sign them elsewhere and name their file.
inline constexpr std::uint64_t kTokenBytesMax = std::uint64_t{2} << 30;

/// The bearer tokens that the scenario orders; null when it orders none. HS256 is signed whenever a
/// request is written (a microsecond), RS256 (a millisecond) ahead for every user, on all cores,
/// while `waiting` agrees; those from a file or column are looked up. `dialect` and its feeder
/// outlive the source. `iat_s` is the time of making, in seconds since 1970. The error names the
/// key and the file, user or claim at fault.
std::expected<std::unique_ptr<const TokenSource>, std::string> make_tokens(const Scenario& scenario,
                                                                           const Dialect& dialect,
                                                                           std::int64_t iat_s,
                                                                           const Waiting& waiting);

}  // namespace fairrush::loadgen
