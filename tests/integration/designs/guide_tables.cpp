#include "tests/integration/designs/guide_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "server/faults/faults.hpp"
#include "server/stores/stored_designs.hpp"

namespace fairrush::design_matrix {
namespace {

constexpr std::string_view kStores[] = {"memory", "redis", "postgres"};

/// Coupons that were lost and rules that broke, in a few words; "–" where it was not played.
std::string outcome_text(std::string_view disturbance, std::string_view store,
                         std::span<const Evidence> cells) {
  std::size_t played = 0;
  std::size_t whole = 0;
  std::uint64_t lost = 0;
  std::vector<std::string> broken;
  for (const Evidence& one : cells) {
    if (one.disturbance != disturbance || one.store != store) continue;
    ++played;
    if (one.broken.empty()) ++whole;
    lost += one.lost;
    broken.insert(broken.end(), one.broken.begin(), one.broken.end());
  }
  if (played == 0) return "–";
  if (whole == played) return fmt::format("{} of {} hold", whole, played);
  std::ranges::sort(broken);
  broken.erase(std::ranges::unique(broken).begin(), broken.end());
  return fmt::format("{} of {} hold; {} lost; {} broken", whole, played, lost,
                     fmt::join(broken, ", "));
}

std::string rules_text(const Evidence& cell) {
  const std::string counted = fmt::format("{} of {}", cell.rules_held, cell.rules_asked);
  if (cell.broken.empty()) return counted;
  return fmt::format("{}; broken: {}", counted, fmt::join(cell.broken, ", "));
}

std::string open_text(const Evidence& cell) {
  return fmt::format(
      "{} of {}{}", cell.open, cell.attempts,
      cell.refused_for_load > 0 ? fmt::format(", {} told to wait", cell.refused_for_load) : "");
}

std::string rates_text(const Evidence& cell) {
  std::vector<std::string> rates;
  for (const double rate : cell.cohort_rates) rates.push_back(fmt::format("{:.1f} %", rate * 100));
  return fmt::format("{}", fmt::join(rates, ", "));
}

/// Fit for a cell of a table.
std::string escaped(std::string text) {
  for (std::size_t place = text.find('|'); place != std::string::npos;
       place = text.find('|', place + 2)) {
    text.insert(place, 1, '\\');
  }
  return text;
}

}  // namespace

std::string store_heading(std::string_view store) {
  if (store == "redis") return "## In Redis";
  if (store == "postgres") return "## In PostgreSQL";
  return "## In memory";
}

std::string row_start(const std::string& design, std::string_view disturbance) {
  return fmt::format("| `{}` | {} |", design, disturbance);
}

std::string designs_table() {
  std::string text = "| design | decides | stores |\n|---|---|---|\n";
  for (const server::StoredDesign& row : server::stored_designs()) {
    text += fmt::format("| `{}` | {} | {} |\n", row.name, row.help, server::stores_text(row));
  }
  return text;
}

std::string summary_table(std::span<const Evidence> cells) {
  std::string text = "| | memory | Redis | PostgreSQL |\n|---|---|---|---|\n";
  for (const Disturbance& one : disturbances()) {
    text += fmt::format("| {} |", one.name);
    for (const std::string_view store : kStores) {
      text += fmt::format(" {} |", outcome_text(one.name, store, cells));
    }
    text += "\n";
  }
  return text;
}

std::string disturbances_table() {
  std::string text = "| | what is done, once claims are won |\n|---|---|\n";
  for (const Disturbance& one : disturbances()) {
    text += fmt::format("| {} | {} |\n", one.name, one.what);
  }
  return text;
}

std::string store_tables(std::string_view store, std::span<const Evidence> cells) {
  std::string clean =
      "| design | | verdict | rules that hold | coupons | fibre, mobile | claims p50 | p99 | "
      "server "
      "CPU a request |\n|---|---|---|---|---|---|---|---|---|\n";
  std::string struck =
      "| design | | verdict | rules that hold | coupons | lost | claims p50 | p99 | open "
      "|\n|---|---|---|---|---|---|---|---|---|\n";
  for (const Evidence& one : cells) {
    if (one.store != store) continue;
    const std::string begin =
        fmt::format("{} {} | {} | {} of {} |", row_start(one.design, one.disturbance), one.verdict,
                    rules_text(one), one.winners, one.coupons);
    const std::string latency = fmt::format("{:.0f} ms | {:.0f} ms", one.p50_ms, one.p99_ms);
    if (one.disturbance == kClean) {
      clean += fmt::format("{} {} | {} | {:.0f} µs |\n", begin, rates_text(one), latency,
                           one.server_cpu_us);
    } else {
      struck += fmt::format("{} {} | {} | {} |\n", begin, one.lost, latency, open_text(one));
    }
  }
  return fmt::format("{}\n\n{}\n{}", store_heading(store), clean, struck);
}

std::string faults_table(std::span<const FaultEvidence> faults) {
  std::string text =
      "| fault | the server | check | of the sound server it says | of the faulty one "
      "|\n|---|---|---|---|---|\n";
  for (const FaultEvidence& one : faults) {
    const server::FaultRow* const row = server::find_fault(one.fault);
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", one.fault, row == nullptr ? "" : row->breaks,
                    one.check, escaped(one.sound), escaped(one.faulty));
  }
  return text;
}

}  // namespace fairrush::design_matrix
