#pragma once

#include <amqp.h>
#include <amqp_framing.h>

#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/bus/brokers/bus_address.hpp"

namespace fairrush::server {

/// The one channel of a session.
inline constexpr amqp_channel_t kAmqpChannel = 1;

/// Not copied; valid as long as the text.
amqp_bytes_t amqp_text(std::string_view text);
std::string_view text_of(const amqp_bytes_t& bytes);

/// A connection to a RabbitMQ with one channel. Blocking calls, each with a limit; one thread, but
/// for `interrupt`. Errors are sentences.
class AmqpSession {
 public:
  using Failure = std::string;
  using Done = std::expected<void, Failure>;

  AmqpSession() = default;
  AmqpSession(const AmqpSession&) = delete;
  AmqpSession& operator=(const AmqpSession&) = delete;
  ~AmqpSession() { close(); }

  /// Connects, and declares what messages need: a durable exchange, a durable queue for each of
  /// `consumers` that gets them all, and a queue for dead letters. Declaring again changes nothing.
  Done open(const AmqpBusAddress& address, std::span<const std::string> consumers);
  void close();

  /// Ends the connection under the thread that uses it. Any thread.
  void interrupt();

  amqp_connection_state_t connection() const { return connection_; }
  int socket() const { return socket_; }

  /// What the last call was answered.
  Done replied(std::string_view what) const;

  /// The next frame that has come; unset when there is none. Also keeps the connection alive: call
  /// it at least every second. The error says why the connection or its channel has ended.
  std::expected<std::optional<amqp_frame_t>, Failure> next_frame();

  /// Reads the message that follows a method; the text is its body, the other its id.
  struct Message {
    std::string text;
    std::string id;
  };
  std::expected<Message, Failure> read_message();

 private:
  static Done done_by(const amqp_rpc_reply_t& reply, std::string_view what);
  Done connect(const AmqpBusAddress& address);
  Done declare(const AmqpBusAddress& address, std::span<const std::string> consumers);
  Done declare_queue(const std::string& queue, const std::string& exchange,
                     const amqp_table_t& arguments);

  amqp_connection_state_t connection_ = nullptr;
  std::mutex mutex_;  ///< of the next two
  int socket_ = -1;
  bool interrupted_ = false;
};

}  // namespace fairrush::server
