#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"

namespace fairrush::server {

/// Names and values that tell the members of a family apart.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// What a family of metrics is called and tells, by Prometheus' conventions: a unit at the end of
/// the name, `_total` behind a counter's.
struct MetricName {
  std::string name;
  std::string help;
};

/// Counts up.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_ += count; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

/// Counts observations by size.
class Histogram {
 public:
  /// `bounds` are the inclusive upper ends of the buckets, rising; a last one has no end.
  explicit Histogram(std::span<const double> bounds);

  /// O(log buckets).
  void observe(double value);
  void observe(Duration duration) { observe(std::chrono::duration<double>(duration).count()); }

  std::span<const double> bounds() const { return bounds_; }
  /// One more than bounds.
  std::span<const std::uint64_t> counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

/// Buckets for what a user waits for: 100 µs to 10 s.
std::span<const double> latency_bounds();
/// Buckets for how many go together: 1 to 10,000.
std::span<const double> size_bounds();

/// All metrics of a server. One thread counts and collects; addresses stay valid as long as the
/// registry. A family has one kind and one help; asking again for a member yields the same one.
class Metrics {
 public:
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& counter(const MetricName& name, const MetricLabels& labels = {});
  Histogram& histogram(const MetricName& name, std::span<const double> bounds,
                       const MetricLabels& labels = {});
  /// `read` is called when somebody asks; what it looks at must live as long.
  void gauge(const MetricName& name, const MetricLabels& labels, std::function<double()> read);
  /// A counter that somebody else keeps, likewise.
  void counter_of(const MetricName& name, const MetricLabels& labels, std::function<double()> read);

  /// Everything in Prometheus' text format, version 0.0.4.
  std::string text() const;

  /// Names of all families.
  std::vector<std::string> names() const;

 private:
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  struct Member {
    Counter* counter = nullptr;
    Histogram* histogram = nullptr;
    std::function<double()> read;
  };
  struct Family {
    Kind kind{};
    std::string help;
    std::map<MetricLabels, Member> members;
  };

  Member& member(const MetricName& name, Kind kind, const MetricLabels& labels);

  std::map<std::string, Family> families_;
  std::deque<Counter> counters_;  // deques: addresses stay
  std::deque<Histogram> histograms_;
};

}  // namespace fairrush::server
