#pragma once

#include <expected>
#include <filesystem>
#include <functional>
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

/// [ { name = "fibre", share = 0.6, one_way_delay = "5ms", loss = "1%" }, … ]; the delay may also
/// be { median = "60ms", p99 = "400ms" }, { from = "5ms", to = "20ms" } or { file = "delays.txt" },
/// with a column if it is CSV, the loss { requests = 0.01, answers = 0.02 }; both are nothing by
/// default.
std::expected<std::vector<Cohort>, std::string> parse_cohorts(std::string_view text);
std::string format_cohorts(const std::vector<Cohort>& cohorts);

/// Reads the files of delays, relative to `folder`. What is wrong, each with file and line.
std::vector<Problem> read_delays(std::vector<Cohort>& cohorts, const std::filesystem::path& folder);

/// "5ms", or "median 60ms, p99 400ms; loses 1% of requests": for people.
std::string describe_network(const Cohort& cohort);

/// { honest = 0.9, double_clicker = 0.1 }
std::expected<std::vector<std::pair<Persona, Share>>, std::string> parse_personas(
    std::string_view text);
std::string format_personas(const std::vector<std::pair<Persona, Share>>& personas);

/// ["127.0.0.2", "127.0.0.3"], each accepted by `is_fit`; the error is `form`.
std::expected<std::vector<std::string>, std::string> parse_texts(
    std::string_view text, const std::function<bool(const std::string&)>& is_fit,
    std::string_view form);
std::string format_texts(const std::vector<std::string>& texts);

}  // namespace fairrush::loadgen
