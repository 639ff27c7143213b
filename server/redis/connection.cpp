#include "server/redis/connection.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/write.hpp>
#include <new>
#include <utility>
#include <vector>

namespace fairrush::server {
namespace {

constexpr Duration kSweepInterval = std::chrono::milliseconds(10);
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

RedisFailure failure(RedisFailure::Kind kind, std::string_view why) {
  return {kind, std::string(why)};
}

/// The value behind "name:" in the text of INFO; empty where there is none.
std::string info_value(std::string_view info, std::string_view name) {
  const std::size_t at = info.find(fmt::format("\n{}:", name));
  if (at == std::string_view::npos) return {};
  const std::string_view value = info.substr(at + name.size() + 2);
  return std::string(value.substr(0, value.find_first_of("\r\n")));
}

}  // namespace

void RedisConnection::FreeReader::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

RedisConnection::RedisConnection(Executor executor, const Clock& clock, RedisEndpoint endpoint,
                                 Listener& listener, RedisPatience patience)
    : executor_(executor),
      clock_(clock),
      endpoint_(std::move(endpoint)),
      listener_(listener),
      patience_(patience),
      socket_(executor),
      pause_(executor),
      work_(executor),
      sweep_(executor),
      tasks_(executor) {}

RedisConnection::~RedisConnection() = default;

void RedisConnection::open() {
  tasks_.spawn(stay_connected());
  tasks_.spawn(write_commands());
  tasks_.spawn(watch_deadlines());
}

Task<void> RedisConnection::stop() {
  stopping_ = true;
  tasks_.cancel();
  co_await tasks_.wait();
  fail_pending("the service stops");
}

void RedisConnection::send(const RedisCommand& command, Done done) {
  if (!ready_) {
    const auto why = fmt::format("no connection to Redis at {}:{}", endpoint_.host, endpoint_.port);
    return done(std::unexpected(failure(RedisFailure::Kind::not_sent, why)));
  }
  command.write(next_);
  pending_.push_back({std::move(done), clock_.steady_now() + patience_.answer});
  work_.cancel();
}

Task<void> RedisConnection::stay_connected() {
  while (!stopping_) {
    Expected<void> entered = co_await enter();
    Failure why;
    if (entered) {
      ready_ = true;
      listener_.connected(run_id_);
      why = co_await serve();
    } else {
      why = std::move(entered.error());
    }
    error_code ignored;
    socket_.close(ignored);
    const bool stood = std::exchange(ready_, false);
    if (stopping_) co_return;
    if (stood) fail_pending(why);
    listener_.disconnected(why);
    pause_.expires_after(patience_.retry);
    co_await pause_.async_wait(kAwait);
  }
}

Task<RedisConnection::Expected<void>> RedisConnection::enter() {
  reader_.reset(redisReaderCreate());
  if (reader_ == nullptr) throw std::bad_alloc();
  Timer deadline(executor_, patience_.connect);
  deadline.async_wait([this](const error_code& error) {
    error_code ignored;
    if (!error) socket_.close(ignored);
  });
  if (auto connected = co_await connect(); !connected) co_return connected;
  if (!endpoint_.password.empty()) {
    RedisCommand command("AUTH");
    if (!endpoint_.user.empty()) command.add(endpoint_.user);
    const auto reply = co_await ask(command.add(endpoint_.password));
    if (!reply) co_return std::unexpected(reply.error());
  }
  if (endpoint_.database != 0) {
    const auto reply = co_await ask(RedisCommand("SELECT").add(endpoint_.database));
    if (!reply) co_return std::unexpected(reply.error());
  }
  const auto info = co_await ask(RedisCommand("INFO").add("server"));
  if (!info) co_return std::unexpected(info.error());
  run_id_ = info_value(info->value().text().value_or(""), "run_id");
  if (run_id_.empty()) co_return std::unexpected("INFO names no run_id: is it a Redis?");
  co_return Expected<void>();
}

Task<RedisConnection::Expected<void>> RedisConnection::connect() {
  const auto failed = [this](const error_code& error) {
    return std::unexpected(fmt::format("cannot connect to Redis at {}:{}: {}", endpoint_.host,
                                       endpoint_.port, error.message()));
  };
  Resolver resolver(executor_);
  const auto [unknown, addresses] =
      co_await resolver.async_resolve(endpoint_.host, std::to_string(endpoint_.port), kAwait);
  if (unknown) co_return failed(unknown);
  const auto [error, peer] = co_await asio::async_connect(socket_, addresses, kAwait);
  if (error) co_return failed(error);
  error_code ignored;  // what is wrong with the socket shows in its first read
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return Expected<void>();
}

/// While nobody else may send.
Task<RedisConnection::Expected<RedisReply>> RedisConnection::ask(const RedisCommand& command) {
  std::string text;
  command.write(text);
  const auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(text), kAwait);
  if (error) co_return std::unexpected(error.message());
  for (;;) {
    Expected<std::optional<RedisReply>> answer = next_answer();
    if (!answer) co_return std::unexpected(answer.error());
    if (*answer) {
      const auto refusal = (*answer)->value().error();
      if (refusal) co_return std::unexpected(std::string(*refusal));
      co_return std::move(**answer);
    }
    std::array<char, 4096> bytes{};
    const auto [ended, count] = co_await socket_.async_read_some(asio::buffer(bytes), kAwait);
    if (ended) co_return std::unexpected(ended.message());
    redisReaderFeed(reader_.get(), bytes.data(), count);
  }
}

Task<RedisConnection::Failure> RedisConnection::serve() {
  std::vector<char> bytes(kReadBytes);
  for (;;) {
    const auto [ended, count] = co_await socket_.async_read_some(asio::buffer(bytes), kAwait);
    if (ended) co_return ended.message();
    redisReaderFeed(reader_.get(), bytes.data(), count);
    for (;;) {
      Expected<std::optional<RedisReply>> answer = next_answer();
      if (!answer) co_return answer.error();
      if (!*answer) break;
      if (pending_.empty()) co_return "an answer to nothing";
      answered(std::move(**answer));
    }
  }
}

RedisConnection::Expected<std::optional<RedisReply>> RedisConnection::next_answer() {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
    return std::unexpected(fmt::format("Redis does not speak its protocol: {}", reader_->errstr));
  }
  if (reply == nullptr) return std::optional<RedisReply>();
  return RedisReply(static_cast<redisReply*>(reply));
}

void RedisConnection::answered(RedisReply reply) {
  const Done done = std::move(pending_.front().done);
  pending_.pop_front();
  if (given_up_ > 0) {
    --given_up_;
    return;
  }
  if (const auto refusal = reply.value().error()) {
    return done(std::unexpected(failure(RedisFailure::Kind::refused, *refusal)));
  }
  done(std::move(reply));
}

Task<void> RedisConnection::write_commands() {
  while (!stopping_) {
    if (next_.empty()) {
      work_.expires_at(Timer::time_point::max());
      co_await work_.async_wait(kAwait);
      continue;
    }
    std::swap(leaving_, next_);
    const auto [error, sent] = co_await asio::async_write(socket_, asio::buffer(leaving_), kAwait);
    leaving_.clear();
    // Whoever reads notices as well.
    if (error && error != asio::error::operation_aborted) {
      error_code ignored;
      socket_.shutdown(TcpSocket::shutdown_both, ignored);
    }
  }
}

Task<void> RedisConnection::watch_deadlines() {
  while (!stopping_) {
    sweep_.expires_after(kSweepInterval);
    co_await sweep_.async_wait(kAwait);
    give_up_late(clock_.steady_now());
  }
}

void RedisConnection::give_up_late(SteadyTime now) {
  while (given_up_ < pending_.size() && pending_[given_up_].due <= now) {
    const Done done = std::exchange(pending_[given_up_].done, nullptr);
    ++given_up_;
    done(std::unexpected(failure(RedisFailure::Kind::unknown, "Redis did not answer in time")));
  }
}

void RedisConnection::fail_pending(const Failure& why) {
  next_.clear();
  std::deque<Pending> lost = std::exchange(pending_, {});
  lost.erase(lost.begin(), lost.begin() + static_cast<std::ptrdiff_t>(std::exchange(given_up_, 0)));
  for (const Pending& one : lost) {
    one.done(std::unexpected(failure(RedisFailure::Kind::unknown, why)));
  }
}

}  // namespace fairrush::server
