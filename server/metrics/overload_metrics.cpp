#include "server/metrics/overload_metrics.hpp"

#include <string>
#include <utility>

namespace fairrush::server {

void add_overload_metrics(Metrics& metrics, const GuardedService& guarded) {
  using State = CircuitBreaker::State;
  for (const auto& [state, name] :
       {std::pair(State::closed, "closed"), std::pair(State::open, "open"),
        std::pair(State::half_open, "half_open")}) {
    metrics.gauge({"fairrush_breaker_state", "1 for the state that the circuit breaker is in."},
                  {{"state", name}},
                  [&guarded, state] { return guarded.state().breaker == state ? 1.0 : 0.0; });
  }
  metrics.counter_of({"fairrush_breaker_trips_total", "How often the circuit breaker has opened."},
                     {}, [&guarded] { return static_cast<double>(guarded.state().breaker_trips); });
  metrics.gauge({"fairrush_waiting_line_claims", "Claims that wait in line for their turn."}, {},
                [&guarded] { return static_cast<double>(guarded.state().waiting); });
  metrics.gauge({"fairrush_waiting_line_places", "Claims that the line has room for."}, {},
                [&guarded] { return static_cast<double>(guarded.state().places); });
  metrics.gauge({"fairrush_decisions_in_flight",
                 "Decisions that are not durable, and calls to a store without an answer."},
                {}, [&guarded] { return static_cast<double>(guarded.state().in_flight); });
  for (const Shed reason : kSheds) {
    metrics.counter_of({"fairrush_shed_total", "Requests sent away undecided, by reason."},
                       {{"reason", std::string(name_of(reason))}},
                       [&guarded, reason] { return static_cast<double>(guarded.shed(reason)); });
  }
}

}  // namespace fairrush::server
