#include "loadgen/target/answer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/assert.hpp"
#include "loadgen/target/requests.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool equal(const JsonWatch::Value& value, const ValueTest& test) {
  if (value.kind != test.type) return false;
  if (value.text == test.text) return true;
  return value.kind == JsonKind::number && number_of(value.text) == number_of(test.text);
}

bool passes(const JsonWatch::Value& value, const ValueTest& test) {
  switch (test.kind) {
    case ValueTest::Kind::exists:
      return value.kind != JsonKind::missing;
    case ValueTest::Kind::missing:
      return value.kind == JsonKind::missing;
    case ValueTest::Kind::equals:
      return equal(value, test);
    case ValueTest::Kind::matches:
      return (value.kind == JsonKind::string || value.kind == JsonKind::number) &&
             test.pattern->is_in(value.text);
  }
  return false;
}

/// A header's value as a test sees it; an empty one is none.
JsonWatch::Value header_value(std::string_view text) {
  return {text.empty() ? JsonKind::missing : JsonKind::string, text};
}

bool is_success(Outcome outcome) {
  return outcome == Outcome::accepted || outcome == Outcome::win;
}

}  // namespace

AnswerReader::AnswerReader(const Dialect& dialect, const Constants& constants) {
  const std::vector<std::string> headers = watched_headers(dialect);
  const std::vector<std::string> names = value_names(dialect);
  operations_.reserve(kErrands);
  for (const Operation& operation : dialect.operations) {
    operations_.push_back(ready(operation, headers, names, constants));
  }
}

AnswerReader::ReadyOperation AnswerReader::ready(const Operation& operation,
                                                 const std::vector<std::string>& headers,
                                                 const std::vector<std::string>& names,
                                                 const Constants& constants) {
  ReadyOperation made{.finder = ValueFinder(headers), .rules = {}, .extractions = {}};
  for (const AnswerRule& rule : operation.answers) {
    ReadyRule ready{.rule = &rule,
                    .headers = {},
                    .members = {},
                    .receipt = made.finder.add(rule.receipt, constants)};
    for (const HeaderCondition& condition : rule.headers) {
      ready.headers.push_back({made.finder.header(condition.name), &condition.test});
    }
    for (const JsonCondition& condition : rule.members) {
      ready.members.push_back({made.finder.add_member(condition.pointer), &condition.test});
    }
    made.rules.push_back(std::move(ready));
  }
  for (const Extraction& extraction : operation.extract) {
    const auto slot = std::ranges::find(names, extraction.name) - names.begin();
    made.extractions.push_back(
        {made.finder.add(extraction.source, constants), static_cast<std::size_t>(slot)});
  }
  return made;
}

bool AnswerReader::fits(ReadyOperation& operation, const ReadyRule& ready, const Answer& answer) {
  const AnswerRule& rule = *ready.rule;
  const auto holds = [&answer](const StatusRange& range) { return range.holds(answer.status); };
  if (!rule.statuses.empty() && std::ranges::none_of(rule.statuses, holds)) return false;
  for (const auto& [place, test] : ready.headers) {
    if (!passes(header_value(operation.finder.header_at(place)), *test)) return false;
  }
  for (const auto& [place, test] : ready.members) {
    if (!passes(operation.finder.member(place), *test)) return false;
  }
  return !rule.body || rule.body->is_in(answer.body);
}

Meaning AnswerReader::meaning(ReadyOperation& operation, const AnswerRule& rule,
                              std::size_t receipt) {
  if (rule.receipt.kind == ValueSource::Kind::none) {
    return {.outcome = rule.outcome, .reason = rule.reason, .receipt = {}, .pending = rule.pending};
  }
  const auto found = operation.finder.find(receipt);
  if (found && found->empty() && (rule.outcome == Outcome::win || rule.pending)) {
    return {Outcome::indeterminate, Reason::receipt_missing, {}};  // a list that names no coupon
  }
  const bool fits = found && found->size() <= analysis::kReceiptBytesMax;
  if (fits) {
    return {
        .outcome = rule.outcome, .reason = rule.reason, .receipt = *found, .pending = rule.pending};
  }
  if (!is_success(rule.outcome) && !rule.pending) return {rule.outcome, rule.reason, {}};
  return {Outcome::indeterminate, found ? Reason::unparseable : found.error(), {}};
}

Meaning AnswerReader::read(Errand errand, const Answer& answer) {
  ReadyOperation& operation = operations_[static_cast<std::size_t>(errand)];
  operation.finder.begin(answer);
  const auto fitting = std::ranges::find_if(
      operation.rules, [&](const ReadyRule& rule) { return fits(operation, rule, answer); });
  FAIRRUSH_ASSERT(fitting != operation.rules.end());  // the last rule fits everything
  Meaning found = meaning(operation, *fitting->rule, fitting->receipt);
  found.rule = static_cast<std::size_t>(fitting - operation.rules.begin());
  return found;
}

Meaning AnswerReader::hear(UserIndex user, Errand errand, const Answer& answer) {
  const Meaning found = read(errand, answer);
  ReadyOperation& operation = operations_[static_cast<std::size_t>(errand)];
  if (!is_success(found.outcome)) return found;
  for (const auto& [source, slot] : operation.extractions) {
    if (const auto value = operation.finder.find(source)) values_.keep(user, slot, *value);
  }
  return found;
}

}  // namespace fairrush::loadgen
