#include <fmt/format.h>

#include <variant>

#include "server/api/app.hpp"
#include "server/http/problem.hpp"
#include "server/log.hpp"

namespace fairrush::server {

void App::create_daily(Exchange& exchange, const EventRequest& request) {
  const std::string& name = request.spec.name;
  const std::string_view key = exchange.request.idempotency_key;
  if (const DailyEvents::Entry* const known = daily_.find(name); known != nullptr) {
    if (key.empty() || known->key != key) return refuse(exchange, ErrorCode::event_exists);
    return service_.describe(daily_.resolve(name, exchange.arrived), exchange.arrived,
                             created_in(exchange));
  }
  // The name would stand for two events otherwise.
  service_.describe(name, exchange.arrived,
                    [this, &exchange, request](const std::expected<EventState, ErrorCode>& event) {
                      const bool taken = event || daily_.find(request.spec.name) != nullptr;
                      if (taken) return refuse(exchange, ErrorCode::event_exists);
                      if (event.error() != ErrorCode::unknown_event) {
                        return refuse(exchange, event.error());
                      }
                      add_daily(exchange, request);
                    });
}

void App::add_daily(Exchange& exchange, const EventRequest& request) {
  if (!queue_.accepts()) return refuse(exchange, ErrorCode::ledger_unavailable);
  DailyEvents::Entry& entry =
      daily_.add({.spec = request.spec,
                  .rule = *request.daily,
                  .key = std::string(exchange.request.idempotency_key),
                  .request = with_design(exchange.request.body, request.spec.design)});
  queue_.append(DailyEventSet{
      .name = entry.spec.name, .request = entry.request, .idempotency_key = entry.key});
  const DayToBegin day = daily_.first(entry, exchange.arrived);
  daily_.note(day.spec.name);
  service_.create(day.spec, day.key, created_in(exchange));
}

EventDone App::created_in(Exchange& exchange) {
  return [this, &exchange](const std::expected<EventState, ErrorCode>& event) {
    if (!event) return refuse(exchange, event.error());
    exchange.response.status = 201;
    answer_event(exchange, *event);
  };
}

void App::end_daily(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  const DailyEvents::Entry* const named = daily_.entry_of(name);
  if (named == nullptr) return refuse(exchange, ErrorCode::unknown_event);
  if (!queue_.accepts()) return refuse(exchange, ErrorCode::ledger_unavailable);
  DailyEvents::Entry& entry = *daily_.find(named->spec.name);
  if (!entry.ended) {
    log_info("daily event ends", {{"request", exchange.request_id}, {"event", entry.spec.name}});
    entry.ended = true;
    queue_.append(DailyEventSet{.name = entry.spec.name,
                                .request = entry.request,
                                .idempotency_key = entry.key,
                                .ended = true});
  }
  get_event(exchange, name);
}

std::expected<void, std::string> App::restore(const LedgerRecord& record) {
  if (const auto* const created = std::get_if<EventCreated>(&record)) {
    daily_.note(created->spec.name);
  }
  const auto* const set = std::get_if<DailyEventSet>(&record);
  if (set == nullptr) return {};
  auto request = parse_event_request(set->request, options_.default_design, service_.designs());
  if (!request || !request->daily) {
    return std::unexpected(
        fmt::format("daily event '{}': {}", set->name, request ? "has no rule" : request.error()));
  }
  daily_.add({.spec = std::move(request->spec),
              .rule = std::move(*request->daily),
              .key = set->idempotency_key,
              .request = set->request,
              .ended = set->ended});
  return {};
}

void App::begin_days(WallTime now) {
  if (daily_.empty()) return;
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  if (days_begun_at_ == second || !queue_.accepts()) return;
  days_begun_at_ = second;
  for (const DayToBegin& day : daily_.due(now)) {
    service_.create(
        day.spec, day.key,
        [this, name = day.spec.name](const std::expected<EventState, ErrorCode>& event) {
          if (event || event.error() == ErrorCode::event_exists) daily_.note(name);
          if (event) return log_info("a day begins", {{"event", name}});
          log_error("a day cannot begin",
                    {{"event", name}, {"what", std::string(describe(event.error()))}});
        });
  }
}

std::string App::daily_members(const std::string& event, WallTime now) const {
  const DailyEvents::Entry* const entry = daily_.entry_of(event);
  if (entry == nullptr) return {};
  const DailyRule& rule = entry->rule;
  const CalendarDay next = rule.day_at(now) + std::chrono::days(1);
  const std::string when =
      entry->ended ? ""
                   : fmt::format(R"(,"next_warm_up_ms":{})", to_unix_ms(rule.warm_up_of(next)));
  return fmt::format(
      R"(,"daily":{{"name":"{}","reserve":"{}","claim":"{}","time_zone":"{}","ended":{}{}}})",
      entry->spec.name, rule.reserve_text(), rule.claim_text(), rule.time_zone(), entry->ended,
      when);
}

}  // namespace fairrush::server
