#include "loadgen/execution/service.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <thread>

#include "analysis/run/ledger_columns.hpp"
#include "loadgen/dialect/user_names.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/scenario/roster_file.hpp"
#include "loadgen/target/date_clock.hpp"
#include "loadgen/target/value_finder.hpp"

namespace fairrush::loadgen {
namespace {

constexpr Duration kDatePause = std::chrono::milliseconds(3);

std::vector<std::string> control_headers(const Dialect& dialect) {
  std::vector<std::string> names = watched_headers(dialect);
  names.emplace_back("Date");
  return names;
}

/// How many coupons the set-up is to make.
std::uint64_t coupons_of(const Scenario& scenario) {
  return scenario.coupons.coupons(scenario.roster_size());
}

}  // namespace

Service::Service(const Scenario& scenario, const Clock& clock, const Waiting& waiting)
    : scenario_(scenario), clock_(clock), waiting_(waiting) {
  for (const Cohort& cohort : scenario.cohorts) cohorts_.push_back(cohort.name);
}

std::expected<void, std::string> Service::prepare() {
  std::vector<Problem> problems;
  dialect_ = read_dialect(scenario_, problems);
  if (!problems.empty()) return std::unexpected(format_problems(problems));
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
  auto tokens = make_tokens(scenario_, dialect_, now.time_since_epoch().count(), waiting_);
  if (!tokens) return std::unexpected(tokens.error());
  tokens_ = std::move(*tokens);
  auto users = users_by_name({.identity = dialect_.user,
                              .feeder = dialect_.feeder,
                              .seed = scenario_.seed,
                              .users = scenario_.users});
  if (!users) return std::unexpected("target.user: " + users.error());
  user_of_ = std::move(*users);
  return {};
}

void Service::reach(const TargetAddress& address) {
  address_ = address;
  client_.emplace(address, scenario_.admin_token, clock_, waiting_);
  call_.emplace(address, waiting_, control_headers(dialect_));
}

FromTarget<HttpAnswer> Service::send(const RawCall& call) {
  auto answer = call_->send(call, TargetClient::kCallTimeout);
  if (!answer) return std::unexpected(TargetFailure{answer.error()});
  return std::move(*answer);
}

FromTarget<std::optional<ClockOffset>> Service::compare_by_date() {
  const std::string request =
      fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", address_.authority());
  const AskDate ask = [&]() -> FromTarget<std::string> {
    auto answer = send({.bytes = request, .repeatable = true, .what = "the time of day"});
    if (!answer) return std::unexpected(answer.error());
    return std::move(answer->headers.back());
  };
  return clock_by_date(clock_, ask, [] { std::this_thread::sleep_for(kDatePause); });
}

FromTarget<ClockOffset> Service::compare_clocks() {
  if (dialect_.reference_control) {
    auto compared = client_->compare_clocks();
    if (compared) clock_offset_ = compared->offset;
    return compared;
  }
  const auto by_date = compare_by_date();
  if (!by_date) return std::unexpected(by_date.error());
  clock_source_ = *by_date ? "its clock was read from the Date header of its answers"
                           : "its clock is taken to be this machine's, which nothing confirms";
  const ClockOffset compared = by_date->value_or(ClockOffset{{}, kUnknownClockError});
  clock_offset_ = compared.offset;
  return compared;
}

/// What templates can say of the round.
void Service::tell(const EventOrder& order, std::uint32_t round) {
  auto& texts = constants_.texts;
  if (round == 0) texts["event"] = order.event;
  texts["round"] = fmt::format("{}", round);
  texts["users"] = fmt::format("{}", scenario_.users);
  texts["coupons"] = fmt::format("{}", order.coupons.count.value_or(coupons_of(scenario_)));
  texts["admin_token"] = scenario_.admin_token;
  constants_.times_ms = {{"reserve_open", order.reserve_open_ms},
                         {"reserve_close", order.reserve_close_ms},
                         {"claim_open", order.claim_open_ms},
                         {"claim_close", order.claim_close_ms}};
}

FromTarget<EventDocument> Service::open_event(EventOrder& order, std::uint32_t round) {
  if (dialect_.reference_control) {
    auto opened = round == 0 ? create_event(order) : client_->reset_event(order);
    if (opened) tell(order, round);
    return opened;
  }
  const bool first = round == 0;
  // Another service keeps what earlier runs left, and a ledger is asked for by this name.
  if (first && !dialect_.setup.empty()) order.event += fmt::format("-{}", order.reserve_open_ms);
  tell(order, round);
  const auto& steps = first ? dialect_.setup : dialect_.reset;
  const auto taken = take_steps(steps, first ? "target.setup" : "target.reset");
  if (!taken) return std::unexpected(taken.error());
  order.event = constants_.texts["event"];
  EventDocument document;
  document.event = order.event;
  return document;
}

FromTarget<EventDocument> Service::create_event(EventOrder& order) {
  auto created = client_->create_event(order);
  if (created || created.error().status != 409) return created;
  if (order.is_shared) {
    created.error().message +=
        ": shard 1 of this run was started before, or another with this start";
    return created;
  }
  order.event += fmt::format("-{}", order.reserve_open_ms);  // an earlier run left its own
  return client_->create_event(order);
}

FromTarget<void> Service::take_steps(std::span<const ControlStep> steps, std::string_view key) {
  std::size_t number = 0;
  for (const ControlStep& step : steps) {
    const auto taken = take_step(step, fmt::format("{}, request {}", key, ++number));
    if (!taken) return taken;
  }
  return {};
}

FromTarget<void> Service::take_step(const ControlStep& step, const std::string& name) {
  std::string request;
  RequestWriter(step.request, request_spec(clock_offset_)).write(request, {});
  const auto answer = send({.bytes = request, .repeatable = false, .what = name});
  if (!answer) return std::unexpected(answer.error());
  listener_(request, *answer);
  const auto fits = [&answer](const StatusRange& range) { return range.holds(answer->status); };
  if (std::ranges::none_of(step.expected, fits)) {
    std::vector<std::string> accepted;
    for (const auto& [low, high] : step.expected) {
      accepted.push_back(low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high));
    }
    return std::unexpected(TargetFailure{
        fmt::format("{} ({} {}): expected status {}, got {} '{}'", name, step.request.method,
                    step.request.path, fmt::format("{}", fmt::join(accepted, ", ")), answer->status,
                    analysis::excerpt(answer->body)),
        answer->status});
  }
  ValueFinder finder(control_headers(dialect_));
  std::vector<std::size_t> sources;
  for (const Extraction& extraction : step.extract) {
    sources.push_back(finder.add(extraction.source, constants_));
  }
  finder.begin({.status = answer->status, .body = answer->body, .headers = answer->headers});
  for (std::size_t place = 0; place < sources.size(); ++place) {
    const std::string& wanted = step.extract[place].name;
    const auto value = finder.find(sources[place]);
    if (!value) {
      return std::unexpected(
          TargetFailure{fmt::format("{}: '{}' is not in the answer ({}): '{}'", name, wanted,
                                    name_of(value.error()), analysis::excerpt(answer->body)),
                        kAnswered});
    }
    constants_.texts[wanted] = *value;
  }
  return {};
}

RequestSpec Service::request_spec(std::chrono::nanoseconds clock_offset) const {
  return {.dialect = dialect_,
          .authority = address_.authority(),
          .constants = constants_,
          .voices = {.feeder = dialect_.feeder.get(),
                     .tokens = tokens_.get(),
                     .cohorts = cohorts_,
                     .clock = &clock_,
                     .clock_offset = clock_offset,
                     .seed = scenario_.seed},
          .connections = scenario_.connection_mode};
}

std::string Service::token_of(UserIndex user) const {
  std::string token;
  if (tokens_ != nullptr) tokens_->append(token, user);
  return token;
}

std::string Service::assumptions() const {
  std::vector<std::string> taken;
  if (!dialect_.reference_control) {
    taken.emplace_back(dialect_.setup.empty()
                           ? "the target is taken to open and close by itself at the times of the "
                             "scenario"
                           : "the target was told the windows by the set-up");
    taken.push_back(clock_source_);
  }
  if (scenario_.roster_list) taken.push_back(describe_absent(*scenario_.roster_list));
  std::erase(taken, "");
  return fmt::format("{}", fmt::join(taken, "; "));
}

}  // namespace fairrush::loadgen
