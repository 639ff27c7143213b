#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/service/coupon_service.hpp"

namespace fairrush::server {

class Metrics;

/// What the server needs besides itself, and whether it is there. One thread.
class Readiness {
 public:
  /// Why something is missing; unset: it is there.
  using Check = std::function<std::optional<CouponService::Impairment>()>;

  struct Dependency {
    std::string name;  ///< "ledger"
    std::optional<CouponService::Impairment> lack;
  };

  /// `metrics` shows each dependency as a gauge.
  explicit Readiness(Metrics& metrics) : metrics_(metrics) {}

  /// `check` is called when somebody asks; it says what it knows and waits for nothing.
  void add(std::string name, Check check);

  /// Everything that was added, in that order, as it stands.
  std::vector<Dependency> state() const;

 private:
  struct Row {
    std::string name;
    Check check;
  };

  Metrics& metrics_;
  std::vector<Row> rows_;
};

/// The state as a JSON array: [{"name":"ledger","ready":false,"code":…,"detail":…}].
std::string dependencies_json(const std::vector<Readiness::Dependency>& dependencies);

}  // namespace fairrush::server
