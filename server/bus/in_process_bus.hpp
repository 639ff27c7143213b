#pragma once

#include <vector>

#include "server/bus/bus.hpp"

namespace fairrush::server {

/// A bus whose consumers live in this process: publishing calls them one after the other, and a
/// message is confirmed once all of them have handled it.
class InProcessBus final : public Bus {
 public:
  /// The consumers outlive the bus.
  explicit InProcessBus(std::vector<BusConsumer*> consumers) : consumers_(std::move(consumers)) {}

  void report_to(Listener& listener) override { listener_ = &listener; }
  bool accepts() const override;
  void publish(const BusMessage& message) override;
  void tick() override;
  std::optional<std::string> missing() const override;

 private:
  std::vector<BusConsumer*> consumers_;
  Listener* listener_ = nullptr;
};

}  // namespace fairrush::server
