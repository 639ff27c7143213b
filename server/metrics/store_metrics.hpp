#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/metrics/metrics.hpp"
#include "server/stores/store_watch.hpp"

namespace fairrush::server {

/// Watches the calls to a store that is a program of its own. `metrics` and `clock` outlive this,
/// and this outlives the last call.
class StoreMetrics {
 public:
  /// `store` is its kind: "redis".
  StoreMetrics(Metrics& metrics, const Clock& clock, std::string_view store);
  StoreMetrics(const StoreMetrics&) = delete;
  StoreMetrics& operator=(const StoreMetrics&) = delete;

  StoreWatch watch();

 private:
  StoreCallEnded begun(const StoreCall& call);
  Counter& failures(std::string_view kind);
  MetricLabels labels_of(std::string_view call) const;

  Metrics& metrics_;
  const Clock& clock_;
  std::string store_;
  std::size_t in_flight_ = 0;
};

}  // namespace fairrush::server
