#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/bus_message.hpp"

namespace fairrush::server {

/// What a bus has counted since the start, of the consumers of this process.
struct BusCounts {
  std::uint64_t redelivered = 0;  ///< messages that a consumer was given before, not long ago
  std::uint64_t dead = 0;         ///< messages that nobody here can read or use
};

/// Carries messages from an outbox to their consumers, now or later. Sans I/O as far as its users
/// see; one thread, that of the outbox.
class Bus {
 public:
  /// The outbox that a bus reports to.
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    /// The bus has the message for good: every consumer will hear it, at least once.
    virtual void confirmed(OutboxPosition position) = 0;
    /// The bus did not take it, or nobody knows whether it did: it has to be published again.
    virtual void returned(OutboxPosition position) = 0;
  };

  Bus() = default;
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  virtual ~Bus() = default;

  /// Whom to report to, who outlives the bus; once, before the first message.
  virtual void report_to(Listener& listener) = 0;

  /// Whether it takes a message now.
  virtual bool accepts() const = 0;

  /// Takes a message, only while it accepts them. Exactly one report follows, from within this call
  /// or later; never if the process ends first.
  virtual void publish(const BusMessage& message) = 0;

  /// Does what has become due; call it every few milliseconds.
  virtual void tick() {}

  /// Why messages do not get through at present; unset when they do.
  virtual std::optional<std::string> missing() const { return std::nullopt; }

  /// Messages that some consumer of this process has still to handle, by the bus's own count of
  /// about a second ago; unset while it is not known.
  virtual std::optional<std::uint64_t> unread() const { return 0; }

  /// Nothing where no program is in between.
  virtual BusCounts counts() const { return {}; }
};

/// Who hears of coupons: every message at least once, a repetition under the same id; of one user
/// in the order of the positions, as long as nothing fails. One thread, that of the bus's user.
class BusConsumer {
 public:
  /// To be called once: what the consumer did with a message will survive a crash.
  using Handled = std::function<void()>;

  BusConsumer() = default;
  BusConsumer(const BusConsumer&) = delete;
  BusConsumer& operator=(const BusConsumer&) = delete;
  virtual ~BusConsumer() = default;

  /// Names its queue, or its group, on a broker.
  virtual std::string_view name() const = 0;

  /// Whether it can hear a message now.
  virtual bool accepts() const = 0;

  /// Hears a message, only while it accepts them. A message that is never handled comes again after
  /// a restart.
  virtual void hear(const BusMessage& message, Handled handled) = 0;

  /// Does what has become due; call it every few milliseconds.
  virtual void tick() {}

  /// Why it cannot do all that it is for at present; unset when it can.
  virtual std::optional<std::string> missing() const { return std::nullopt; }
};

}  // namespace fairrush::server
