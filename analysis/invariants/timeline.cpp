#include "analysis/invariants/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

namespace fairrush::analysis {
namespace {

/// Text of a target, fit for a terminal and a page: printable, and short.
std::string presentable(std::string_view text) {
  constexpr std::size_t kShownMax = 60;
  std::string shown;
  for (char c : text.substr(0, kShownMax)) shown += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > kShownMax) shown += "...";
  return shown;
}

struct Line {
  std::int64_t time_ns;
  std::string text;

  auto operator<=>(const Line&) const = default;
};

std::string answer_text(const AttemptRecord& record, std::string_view receipt) {
  if (record.operation() == Op::status && record.result() == Outcome::accepted) {
    return receipt.empty() ? "shows no coupon" : fmt::format("shows \"{}\"", presentable(receipt));
  }
  std::string text(name_of(record.result()));
  if (record.why() != Reason::none) text += fmt::format(" ({})", name_of(record.why()));
  if (record.http_status != 0) text += fmt::format(", HTTP {}", record.http_status);
  if (!receipt.empty()) text += fmt::format(", \"{}\"", presentable(receipt));
  return text;
}

class Timelines {
 public:
  Timelines(const RunIndex& index, std::span<const Finding> findings) : index_(index) {
    for (const Finding& finding : findings) {
      for (const auto& together : finding.suspects) {
        for (Slot slot : together) lines_of_[slot];
      }
    }
    if (lines_of_.empty()) return;
    index.for_each_attempt([this](const AttemptRecord& record, std::string_view receipt) {
      const auto found = lines_of_.find(record.user);
      if (found == lines_of_.end() || found->second.size() > kCollectedMax) return;
      found->second.push_back(attempt_line(record, receipt));
    });
    if (index.has_ledger()) add_ledger_rows();
    if (index.bus() != nullptr) add_bus_events();
  }

  CounterExample example(const std::vector<Slot>& together, std::span<const Mark> marks) const {
    CounterExample example;
    std::vector<Line> lines;
    for (const Mark& mark : marks) {
      lines.push_back({mark.time_ns, fmt::format("{}  {}", seconds(mark.time_ns), mark.text)});
    }
    for (std::size_t place = 0; place < together.size() && place < kExamplesMax; ++place) {
      const auto& of_user = lines_of_.at(together[place]);
      lines.insert(lines.end(), of_user.begin(), of_user.end());
    }
    example.round = index_.evidence().number;
    if (!together.empty()) example.user = index_.user_of(together.front());
    std::ranges::sort(lines);
    const std::size_t shown = std::min(lines.size(), kTimelineLinesMax);
    for (std::size_t place = 0; place < shown; ++place) {
      example.timeline.push_back(std::move(lines[place].text));
    }
    if (lines.size() > shown) {
      example.timeline.push_back(fmt::format("... and {} more", lines.size() - shown));
    }
    return example;
  }

 private:
  // A broken instrument may give one user millions of attempts; what is never shown is not kept.
  static constexpr std::size_t kCollectedMax = 1000;

  std::string seconds(std::int64_t time_ns) const {
    return fmt::format("{:+.3f} s",
                       static_cast<double>(time_ns - index_.round().rush.open_ns) / 1e9);
  }

  Line attempt_line(const AttemptRecord& record, std::string_view receipt) const {
    const std::int64_t time = record.sent() ? record.first_byte_out_ns : record.intended_ns;
    std::string text =
        fmt::format("{}  user {} {} (try {}, attempt {})", seconds(time), record.user,
                    name_of(record.operation()), record.try_number, record.attempt);
    text += record.sent() ? "" : ", never sent";
    if (record.completed()) text += fmt::format(", answered {}", seconds(record.answered_ns()));
    return {time, text + ": " + answer_text(record, receipt)};
  }

  void add_ledger_rows() {
    for (std::size_t row = 0; row < index_.ledger().size(); ++row) {
      const LedgerRow& entry = index_.ledger()[row];
      const auto found = lines_of_.find(index_.slot_of(entry.user));
      if (found == lines_of_.end() || found->second.size() > kCollectedMax) continue;
      found->second.push_back(
          {kNever, fmt::format("ledger     user {} holds \"{}\" (row {} of {})", entry.user.value(),
                               presentable(entry.coupon), row + 1, index_.ledger().size())});
    }
  }

  void add_bus_events() {
    std::size_t number = 0;
    for (const BusDelivery& delivery : *index_.bus()) {
      ++number;
      const auto found = lines_of_.find(index_.slot_of(delivery.user));
      if (found == lines_of_.end() || found->second.size() > kCollectedMax) continue;
      found->second.push_back(
          {kNever, fmt::format("bus        user {} was given \"{}\" (event {}, delivery {} of {})",
                               delivery.user.value(), presentable(delivery.coupon),
                               presentable(delivery.id), number, index_.bus()->size())});
    }
  }

  const RunIndex& index_;
  std::unordered_map<Slot, std::vector<Line>> lines_of_;
};

}  // namespace

std::vector<std::vector<CounterExample>> write_examples(const RunIndex& index,
                                                        std::span<const Finding> findings) {
  const Timelines timelines(index, findings);
  std::vector<std::vector<CounterExample>> all;
  for (const Finding& finding : findings) {
    std::vector<CounterExample>& examples = all.emplace_back();
    for (const auto& together : finding.suspects) {
      examples.push_back(timelines.example(together, finding.marks));
    }
  }
  return all;
}

}  // namespace fairrush::analysis
