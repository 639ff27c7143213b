#include "cli/selftest/tables.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/selftest/store.hpp"

namespace fairrush::cli {
namespace {

namespace json = boost::json;

using loadgen::CaseAccuracy;
using loadgen::kAccuracyQuantiles;

std::string error_columns(const loadgen::Errors& errors) {
  std::string text;
  for (const loadgen::QuantileError& error : errors) {
    text += fmt::format("{:>+8.0f}", static_cast<double>(error.error_ns) / 1e3);
  }
  return text;
}

/// { "p50": {"truth_ns": …, "error_ns": …}, … }
json::object errors_json(const loadgen::Errors& errors) {
  json::object object;
  for (std::size_t place = 0; place < errors.size(); ++place) {
    object[fmt::format("p{:g}", kAccuracyQuantiles[place] * 100)] = {
        {"truth_ns", errors[place].truth_ns}, {"error_ns", errors[place].error_ns}};
  }
  return object;
}

json::object case_json(const CaseAccuracy& one) {
  json::array broken;
  for (const std::string& clause : one.broken) broken.push_back(json::value(clause));
  return {{"target", one.target},
          {"pacing", one.pacing},
          {"transport", one.transport},
          {"wire", errors_json(one.wire)},
          {"click", errors_json(one.click)},
          {"lag_p50_ns", one.lag_p50_ns},
          {"lag_p99_ns", one.lag_p99_ns},
          {"lag_max_ns", one.lag_max_ns},
          {"planned", one.planned},
          {"answered", one.answered},
          {"rate_planned", one.rate_planned},
          {"rate_achieved", one.rate_achieved},
          {"broken", std::move(broken)}};
}

json::object wiring_json(const loadgen::WiringAccuracy& one) {
  return {{"transport", one.transport},
          {"pacing", one.pacing},
          {"error_p50_ns", one.error_p50_ns},
          {"error_p99_ns", one.error_p99_ns},
          {"click_error_p99_ns", one.click_error_p99_ns},
          {"passed", one.passed}};
}

}  // namespace

std::string selftest_heading() {
  const std::string group = fmt::format("{:>8}{:>8}{:>8}{:>8}", "p50", "p90", "p99", "p99.9");
  return fmt::format(
      "{:<23}{:<10}{:<9}{:>9} {:>32} {:>32}{:>9}{:>9}\n{:<42}{:>9} {} {}{:>9}{:>9}\n", "Target",
      "Pacing", "Over", "It took", "error on the wire, µs", "error from the click, µs", "lag, µs",
      "rate", "", "p99, ms", group, group, "p99", "");
}

std::string selftest_row(const CaseAccuracy& one) {
  constexpr std::size_t kP99 = 2;
  return fmt::format("{:<23}{:<10}{:<9}{:>9.3f} {} {}{:>9.0f}{:>8.2f}%{}\n", one.target, one.pacing,
                     one.transport, static_cast<double>(one.click[kP99].truth_ns) / 1e6,
                     error_columns(one.wire), error_columns(one.click),
                     static_cast<double>(one.lag_p99_ns) / 1e3,
                     one.rate_planned > 0 ? 100 * one.rate_achieved / one.rate_planned : 0.0,
                     one.broken.empty() ? "" : "  ✘");
}

std::string selftest_json(const loadgen::Accuracy& accuracy) {
  json::array cases;
  for (const CaseAccuracy& one : accuracy.cases) cases.push_back(case_json(one));
  json::array wirings;
  for (const loadgen::WiringAccuracy& one : accuracy.wirings) wirings.push_back(wiring_json(one));
  const SelfTestKey key = selftest_key();
  return json::serialize(json::object{{"machine", key.machine},
                                      {"version", key.version},
                                      {"build_type", key.build_type},
                                      {"passed", accuracy.passed},
                                      {"wirings", std::move(wirings)},
                                      {"cases", std::move(cases)}}) +
         "\n";
}

}  // namespace fairrush::cli
