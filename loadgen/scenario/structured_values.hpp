#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Values of a scenario that are more than one word, as TOML text. Every `format_` gives what its
/// `parse_` reads; every error says what is accepted.

/// "20%" or "60".
std::expected<analysis::QuotaRule, std::string> parse_quota(std::string_view text);
std::string format_quota(const analysis::QuotaRule& rule);

/// [ { name = "fibre", share = 0.6, one_way_delay = "5ms" }, … ]; the delay may also be
/// { median = "60ms", p99 = "400ms" } and is nothing by default.
std::expected<std::vector<Cohort>, std::string> parse_cohorts(std::string_view text);
std::string format_cohorts(const std::vector<Cohort>& cohorts);

/// "5ms", or "median 60ms, p99 400ms": for people.
std::string describe_delay(const DelaySpec& delay);

/// { honest = 0.9, double_clicker = 0.1 }
std::expected<std::vector<std::pair<Persona, Share>>, std::string> parse_personas(
    std::string_view text);
std::string format_personas(const std::vector<std::pair<Persona, Share>>& personas);

}  // namespace fairrush::loadgen
