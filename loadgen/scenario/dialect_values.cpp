#include "loadgen/scenario/dialect_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "loadgen/dialect/json_pointer.hpp"
#include "loadgen/dialect/template_text.hpp"
#include "loadgen/scenario/toml_values.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Outcome;
using analysis::Reason;

constexpr std::size_t kRulesMax = 64;
constexpr std::size_t kStepsMax = 32;
constexpr std::string_view kStatusForm =
    "a status such as 200, a range such as \"200-299\" or a list of both";

struct OutcomeName {
  std::string_view name;
  Outcome outcome;
  std::array<bool, kErrands> allowed;  ///< by errand
  std::optional<Reason> reason;        ///< when none is given; unset: one has to be
};
constexpr std::array<bool, kErrands> kAll{true, true, true, true, true};
constexpr std::array<bool, kErrands> kClaim{false, true, false, false, true};
constexpr std::array<bool, kErrands> kOthers{true, false, true, true, false};
constexpr auto kOutcomes = std::to_array<OutcomeName>({
    {"win", Outcome::win, kClaim, Reason::none},
    {"loss", Outcome::loss, kClaim, std::nullopt},
    {"accepted", Outcome::accepted, kOthers, Reason::none},
    {"refusal", Outcome::refusal, kAll, Reason::other_refusal},
    {"pending", Outcome::indeterminate, kClaim, Reason::still_pending},
    {"indeterminate", Outcome::indeterminate, kAll, Reason::server_error},
});

struct ReasonName {
  std::string_view name;
  Reason reason;
  Outcome outcome;
};
constexpr auto kReasons = std::to_array<ReasonName>({
    {"sold_out", Reason::sold_out, Outcome::loss},
    {"not_drawn", Reason::not_drawn, Outcome::loss},
    {"outside_window", Reason::outside_window, Outcome::refusal},
    {"not_reserved", Reason::not_reserved, Outcome::refusal},
    {"duplicate_reservation", Reason::duplicate_reservation, Outcome::refusal},
    {"already_claimed", Reason::already_claimed, Outcome::refusal},
    {"overloaded", Reason::overloaded, Outcome::refusal},
    {"unauthorized", Reason::unauthorized, Outcome::refusal},
    {"unknown_event", Reason::unknown_event, Outcome::refusal},
    {"bad_request", Reason::bad_request, Outcome::refusal},
    {"other", Reason::other_refusal, Outcome::refusal},
    {"already_used", Reason::already_used, Outcome::refusal},
    {"not_owned", Reason::not_owned, Outcome::refusal},
    {"condition_not_met", Reason::condition_not_met, Outcome::refusal},
    {"unknown_coupon", Reason::unknown_coupon, Outcome::refusal},
    {"server_error", Reason::server_error, Outcome::indeterminate},
    {"redirected", Reason::redirected, Outcome::indeterminate},
    {"unmatched", Reason::unmatched, Outcome::indeterminate},
});

/// Reads one value and collects what is wrong with it.
class Reader {
 public:
  Reader(std::string key, std::vector<Problem>& problems)
      : key_(std::move(key)), problems_(problems) {}

  void refuse(std::string what) { problems_.push_back({key_, where_ + std::move(what)}); }
  /// Problems from here on are of the rule or step with this number.
  void enter(std::string_view what, std::size_t number) {
    where_ = fmt::format("{} {}: ", what, number);
  }

  void check_members(const toml::table& table, std::initializer_list<std::string_view> known);
  std::optional<std::string> string_at(const toml::table& table, std::string_view name);
  std::optional<Pattern> pattern_of(std::string_view text);
  std::vector<StatusRange> statuses(const toml::node& node);
  ValueTest test(std::string_view of, const toml::node& node);
  ValueSource source(std::string_view of, const toml::node& node);
  std::vector<Extraction> extractions(const toml::node& node);
  std::vector<std::string> headers(const toml::node& node);
  AnswerRule rule(const toml::table& table, Errand errand);
  ControlStep step(const toml::table& table);

 private:
  std::string pointer(std::string_view text);
  void list_source(const toml::table& table, ValueSource& source);
  void meaning(const toml::table& table, Errand errand, AnswerRule& rule);
  std::optional<StatusRange> status_range(const toml::node& node);

  std::string key_;
  std::vector<Problem>& problems_;
  std::string where_;
};

void Reader::check_members(const toml::table& table,
                           std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : table) {
    if (std::ranges::count(known, name.str()) == 0) {
      refuse(fmt::format("unknown key '{}': expected {}", name.str(), fmt::join(known, ", ")));
    }
  }
}

std::optional<std::string> Reader::string_at(const toml::table& table, std::string_view name) {
  const toml::node* node = table.get(name);
  if (node == nullptr) return std::nullopt;
  if (auto text = node->value_exact<std::string>()) return text;
  refuse(fmt::format("'{}' is not a text", name));
  return std::nullopt;
}

std::optional<Pattern> Reader::pattern_of(std::string_view text) {
  auto pattern = Pattern::compile(text);
  if (pattern) return *pattern;
  refuse(fmt::format("'{}' is no regular expression (RE2): {}", text, pattern.error()));
  return std::nullopt;
}

std::string Reader::pointer(std::string_view text) {
  if (const auto steps = split_json_pointer(text); !steps) {
    refuse(steps.error());
    return {};
  }
  return std::string(text);
}

std::optional<StatusRange> Reader::status_range(const toml::node& node) {
  const auto valid = [](std::int64_t status) { return status >= 200 && status <= 999; };
  if (const auto status = node.value_exact<std::int64_t>(); status && valid(*status)) {
    return StatusRange{static_cast<unsigned>(*status), static_cast<unsigned>(*status)};
  }
  const auto text = node.value_exact<std::string>();
  if (!text || text->size() != 7 || (*text)[3] != '-') return std::nullopt;
  StatusRange range;
  const char* const start = text->data();
  const auto low = std::from_chars(start, start + 3, range.low);
  const auto high = std::from_chars(start + 4, start + 7, range.high);
  if (low.ptr != start + 3 || high.ptr != start + 7 || range.low > range.high) return std::nullopt;
  return valid(range.low) ? std::optional(range) : std::nullopt;
}

std::vector<StatusRange> Reader::statuses(const toml::node& node) {
  std::vector<StatusRange> ranges;
  const auto take = [this, &ranges](const toml::node& value) {
    if (const auto range = status_range(value)) {
      ranges.push_back(*range);
    } else {
      refuse(fmt::format("status {}: expected {}", inline_toml(value), kStatusForm));
    }
  };
  if (const toml::array* list = node.as_array()) {
    if (list->empty()) refuse(fmt::format("status is an empty list: expected {}", kStatusForm));
    for (const toml::node& value : *list) take(value);
  } else {
    take(node);
  }
  return ranges;
}

ValueTest Reader::test(std::string_view of, const toml::node& node) {
  ValueTest test{.kind = ValueTest::Kind::equals, .type = {}, .text = {}, .pattern = {}};
  if (const auto text = node.value_exact<std::string>()) {
    test.type = JsonKind::string;
    test.text = *text;
  } else if (const auto truth = node.value_exact<bool>()) {
    test.type = JsonKind::boolean;
    test.text = *truth ? "true" : "false";
  } else if (node.is_number()) {
    test.type = JsonKind::number;
    test.text = inline_toml(node);
  } else if (const toml::table* table = node.as_table(); table != nullptr && table->size() == 1 &&
                                                         table->contains("exists") &&
                                                         table->get("exists")->is_boolean()) {
    const bool exists = *table->get("exists")->value<bool>();
    test.kind = exists ? ValueTest::Kind::exists : ValueTest::Kind::missing;
  } else if (table != nullptr && table->size() == 1 && table->contains("matches")) {
    test.kind = ValueTest::Kind::matches;
    if (const auto expression = string_at(*table, "matches"))
      test.pattern = pattern_of(*expression);
    if (!test.pattern) test.kind = ValueTest::Kind::exists;
  } else {
    refuse(fmt::format(
        "'{}' is compared with {}: expected a text, a number, true or false, {{ exists = true }} "
        "or {{ matches = \"expression\" }}",
        of, inline_toml(node)));
  }
  return test;
}

void Reader::list_source(const toml::table& table, ValueSource& source) {
  source.kind = ValueSource::Kind::list;
  source.list = pointer(string_at(table, "list").value_or(""));
  source.pointer = pointer(string_at(table, "json").value_or(""));
  const toml::node* where = table.get("where");
  if (where == nullptr) return;
  const toml::table* condition = where->as_table();
  const auto text = condition != nullptr && condition->size() == 1
                        ? condition->begin()->second.value_exact<std::string>()
                        : std::nullopt;
  if (!text) {
    refuse("'where' is not one text by its pointer: expected { \"/event\" = \"{event}\" }");
    return;
  }
  source.where_pointer = pointer(condition->begin()->first.str());
  source.where_text = *text;
}

ValueSource Reader::source(std::string_view of, const toml::node& node) {
  ValueSource source;
  if (const auto text = node.value_exact<std::string>()) {
    source.kind = ValueSource::Kind::json;
    source.pointer = pointer(*text);
    return source;
  }
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    refuse(
        fmt::format("'{}' is {}: expected a JSON pointer, or a table with json, list, header or "
                    "body",
                    of, inline_toml(node)));
    return source;
  }
  check_members(*table, {"json", "list", "where", "header", "matches", "body"});
  const auto matches = string_at(*table, "matches");
  if (table->contains("list")) {
    list_source(*table, source);
  } else if (const auto header = string_at(*table, "header")) {
    source.kind = ValueSource::Kind::header;
    source.header = *header;
    if (matches) source.pattern = pattern_of(*matches);
  } else if (const auto body = string_at(*table, "body")) {
    source.pattern = pattern_of(*body);
    if (source.pattern) source.kind = ValueSource::Kind::body;
  } else if (const auto json = string_at(*table, "json")) {
    source.kind = ValueSource::Kind::json;
    source.pointer = pointer(*json);
  } else {
    refuse(fmt::format("'{}' names no place: expected json, list, header or body", of));
  }
  return source;
}

std::vector<Extraction> Reader::extractions(const toml::node& node) {
  std::vector<Extraction> found;
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    refuse(fmt::format("extract is {}: expected a table such as {{ order = \"/data/id\" }}",
                       inline_toml(node)));
    return found;
  }
  for (const auto& [name, value] : *table) {
    if (!is_variable_name(name.str())) {
      refuse(fmt::format("'{}' is no name: expected a letter, then letters, digits and _",
                         name.str()));
      continue;
    }
    found.push_back({std::string(name.str()), source(name.str(), value)});
  }
  return found;
}

std::vector<std::string> Reader::headers(const toml::node& node) {
  constexpr std::string_view kForm = "expected a list such as [\"Accept: application/json\"]";
  std::vector<std::string> lines;
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    refuse(fmt::format("headers is {}: {}", inline_toml(node), kForm));
    return lines;
  }
  for (const toml::node& value : *list) {
    const auto line = value.value_exact<std::string>();
    const std::size_t colon = line ? line->find(':') : std::string::npos;
    const auto in_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("!#$%&'*+-.^_`|~").contains(c);
    };
    const bool named = colon != std::string::npos && colon > 0 &&
                       std::ranges::all_of(line->substr(0, colon), in_name);
    if (!named || std::ranges::any_of(*line, [](char c) { return c == '\r' || c == '\n'; })) {
      refuse(fmt::format("header {}: {}", inline_toml(value), kForm));
      continue;
    }
    std::string name = line->substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (name == "content-length" || name == "transfer-encoding" || name == "connection") {
      refuse(fmt::format("header '{}' is the instrument's own, leave it out", *line));
      continue;
    }
    lines.push_back(*line);
  }
  return lines;
}

void Reader::meaning(const toml::table& table, Errand errand, AnswerRule& rule) {
  const auto means = string_at(table, "means");
  const auto outcome = std::ranges::find(kOutcomes, means.value_or(""), &OutcomeName::name);
  if (outcome == kOutcomes.end() || !outcome->allowed[static_cast<std::size_t>(errand)]) {
    std::vector<std::string_view> names;
    for (const OutcomeName& row : kOutcomes) {
      if (row.allowed[static_cast<std::size_t>(errand)]) names.push_back(row.name);
    }
    refuse(fmt::format("means '{}' is not accepted: expected {}", means.value_or(""),
                       fmt::join(names, ", ")));
    return;
  }
  rule.outcome = outcome->outcome;
  rule.reason = outcome->reason.value_or(Reason::none);
  const auto name = string_at(table, "reason");
  rule.pending = rule.reason == Reason::still_pending;
  if (rule.pending && name) refuse("a pending claim has no reason yet: leave it out");
  if (rule.pending || (!name && outcome->reason)) return;
  const auto fits = [&](const ReasonName& row) {
    return row.outcome == rule.outcome && row.name == name.value_or("");
  };
  const auto reason = std::ranges::find_if(kReasons, fits);
  if (reason != kReasons.end()) {
    rule.reason = reason->reason;
    return;
  }
  std::vector<std::string_view> names;
  for (const ReasonName& row : kReasons) {
    if (row.outcome == rule.outcome) names.push_back(row.name);
  }
  refuse(fmt::format("reason '{}' of a {} is not accepted: expected {}", name.value_or(""),
                     outcome->name,
                     names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

AnswerRule Reader::rule(const toml::table& table, Errand errand) {
  check_members(table, {"status", "header", "json", "body", "means", "reason", "receipt"});
  AnswerRule rule;
  rule.text = inline_toml(table);
  if (const toml::node* status = table.get("status")) rule.statuses = statuses(*status);
  for (const std::string_view name : {"header", "json"}) {
    const toml::node* node = table.get(name);
    if (node == nullptr) continue;
    const toml::table* conditions = node->as_table();
    if (conditions == nullptr) {
      refuse(fmt::format("'{}' is {}: expected a table such as {{ \"/ok\" = true }}", name,
                         inline_toml(*node)));
      continue;
    }
    for (const auto& [of, value] : *conditions) {
      if (name == "json") {
        rule.members.push_back({pointer(of.str()), test(of.str(), value)});
      } else {
        rule.headers.push_back({std::string(of.str()), test(of.str(), value)});
      }
    }
  }
  if (const auto body = string_at(table, "body")) rule.body = pattern_of(*body);
  meaning(table, errand, rule);
  if (const toml::node* receipt = table.get("receipt")) rule.receipt = source("receipt", *receipt);
  if (rule.outcome == Outcome::win && rule.receipt.kind == ValueSource::Kind::none) {
    refuse(
        "a win without a receipt: expected where the coupon stands, such as receipt = "
        "\"/coupon\"; the checks hold it against the ledger");
  }
  if (rule.pending && errand == Errand::claim && rule.receipt.kind == ValueSource::Kind::none) {
    refuse(
        "a pending claim without a receipt: expected where its id stands, such as receipt = "
        "\"/request\"; target.outcome asks with it, as {pending}");
  }
  return rule;
}

ControlStep Reader::step(const toml::table& table) {
  check_members(table, {"method", "path", "headers", "body", "status", "extract"});
  ControlStep step;
  step.request.method = string_at(table, "method").value_or("POST");
  step.request.path = string_at(table, "path").value_or("");
  step.request.body = string_at(table, "body").value_or("");
  if (const toml::node* lines = table.get("headers")) step.request.headers = headers(*lines);
  step.expected = {{200, 299}};
  if (const toml::node* status = table.get("status")) step.expected = statuses(*status);
  if (const toml::node* extract = table.get("extract")) step.extract = extractions(*extract);
  return step;
}

/// The tables of a list, each handed to `take` with its number.
template <class Take>
void each_table(Reader& reader, std::string_view what, std::string_view text, std::size_t most,
                Take take) {
  const auto expression = TomlExpression::parse(text);
  const toml::array* list = expression ? expression->value().as_array() : nullptr;
  if (list == nullptr || list->size() > most) {
    reader.refuse(fmt::format("expected a list of at most {} tables, one a {}", most, what));
    return;
  }
  std::size_t number = 0;
  for (const toml::node& node : *list) {
    reader.enter(what, ++number);
    if (const toml::table* table = node.as_table()) {
      take(*table);
    } else {
      reader.refuse(fmt::format("{} is no table", inline_toml(node)));
    }
  }
}

}  // namespace

std::vector<std::string> read_headers(const std::string& key, std::string_view text,
                                      std::vector<Problem>& problems) {
  const auto expression = TomlExpression::parse(text);
  Reader reader(key, problems);
  if (expression) return reader.headers(expression->value());
  reader.refuse("expected a list such as [\"Accept: application/json\"]");
  return {};
}

AnswerRules read_answers(const std::string& key, std::string_view text, Errand errand,
                         std::vector<Problem>& problems) {
  Reader reader(key, problems);
  AnswerRules rules;
  each_table(reader, "rule", text, kRulesMax,
             [&](const toml::table& table) { rules.push_back(reader.rule(table, errand)); });
  return rules;
}

std::vector<Extraction> read_extractions(const std::string& key, std::string_view text,
                                         std::vector<Problem>& problems) {
  const auto expression = TomlExpression::parse(text);
  Reader reader(key, problems);
  if (expression) return reader.extractions(expression->value());
  reader.refuse("expected a table such as { order = \"/data/id\" }");
  return {};
}

std::vector<ControlStep> read_steps(const std::string& key, std::string_view text,
                                    std::vector<Problem>& problems) {
  Reader reader(key, problems);
  std::vector<ControlStep> steps;
  each_table(reader, "request", text, kStepsMax,
             [&](const toml::table& table) { steps.push_back(reader.step(table)); });
  return steps;
}

}  // namespace fairrush::loadgen
