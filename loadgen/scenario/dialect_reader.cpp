#include "loadgen/scenario/dialect_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

#include "loadgen/dialect/reference.hpp"
#include "loadgen/dialect/variables.hpp"
#include "loadgen/scenario/dialect_values.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kNamesMax = 64;

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

/// Puts a dialect together and collects what is wrong with it.
class DialectReader {
 public:
  DialectReader(const Scenario& scenario, std::vector<Problem>& problems)
      : scenario_(scenario), problems_(problems) {}

  Dialect read();

 private:
  void refuse(std::string key, std::string what) {
    problems_.push_back({std::move(key), std::move(what)});
  }
  void read_feeder();
  Operation read_operation(Errand errand);
  void read_control();
  void declare(const std::string& key, std::span<const Extraction> extractions);
  void check_all();
  void check_control(const std::string& key, std::span<const ControlStep> steps,
                     std::vector<std::string>& names);
  void check_operation(Errand errand);
  void check_request(const std::string& key, const RequestForm& request, Place place,
                     std::span<const std::string> names);
  void check_text(const std::string& key, std::string_view text, Place place,
                  std::span<const std::string> names);
  void check_identity();
  void check_tokens();
  bool uses_tokens() const;
  const RequestOrder& order(Errand errand) const {
    return scenario_.target.requests[static_cast<std::size_t>(errand)];
  }
  static std::string key_of(Errand errand, std::string_view name) {
    return fmt::format("target.{}.{}", reference_request(errand).key, name);
  }

  const Scenario& scenario_;
  std::vector<Problem>& problems_;
  Dialect dialect_;
  std::vector<std::string> columns_;
  std::vector<std::string> given_;  // columns, and what answers to users and the set-up give
};

void DialectReader::read_feeder() {
  if (!scenario_.target.feeder) return;
  auto feeder = Feeder::read(*scenario_.target.feeder, scenario_.users);
  if (!feeder) return refuse("target.feeder", feeder.error());
  for (const std::string& column : feeder->columns()) {
    if (find_variable(column) == nullptr) {
      columns_.push_back(column);
    } else {
      refuse("target.feeder",
             fmt::format("column '{}' has the name of a variable: expected another name", column));
    }
  }
  dialect_.feeder = std::make_shared<const Feeder>(std::move(*feeder));
}

Operation DialectReader::read_operation(Errand errand) {
  const RequestOrder& own = order(errand);
  const ReferenceRequest& reference = reference_request(errand);
  const std::string_view headers =
      scenario_.tokens.ordered() ? reference.headers_signed : reference.headers;
  Operation operation;
  operation.request.method = own.method.value_or(std::string(reference.method));
  operation.request.path = own.path.value_or(std::string(reference.path));
  operation.request.body = own.body.value_or(std::string(reference.body));
  operation.request.headers =
      read_headers(key_of(errand, "headers"), own.headers.value_or(one_line(headers)), problems_);
  const std::string key = key_of(errand, "answers");
  const auto add_answers = [&](std::string_view text) {
    for (AnswerRule& rule : read_answers(key, one_line(text), errand, problems_)) {
      operation.answers.push_back(std::move(rule));
    }
  };
  const bool asks_outcome = errand == Errand::outcome;
  add_answers(own.answers ? std::string_view(*own.answers) : reference.answers);
  if (!own.answers && !asks_outcome) add_answers(reference_answers_common());
  operation.answers_own = operation.answers.size();
  add_answers(asks_outcome ? outcomes_without_rule() : answers_without_rule());
  if (own.extract) {
    operation.extract = read_extractions(key_of(errand, "extract"), *own.extract, problems_);
  }
  return operation;
}

void DialectReader::read_control() {
  const TargetOrder& target = scenario_.target;
  if (target.setup) dialect_.setup = read_steps("target.setup", *target.setup, problems_);
  if (target.reset) dialect_.reset = read_steps("target.reset", *target.reset, problems_);
  const auto has_path = [](const RequestOrder& request) { return request.path.has_value(); };
  dialect_.reference_control =
      !target.setup && !target.reset && std::ranges::none_of(target.requests, has_path);
}

/// Names that answers give: known once to everybody.
void DialectReader::declare(const std::string& key, std::span<const Extraction> extractions) {
  for (const Extraction& extraction : extractions) {
    const bool event = extraction.name == "event" && key.starts_with("target.setup");
    if (!event && find_variable(extraction.name) != nullptr) {
      refuse(key,
             fmt::format("'{}' is a variable already: expected another name", extraction.name));
    } else if (std::ranges::count(columns_, extraction.name) != 0) {
      refuse(key,
             fmt::format("'{}' is a column of the feeder: expected another name", extraction.name));
    } else if (std::ranges::count(given_, extraction.name) == 0) {
      given_.push_back(extraction.name);
    }
  }
  if (given_.size() > kNamesMax + columns_.size()) {
    refuse(key, fmt::format("more than {} names are taken from answers", kNamesMax));
  }
}

void DialectReader::check_text(const std::string& key, std::string_view text, Place place,
                               std::span<const std::string> names) {
  if (const auto problem = variable_problem(text, place, names)) refuse(key, *problem);
}

void DialectReader::check_request(const std::string& key, const RequestForm& request, Place place,
                                  std::span<const std::string> names) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (request.method.empty() || !std::ranges::all_of(request.method, is_upper)) {
    refuse(key + "method",
           fmt::format("'{}' is not accepted: expected GET, POST or another method in capitals",
                       request.method));
  }
  const auto is_graphic = [](char c) { return c > ' ' && c != 0x7f; };
  if (!request.path.starts_with('/') || !std::ranges::all_of(request.path, is_graphic)) {
    refuse(key + "path",
           fmt::format("'{}' is not accepted: expected a path that begins with / and has no space",
                       request.path));
  }
  check_text(key + "path", request.path, place, names);
  check_text(key + "body", request.body, place, names);
  for (const std::string& line : request.headers) check_text(key + "headers", line, place, names);
}

void DialectReader::check_control(const std::string& key, std::span<const ControlStep> steps,
                                  std::vector<std::string>& names) {
  std::size_t number = 0;
  for (const ControlStep& step : steps) {
    const std::string here = fmt::format("{}: request {}: ", key, ++number);
    check_request(here, step.request, Place::control, names);
    for (const Extraction& extraction : step.extract) names.push_back(extraction.name);
  }
}

void DialectReader::check_operation(Errand errand) {
  const Place place = errand == Errand::redeem    ? Place::redemption
                      : errand == Errand::outcome ? Place::outcome
                                                  : Place::attempt;
  const Operation& operation = dialect_.of(errand);
  check_request(key_of(errand, ""), operation.request, place, given_);
  for (const AnswerRule& rule : operation.answers) {
    check_text(key_of(errand, "answers"), rule.receipt.where_text, Place::control, given_);
  }
}

void DialectReader::check_identity() {
  const std::string& user = scenario_.target.user;
  check_text("target.user", user, Place::identity, columns_);
  const auto is_variable = [](const TemplatePart& part) { return !part.variable.empty(); };
  if (std::ranges::none_of(split_template(user), is_variable)) {
    refuse("target.user",
           fmt::format("'{}' names every user alike: expected {{index}}, {{uuid}} or a column of "
                       "the feeder in it",
                       user));
  }
}

/// Whether any request names {token}.
bool DialectReader::uses_tokens() const {
  const auto names_it = [](const std::string& text) {
    return std::ranges::count(split_template(text), "token", &TemplatePart::variable) != 0;
  };
  return std::ranges::any_of(dialect_.operations, [&](const Operation& operation) {
    const RequestForm& request = operation.request;
    return names_it(request.path) || names_it(request.body) ||
           std::ranges::any_of(request.headers, names_it);
  });
}

void DialectReader::check_tokens() {
  const TokenOrder& tokens = scenario_.tokens;
  check_text("target.token.claims", tokens.claims, Place::token, columns_);
  if (tokens.text) check_text("target.token.text", *tokens.text, Place::token, columns_);
  const int sources = (tokens.secret ? 1 : 0) + (tokens.key_file ? 1 : 0) + (tokens.file ? 1 : 0) +
                      (tokens.text ? 1 : 0);
  if (sources > 1) {
    refuse("target.token", "expected one of secret, key_file, file and text, not several");
  }
  if (sources == 0 && uses_tokens()) {
    refuse("target.token",
           "a request has {token} and none is ordered: expected secret, key_file, file or text");
  }
  if (sources == 1 && !uses_tokens()) {
    refuse("target.token",
           "tokens are ordered and no request has {token}: expected a header such as "
           "\"Authorization: Bearer {token}\"");
  }
}

void DialectReader::check_all() {
  given_ = columns_;
  for (const ControlStep& step : dialect_.setup) declare("target.setup", step.extract);
  for (const ControlStep& step : dialect_.reset) declare("target.reset", step.extract);
  for (std::size_t index = 0; index < kErrands; ++index) {
    const auto errand = static_cast<Errand>(index);
    declare(key_of(errand, "extract"), dialect_.of(errand).extract);
  }
  std::vector<std::string> names;
  check_control("target.setup", dialect_.setup, names);
  check_control("target.reset", dialect_.reset, names);
  for (std::size_t index = 0; index < kErrands; ++index) {
    check_operation(static_cast<Errand>(index));
  }
  check_identity();
  check_tokens();
}

Dialect DialectReader::read() {
  const std::size_t before = problems_.size();
  dialect_.user = scenario_.target.user;
  read_feeder();
  for (std::size_t index = 0; index < kErrands; ++index) {
    dialect_.operations[index] = read_operation(static_cast<Errand>(index));
  }
  read_control();
  if (problems_.size() == before) check_all();
  return std::move(dialect_);
}

}  // namespace

Dialect read_dialect(const Scenario& scenario, std::vector<Problem>& problems) {
  return DialectReader(scenario, problems).read();
}

}  // namespace fairrush::loadgen
