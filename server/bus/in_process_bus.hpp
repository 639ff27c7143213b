#pragma once

#include <cstdint>
#include <unordered_map>
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
  struct Publication {
    OutboxPosition position;
    std::size_t unhandled = 0;  ///< by how many consumers
  };

  void handled(std::uint64_t publication);

  std::vector<BusConsumer*> consumers_;
  Listener* listener_ = nullptr;
  /// By number: a message may come again while it is under way, after its outbox has begun anew.
  std::unordered_map<std::uint64_t, Publication> publications_;
  std::uint64_t last_publication_ = 0;
};

}  // namespace fairrush::server
