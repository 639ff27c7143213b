#include "server/bus/amqp/amqp_session.hpp"

#include <amqp_tcp_socket.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>

namespace fairrush::server {
namespace {

constexpr timeval kConnectPatience{.tv_sec = 2, .tv_usec = 0};
constexpr timeval kAnswerPatience{.tv_sec = 5, .tv_usec = 0};
constexpr int kHeartbeatSeconds = 5;  // a broker that says nothing for twice as long is gone
constexpr int kFrameBytesMax = 131'072;

/// What a method that ends a channel or a connection says.
std::string reason_of(const amqp_method_t& method) {
  if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto* const close = static_cast<const amqp_connection_close_t*>(method.decoded);
    return fmt::format("RabbitMQ closes the connection: {}", text_of(close->reply_text));
  }
  const auto* const close = static_cast<const amqp_channel_close_t*>(method.decoded);
  return fmt::format("RabbitMQ refuses: {}", text_of(close->reply_text));
}

bool ends(const amqp_method_t& method) {
  return method.id == AMQP_CONNECTION_CLOSE_METHOD || method.id == AMQP_CHANNEL_CLOSE_METHOD;
}

}  // namespace

amqp_bytes_t amqp_text(std::string_view text) {
  // The library takes what it only reads as if it might write.
  return {text.size(), const_cast<char*>(text.data())};
}

std::string_view text_of(const amqp_bytes_t& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

AmqpSession::Done AmqpSession::open(const AmqpBusAddress& address,
                                    std::span<const std::string> consumers) {
  if (auto connected = connect(address); !connected) return connected;
  return declare(address, consumers);
}

AmqpSession::Done AmqpSession::connect(const AmqpBusAddress& address) {
  close();
  connection_ = amqp_new_connection();
  amqp_socket_t* const socket = amqp_tcp_socket_new(connection_);
  if (socket == nullptr) return std::unexpected("no memory for a socket");
  amqp_set_handshake_timeout(connection_, &kConnectPatience);
  amqp_set_rpc_timeout(connection_, &kAnswerPatience);
  const int opened =
      amqp_socket_open_noblock(socket, address.host.c_str(), address.port, &kConnectPatience);
  if (opened != AMQP_STATUS_OK) {
    return std::unexpected(fmt::format("cannot connect to RabbitMQ at {}:{}: {}", address.host,
                                       address.port, amqp_error_string2(opened)));
  }
  {
    const std::scoped_lock lock(mutex_);
    socket_ = amqp_get_sockfd(connection_);
    if (interrupted_) return std::unexpected("the service stops");
  }
  const amqp_rpc_reply_t entered =
      amqp_login(connection_, address.vhost.c_str(), 0, kFrameBytesMax, kHeartbeatSeconds,
                 AMQP_SASL_METHOD_PLAIN, address.user.c_str(), address.password.c_str());
  if (auto done = done_by(entered, "enter"); !done) return done;
  amqp_channel_open(connection_, kAmqpChannel);
  return replied("open a channel");
}

AmqpSession::Done AmqpSession::declare(const AmqpBusAddress& address,
                                       std::span<const std::string> consumers) {
  const std::string dead = address.exchange + ".dead";
  for (const auto& [exchange, type] :
       {std::pair(address.exchange, "topic"), std::pair(dead, "fanout")}) {
    amqp_exchange_declare(connection_, kAmqpChannel, amqp_text(exchange), amqp_text(type), 0, 1, 0,
                          0, amqp_empty_table);
    if (auto declared = replied("declare the exchange " + exchange); !declared) return declared;
  }
  if (auto declared = declare_queue(dead, dead, amqp_empty_table); !declared) return declared;
  amqp_table_entry_t to_dead{};
  to_dead.key = amqp_text("x-dead-letter-exchange");
  to_dead.value.kind = AMQP_FIELD_KIND_UTF8;
  to_dead.value.value.bytes = amqp_text(dead);
  for (const std::string& consumer : consumers) {
    const auto declared = declare_queue(fmt::format("{}.{}", address.exchange, consumer),
                                        address.exchange, {1, &to_dead});
    if (!declared) return declared;
  }
  return {};
}

AmqpSession::Done AmqpSession::declare_queue(const std::string& queue, const std::string& exchange,
                                             const amqp_table_t& arguments) {
  amqp_queue_declare(connection_, kAmqpChannel, amqp_text(queue), 0, 1, 0, 0, arguments);
  if (auto declared = replied("declare the queue " + queue); !declared) return declared;
  amqp_queue_bind(connection_, kAmqpChannel, amqp_text(queue), amqp_text(exchange), amqp_text("#"),
                  amqp_empty_table);
  return replied("bind the queue " + queue);
}

void AmqpSession::close() {
  {
    const std::scoped_lock lock(mutex_);
    socket_ = -1;
  }
  if (connection_ != nullptr) amqp_destroy_connection(connection_);
  connection_ = nullptr;
}

void AmqpSession::interrupt() {
  const std::scoped_lock lock(mutex_);
  interrupted_ = true;
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
}

AmqpSession::Done AmqpSession::replied(std::string_view what) const {
  return done_by(amqp_get_rpc_reply(connection_), what);
}

AmqpSession::Done AmqpSession::done_by(const amqp_rpc_reply_t& reply, std::string_view what) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return {};
  const std::string why = reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && ends(reply.reply)
                              ? reason_of(reply.reply)
                              : amqp_error_string2(reply.library_error);
  return std::unexpected(fmt::format("cannot {}: {}", what, why));
}

std::expected<std::optional<amqp_frame_t>, AmqpSession::Failure> AmqpSession::next_frame() {
  amqp_maybe_release_buffers(connection_);
  amqp_frame_t frame{};
  const timeval none{};
  const int status = amqp_simple_wait_frame_noblock(connection_, &frame, &none);
  if (status == AMQP_STATUS_TIMEOUT) return std::optional<amqp_frame_t>();
  if (status != AMQP_STATUS_OK) return std::unexpected(amqp_error_string2(status));
  const bool is_end = frame.frame_type == AMQP_FRAME_METHOD && ends(frame.payload.method);
  if (is_end) return std::unexpected(reason_of(frame.payload.method));
  return frame;
}

std::expected<AmqpSession::Message, AmqpSession::Failure> AmqpSession::read_message() {
  amqp_message_t message{};
  const amqp_rpc_reply_t reply = amqp_read_message(connection_, kAmqpChannel, &message, 0);
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
    return std::unexpected(amqp_error_string2(reply.library_error));
  }
  Message read{std::string(text_of(message.body)), {}};
  if ((message.properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0) {
    read.id = text_of(message.properties.message_id);
  }
  amqp_destroy_message(&message);
  return read;
}

}  // namespace fairrush::server
