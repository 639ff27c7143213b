#pragma once

#include <algorithm>
#include <vector>

#include "server/bus/bus.hpp"

namespace fairrush::server {

/// A bus that does what a test says, when it says so.
class ScriptedBus final : public Bus {
 public:
  void report_to(Listener& listener) override { listener_ = &listener; }
  bool accepts() const override { return connected; }
  void publish(const BusMessage& message) override {
    published.push_back(message.position.value());
    if (confirms_at_once) return listener_->confirmed(message.position);
    under_way.push_back(message);
  }

  void confirm(std::uint64_t position) {
    take(position);
    listener_->confirmed(OutboxPosition(position));
  }
  void confirm_all() {
    while (!under_way.empty()) confirm(under_way.front().position.value());
  }
  void give_back(std::uint64_t position) {
    take(position);
    listener_->returned(OutboxPosition(position));
  }
  /// Ends the connection: what is under way comes back, whether the broker has it or not.
  void disconnect() {
    connected = false;
    while (!under_way.empty()) give_back(under_way.front().position.value());
  }

  bool connected = true;
  bool confirms_at_once = false;
  std::vector<std::uint64_t> published;  ///< positions, in order
  std::vector<BusMessage> under_way;

 private:
  void take(std::uint64_t position) {
    std::erase_if(under_way,
                  [position](const auto& one) { return one.position.value() == position; });
  }

  Listener* listener_ = nullptr;
};

}  // namespace fairrush::server
