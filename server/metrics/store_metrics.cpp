#include "server/metrics/store_metrics.hpp"

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

const MetricName kLatency{"fairrush_store_call_seconds",
                          "From handing a call to the store to its answer."};
const MetricName kRequests{"fairrush_store_call_requests",
                           "Requests that a call answers together."};
const MetricName kFailures{"fairrush_store_errors_total", "Calls that the store did not answer."};

}  // namespace

StoreMetrics::StoreMetrics(Metrics& metrics, const Clock& clock, std::string_view store)
    : metrics_(metrics), clock_(clock), store_(store) {
  metrics.gauge({"fairrush_store_calls_in_flight", "Calls that the store has not answered yet."},
                {{"store", store_}}, [this] { return static_cast<double>(in_flight_); });
  // What alerts look at begins at zero.
  for (const std::string_view call : {"claim", "reserve"}) {
    metrics.histogram(kLatency, latency_bounds(), labels_of(call));
    metrics.histogram(kRequests, size_bounds(), labels_of(call));
  }
  for (const auto kind :
       {PostgresError::Kind::away, PostgresError::Kind::clash, PostgresError::Kind::refused}) {
    if (store_ == "postgres") failures(name_of(kind));
  }
  for (const auto kind :
       {RedisFailure::Kind::not_sent, RedisFailure::Kind::unknown, RedisFailure::Kind::refused}) {
    if (store_ == "redis") failures(name_of(kind));
  }
}

StoreWatch StoreMetrics::watch() {
  return [this](const StoreCall& call) { return begun(call); };
}

StoreCallEnded StoreMetrics::begun(const StoreCall& call) {
  ++in_flight_;
  const MetricLabels labels = labels_of(call.name);
  if (call.requests > 0) {
    metrics_.histogram(kRequests, size_bounds(), labels)
        .observe(static_cast<double>(call.requests));
  }
  Histogram& latency = metrics_.histogram(kLatency, latency_bounds(), labels);
  return [this, &latency, since = clock_.steady_now()](std::string_view failure) {
    FAIRRUSH_ASSERT(in_flight_ > 0);
    --in_flight_;
    latency.observe(clock_.steady_now() - since);
    if (!failure.empty()) failures(failure).add();
  };
}

Counter& StoreMetrics::failures(std::string_view kind) {
  return metrics_.counter(kFailures, {{"kind", std::string(kind)}, {"store", store_}});
}

MetricLabels StoreMetrics::labels_of(std::string_view call) const {
  return {{"call", std::string(call)}, {"store", store_}};
}

}  // namespace fairrush::server
