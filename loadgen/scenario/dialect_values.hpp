#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/record.hpp"
#include "base/options.hpp"
#include "loadgen/dialect/dialect.hpp"

namespace fairrush::loadgen {

/// Structured values of the keys target.*, as TOML text. What is wrong goes to `problems` under
/// `key`, everything at once, with the number of the rule or step; the value then lacks it.

/// ["Name: value", …]
std::vector<std::string> read_headers(const std::string& key, std::string_view text,
                                      std::vector<Problem>& problems);

/// [{ status = 200, json = { "/ok" = true }, means = "win", receipt = "/code" }, …]
AnswerRules read_answers(const std::string& key, std::string_view text, Errand errand,
                         std::vector<Problem>& problems);

/// { order = "/data/id", place = { header = "Location", matches = "([0-9]+)$" } }
std::vector<Extraction> read_extractions(const std::string& key, std::string_view text,
                                         std::vector<Problem>& problems);

/// [{ method = "POST", path = "/events", headers = […], body = "…", status = 201, extract = {…} }]
std::vector<ControlStep> read_steps(const std::string& key, std::string_view text,
                                    std::vector<Problem>& problems);

}  // namespace fairrush::loadgen
