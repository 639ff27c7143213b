#include "loadgen/target/value_finder.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "loadgen/dialect/dialect.hpp"

namespace fairrush::loadgen {

using analysis::Reason;

std::size_t ValueFinder::add(const ValueSource& source, const Constants& constants) {
  Source made{.kind = source.kind, .place = 0, .pattern = source.pattern};
  switch (source.kind) {
    case ValueSource::Kind::json:
      made.place = json_.watch(source.pointer);
      break;
    case ValueSource::Kind::list: {
      const Segments where(source.where_text, Escape::none,
                           {.identity = {}, .constants = &constants, .values = {}}, {});
      made.place = json_.watch_list({.list = source.list,
                                     .pointer = source.pointer,
                                     .where_pointer = source.where_pointer,
                                     .where_text = where.constant_text()});
      break;
    }
    case ValueSource::Kind::header:
      made.place = header(source.header);
      break;
    case ValueSource::Kind::body:
    case ValueSource::Kind::none:
      break;
  }
  sources_.push_back(std::move(made));
  return sources_.size() - 1;
}

std::size_t ValueFinder::header(std::string_view name) const {
  const auto found = std::ranges::find(headers_, name);
  FAIRRUSH_ASSERT(found != headers_.end());
  return static_cast<std::size_t>(found - headers_.begin());
}

void ValueFinder::begin(const Answer& answer) {
  answer_ = answer;
  is_json_.reset();
}

bool ValueFinder::is_json() {
  if (!is_json_) is_json_ = json_.read(answer_.body);
  return *is_json_;
}

JsonWatch::Value ValueFinder::member(std::size_t number) {
  return is_json() ? json_.at(number) : JsonWatch::Value{};
}

ValueFinder::Found ValueFinder::find_in_json(const Source& source) {
  if (!is_json()) {
    return std::unexpected(is_utf8(answer_.body) ? Reason::not_json : Reason::not_utf8);
  }
  if (source.kind == ValueSource::Kind::list) {
    const auto found = json_.first_of(source.place);
    if (!found) return std::unexpected(Reason::receipt_missing);
    return *found;
  }
  const JsonWatch::Value value = json_.at(source.place);
  if (value.kind == JsonKind::missing) return std::unexpected(Reason::receipt_missing);
  if (value.kind != JsonKind::string && value.kind != JsonKind::number) {
    return std::unexpected(Reason::receipt_mistyped);
  }
  if (value.text.empty()) return std::unexpected(Reason::receipt_missing);
  return value.text;
}

ValueFinder::Found ValueFinder::find(std::size_t number) {
  const Source& source = sources_[number];
  std::optional<std::string_view> found;
  switch (source.kind) {
    case ValueSource::Kind::none:
      return std::string_view();
    case ValueSource::Kind::json:
    case ValueSource::Kind::list:
      return find_in_json(source);
    case ValueSource::Kind::header:
      found = source.pattern ? source.pattern->find_in(header_at(source.place))
                             : header_at(source.place);
      break;
    case ValueSource::Kind::body:
      found = source.pattern->find_in(answer_.body);
      break;
  }
  if (!found || found->empty()) return std::unexpected(Reason::receipt_missing);
  if (!is_utf8(*found)) return std::unexpected(Reason::not_utf8);
  return *found;
}

std::vector<std::string> watched_headers(const Dialect& dialect) {
  std::vector<std::string> names;
  const auto watch = [&names](const std::string& name) {
    if (!name.empty() && std::ranges::count(names, name) == 0) names.push_back(name);
  };
  const auto watch_all = [&watch](const std::vector<Extraction>& extractions) {
    for (const Extraction& extraction : extractions) watch(extraction.source.header);
  };
  for (const Operation& operation : dialect.operations) {
    for (const AnswerRule& rule : operation.answers) {
      for (const HeaderCondition& condition : rule.headers) watch(condition.name);
      watch(rule.receipt.header);
    }
    watch_all(operation.extract);
  }
  for (const auto* steps : {&dialect.setup, &dialect.reset}) {
    for (const ControlStep& step : *steps) watch_all(step.extract);
  }
  return names;
}

}  // namespace fairrush::loadgen
