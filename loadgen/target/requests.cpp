#include "loadgen/target/requests.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kJson = "application/json";

bool same_field(std::string_view line, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::ranges::equal(line.substr(0, name.size()), name, {}, lower, lower);
}

/// The body's media type, as a header says it or as its first character suggests.
std::string_view media_type(const RequestForm& form) {
  constexpr std::string_view kField = "Content-Type";
  for (const std::string_view line : form.headers) {
    if (same_field(line, kField)) return line.substr(kField.size() + 1);
  }
  return form.body.starts_with('{') || form.body.starts_with('[') ? kJson : std::string_view();
}

Escape body_escape(std::string_view type) {
  if (type.contains("json")) return Escape::json;
  return type.contains("urlencoded") ? Escape::url : Escape::none;
}

/// Methods whose requests say how long their body is, even without one.
bool states_length(const RequestForm& form) {
  return !form.body.empty() ||
         (form.method != "GET" && form.method != "HEAD" && form.method != "DELETE");
}

}  // namespace

std::vector<std::string> value_names(const Dialect& dialect) {
  std::vector<std::string> names;
  for (const Operation& operation : dialect.operations) {
    for (const Extraction& extraction : operation.extract) {
      if (std::ranges::count(names, extraction.name) == 0) names.push_back(extraction.name);
    }
  }
  return names;
}

RequestWriter::RequestWriter(const RequestForm& form, const RequestSpec& spec)
    : head_({}, Escape::none, {}, spec.voices), body_({}, Escape::none, {}, spec.voices) {
  const std::vector<std::string> values = value_names(spec.dialect);
  const auto compiled = [&](std::string_view text, Escape escape) {
    return Segments(text, escape,
                    {.identity = spec.dialect.user, .constants = &spec.constants, .values = values},
                    spec.voices);
  };
  head_.add_literal(form.method + " ");
  head_.add(compiled(form.path, Escape::url));
  head_.add_literal(" HTTP/1.1");
  const auto is_host = [](std::string_view line) { return same_field(line, "Host"); };
  if (std::ranges::none_of(form.headers, is_host)) head_.add_literal("\r\nHost: " + spec.authority);
  for (const std::string& line : form.headers) {
    head_.add_literal("\r\n");
    head_.add(compiled(line, Escape::header));
  }
  if (spec.connections == ConnectionMode::per_request) {
    head_.add_literal("\r\nConnection: close");
  }
  const std::string_view type = media_type(form);
  if (type.data() == kJson.data()) head_.add_literal(fmt::format("\r\nContent-Type: {}", kJson));
  body_.add(compiled(form.body, body_escape(type)));
  body_varies_ = !body_.is_constant();
  if (body_varies_) return;
  const std::string body = body_.constant_text();
  if (states_length(form)) head_.add_literal(fmt::format("\r\nContent-Length: {}", body.size()));
  head_.add_literal("\r\n\r\n" + body);
}

void RequestWriter::write(std::string& buffer, const Subject& subject) const {
  buffer.clear();
  if (!body_varies_) {
    head_.append(buffer, subject);
    return;
  }
  // The head says how long the body is, so the body is written first and then changes places.
  body_.append(buffer, subject);
  const std::size_t body_bytes = buffer.size();
  head_.append(buffer, subject);
  fmt::format_to(std::back_inserter(buffer), FMT_COMPILE("\r\nContent-Length: {}\r\n\r\n"),
                 body_bytes);
  std::ranges::rotate(buffer, buffer.begin() + static_cast<std::ptrdiff_t>(body_bytes));
}

RequestTemplates::RequestTemplates(RequestSpec spec) : spec_(std::move(spec)) {
  writers_.reserve(kErrands);
  for (const Operation& operation : spec_.dialect.operations) {
    writers_.emplace_back(operation.request, spec_);
  }
}

void RequestTemplates::write(std::string& buffer, const RequestSubject& subject) const {
  const PlannedAttempt& attempt = subject.attempt;
  const Errand errand = subject.pending.empty() ? errand_of(attempt.op) : Errand::outcome;
  writers_[static_cast<std::size_t>(errand)].write(buffer, {.user = attempt.user,
                                                            .cohort = subject.cohort,
                                                            .idempotency = attempt.idempotency,
                                                            .coupon = subject.coupon,
                                                            .pending = subject.pending,
                                                            .values = subject.values});
}

}  // namespace fairrush::loadgen
