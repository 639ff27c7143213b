#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/runtime/asio_types.hpp"
#include "server/bus/wire_message.hpp"

namespace fairrush::server {

/// A message as it leaves for a broker.
struct Outgoing {
  OutboxPosition position;
  UserIndex user;
  BusMessage::Type type{};
  std::string id;
  std::string text;
};

/// One of the consumers of this process, by its place in the list that the broker was opened with.
using ConsumerIndex = StrongId<struct ConsumerIndexTag, std::uint32_t>;

/// What a broker calls a delivery that waits to be settled.
using DeliveryTag = StrongId<struct DeliveryTagTag, std::uint64_t>;

/// How a delivery ends.
enum class Settlement : std::uint8_t {
  handled,  ///< it need not come again
  strange,  ///< nobody here can do anything with it: to the dead letters
};

/// A program that keeps messages until their consumers have handled them: in between, this process
/// may end, and so may the broker. Comes back by itself whenever it can be reached. Called, and
/// reports, on one thread; what blocks does so on threads of the broker's own.
class Broker {
 public:
  /// Whom a broker reports to.
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    /// As with a Bus: one of the two for each message.
    virtual void confirmed(OutboxPosition position) = 0;
    virtual void returned(OutboxPosition position) = 0;
    /// A consumer is given a message, which it has to settle. Messages that cannot be read never
    /// come here: they are dead letters at once.
    virtual void delivered(ConsumerIndex consumer, DeliveryTag tag, WireMessage message) = 0;
  };

  Broker() = default;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  /// After `stop`, if it was opened.
  virtual ~Broker() = default;

  /// Begins to connect. `listener` outlives the broker's work.
  virtual void open(Listener& listener) = 0;
  /// Ends all its work; nothing is reported afterwards.
  virtual Task<void> stop() = 0;

  virtual bool accepts() const = 0;
  virtual void publish(Outgoing message) = 0;
  /// Once for each delivery. One that the broker has given to somebody else meanwhile is left
  /// alone.
  virtual void settle(ConsumerIndex consumer, DeliveryTag tag, Settlement how) = 0;
  virtual void tick() {}
  /// Why messages do not get through at present; unset when they do.
  virtual std::optional<std::string> missing() const = 0;
  /// Messages that some consumer of this process has still to settle, by the broker's own count of
  /// about a second ago; unset while it is not known.
  virtual std::optional<std::uint64_t> unread() const = 0;
  /// Messages that were put away as dead letters here.
  virtual std::uint64_t dead_letters() const { return 0; }
};

}  // namespace fairrush::server
