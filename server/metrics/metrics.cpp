#include "server/metrics/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

constexpr std::array kLatencyBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                    0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
constexpr std::array kSizeBounds{1.0,   2.0,   5.0,    10.0,   20.0,   50.0,   100.0,
                                 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0};

std::vector<prometheus::ClientMetric::Label> labels_of(const MetricLabels& labels) {
  std::vector<prometheus::ClientMetric::Label> result;
  result.reserve(labels.size());
  for (const auto& [name, value] : labels) result.push_back({name, value});
  return result;
}

prometheus::ClientMetric::Histogram collect(const Histogram& histogram) {
  prometheus::ClientMetric::Histogram result;
  std::uint64_t below = 0;
  for (std::size_t index = 0; index < histogram.counts().size(); ++index) {
    below += histogram.counts()[index];
    const double bound = index < histogram.bounds().size()
                             ? histogram.bounds()[index]
                             : std::numeric_limits<double>::infinity();
    result.bucket.push_back({.cumulative_count = below, .upper_bound = bound});
  }
  result.sample_count = below;
  result.sample_sum = histogram.sum();
  return result;
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {
  FAIRRUSH_ASSERT(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  sum_ += value;
}

std::span<const double> latency_bounds() {
  return kLatencyBounds;
}

std::span<const double> size_bounds() {
  return kSizeBounds;
}

Metrics::Member& Metrics::member(const MetricName& name, Kind kind, const MetricLabels& labels) {
  FAIRRUSH_ASSERT(prometheus::CheckMetricName(name.name));
  Family& family = families_.try_emplace(name.name, Family{kind, name.help, {}}).first->second;
  FAIRRUSH_ASSERT(family.kind == kind);
  return family.members[labels];
}

Counter& Metrics::counter(const MetricName& name, const MetricLabels& labels) {
  Member& one = member(name, Kind::counter, labels);
  if (one.counter == nullptr) one.counter = &counters_.emplace_back();
  return *one.counter;
}

Histogram& Metrics::histogram(const MetricName& name, std::span<const double> bounds,
                              const MetricLabels& labels) {
  Member& one = member(name, Kind::histogram, labels);
  if (one.histogram == nullptr) one.histogram = &histograms_.emplace_back(bounds);
  return *one.histogram;
}

void Metrics::gauge(const MetricName& name, const MetricLabels& labels,
                    std::function<double()> read) {
  member(name, Kind::gauge, labels).read = std::move(read);
}

void Metrics::counter_of(const MetricName& name, const MetricLabels& labels,
                         std::function<double()> read) {
  member(name, Kind::counter, labels).read = std::move(read);
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> collected;
  collected.reserve(families_.size());
  for (const auto& [name, family] : families_) {
    prometheus::MetricFamily& result = collected.emplace_back();
    result.name = name;
    result.help = family.help;
    result.type = family.kind == Kind::counter ? prometheus::MetricType::Counter
                  : family.kind == Kind::gauge ? prometheus::MetricType::Gauge
                                               : prometheus::MetricType::Histogram;
    for (const auto& [labels, one] : family.members) {
      prometheus::ClientMetric& metric = result.metric.emplace_back();
      metric.label = labels_of(labels);
      const double value = one.read                 ? one.read()
                           : one.counter != nullptr ? static_cast<double>(one.counter->value())
                                                    : 0;
      metric.counter.value = metric.gauge.value = value;
      if (one.histogram != nullptr) metric.histogram = collect(*one.histogram);
    }
  }
  return prometheus::TextSerializer().Serialize(collected);
}

std::vector<std::string> Metrics::names() const {
  std::vector<std::string> names;
  for (const auto& [name, family] : families_) names.push_back(name);
  return names;
}

}  // namespace fairrush::server
