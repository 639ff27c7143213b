#include "loadgen/target/http_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <chrono>

namespace fairrush::loadgen {
namespace {

/// Rosters and ledgers of ten million users stay below this.
constexpr AnswerLimits kControlLimits{.header_bytes = std::size_t{16} * 1024,
                                      .body_bytes = std::size_t{1} << 30};

constexpr std::string_view kUrlForm =
    "expected http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:8080";

}  // namespace

std::string TargetAddress::authority() const {
  const bool v6 = host.contains(':');
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::expected<TargetAddress, std::string> parse_target_url(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  const auto refused = [&] {
    return std::unexpected(fmt::format("'{}' is not accepted: {}", url, kUrlForm));
  };
  const bool secure = parsed && parsed->scheme() == "https";
  const bool known = parsed && (secure || parsed->scheme() == "http");
  if (!known || parsed->encoded_host().empty()) return refused();
  if (parsed->has_query() || parsed->has_fragment() || parsed->has_userinfo()) return refused();
  if (!parsed->encoded_path().empty() && parsed->encoded_path() != "/") return refused();
  TargetAddress address;
  address.host = parsed->host_address();
  address.secure = secure;
  if (secure) address.port = 443;
  if (parsed->has_port()) {
    const std::string_view port = parsed->port();
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || address.port == 0) return refused();
  }
  return address;
}

std::expected<asio::ip::tcp::endpoint, std::string> resolve(const TargetAddress& address) {
  asio::io_context context{1};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(context);
  error_code error;
  const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
  if (error || found.empty()) {
    return std::unexpected(fmt::format("{}: {}", address.authority(), error.message()));
  }
  return found.begin()->endpoint();
}

std::expected<void, std::string> believe(TargetAddress& address, const TlsSettings& settings,
                                         const std::optional<std::string>& server_name) {
  if (!address.secure) return {};
  auto context = TlsContext::create(settings);
  if (!context) return std::unexpected(context.error());
  address.tls = std::move(*context);
  address.server_name = server_name.value_or(address.host);
  return {};
}

HttpCaller::HttpCaller(TargetAddress address, Waiting waiting, std::vector<std::string> watched)
    : address_(std::move(address)),
      waiting_(std::move(waiting)),
      socket_(context_),
      exchange_(kControlLimits, std::move(watched)) {}

std::expected<HttpAnswer, std::string> HttpCaller::operator()(const HttpCall& call,
                                                              Duration timeout) {
  const std::string request = request_of(call);
  return send({.bytes = request, .repeatable = call.method == "GET", .what = call.what}, timeout);
}

std::expected<HttpAnswer, std::string> HttpCaller::send(const RawCall& call, Duration timeout) {
  awaited_ = awaited_for(timeout, fmt::format("{} from {}", call.what, address_.authority()));
  if (!waiting_(awaited_)) {
    return std::unexpected(fmt::format("{} was not asked for any more", awaited_.what));
  }
  asked_ = awaited_.since;
  given_up_ = false;
  // A kept connection may have died unseen. A GET can be asked again; anything else might then take
  // effect twice, so it gets a connection of its own.
  if (socket_.is_open() && call.repeatable) {
    auto answer = exchange(call.bytes);
    if (answer || given_up_) return answer;
  }
  if (auto connected = connect(); !connected) return std::unexpected(connected.error());
  return exchange(call.bytes);
}

std::string HttpCaller::request_of(const HttpCall& call) const {
  std::string request =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", call.method, call.path, address_.authority());
  if (!call.bearer.empty()) request += fmt::format("Authorization: Bearer {}\r\n", call.bearer);
  if (!call.body.empty()) request += "Content-Type: application/json\r\n";
  if (call.method != "GET") request += fmt::format("Content-Length: {}\r\n", call.body.size());
  return request + "\r\n" + call.body;
}

/// Runs what has been started until it ends, if that is in time.
HttpCaller::Ran HttpCaller::run() {
  for (;;) {
    const Duration left = awaited_.until - std::chrono::steady_clock::now();
    context_.restart();
    context_.run_for(std::min(left, kAskEvery));
    const bool done = context_.stopped();
    if (!done && left <= kAskEvery) return Ran::out_of_time;
    // Also of an answer that comes piece by piece, each in no time.
    if (const SteadyTime now = std::chrono::steady_clock::now(); now - asked_ >= kAskEvery) {
      asked_ = now;
      if (!waiting_(awaited_)) return Ran::broken_off;
    }
    if (done) return Ran::done;
  }
}

/// The error of a call whose `missing` did not come, as it was `run` for.
std::string HttpCaller::unanswered(std::string_view missing, Ran ran) {
  close();
  context_.run();  // ends what was started
  given_up_ = true;
  if (ran == Ran::out_of_time) {
    const Duration timeout = awaited_.until - awaited_.since;
    return fmt::format("{}: no {} in {}", address_.authority(), missing, format_duration(timeout));
  }
  const auto waited = std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - awaited_.since);
  return fmt::format("the wait for {} was broken off after {}", awaited_.what,
                     format_duration(waited));
}

std::string HttpCaller::failure(std::string_view cause) {
  close();
  return fmt::format("{}: {}", address_.authority(), cause);
}

/// What a call goes over: the socket, or TLS on it.
template <class Use>
void HttpCaller::on_stream(Use use) {
  if (secured_) {
    use(*secured_);
  } else {
    use(socket_);
  }
}

void HttpCaller::close() {
  error_code ignored;
  secured_.reset();
  socket_.close(ignored);
}

std::expected<void, std::string> HttpCaller::connect() {
  close();
  const auto endpoint = resolve(address_);
  if (!endpoint) return std::unexpected(endpoint.error());
  error_code outcome;
  socket_.async_connect(*endpoint, [&outcome](error_code error) { outcome = error; });
  if (const Ran ran = run(); ran != Ran::done) {
    return std::unexpected(unanswered("connection", ran));
  }
  if (outcome) return std::unexpected(failure(outcome.message()));
  return address_.tls ? shake_hands() : std::expected<void, std::string>();
}

std::expected<void, std::string> HttpCaller::shake_hands() {
  if (!tls_) {
    SSL_CTX_up_ref(address_.tls->get());
    tls_.emplace(address_.tls->get());
  }
  secured_.emplace(socket_, *tls_);
  expect_host(secured_->native_handle(), address_.server_name);
  error_code outcome;
  secured_->async_handshake(asio::ssl::stream_base::client,
                            [&outcome](error_code error) { outcome = error; });
  if (const Ran ran = run(); ran != Ran::done) {
    return std::unexpected(unanswered("secure connection", ran));
  }
  if (outcome) return std::unexpected(failure("no secure connection: " + outcome.message()));
  return {};
}

std::expected<HttpAnswer, std::string> HttpCaller::exchange(std::string_view request) {
  error_code outcome;
  on_stream([&](auto& stream) {
    asio::async_write(stream, asio::buffer(request),
                      [&outcome](error_code error, std::size_t) { outcome = error; });
  });
  if (const Ran ran = run(); ran != Ran::done) return std::unexpected(unanswered("answer", ran));
  if (outcome) return std::unexpected(failure(outcome.message()));

  exchange_.start();
  std::array<char, std::size_t{64} * 1024> input;
  while (exchange_.state() == Exchange::State::reading) {
    std::size_t received = 0;
    on_stream([&](auto& stream) {
      stream.async_read_some(asio::buffer(input),
                             [&outcome, &received](error_code error, std::size_t bytes) {
                               outcome = error;
                               received = bytes;
                             });
    });
    if (const Ran ran = run(); ran != Ran::done) return std::unexpected(unanswered("answer", ran));
    if (outcome == asio::error::eof || outcome == asio::ssl::error::stream_truncated) {
      exchange_.end();
    } else if (outcome) {
      return std::unexpected(failure(outcome.message()));
    } else {
      exchange_.feed({input.data(), received});
    }
  }
  if (exchange_.state() == Exchange::State::cut_off) {
    return std::unexpected(failure("closed the connection before the answer was complete"));
  }
  if (exchange_.state() == Exchange::State::broken) {
    return std::unexpected(
        failure(fmt::format("its answer is not HTTP ({})", exchange_.failure())));
  }
  HttpAnswer answer{.status = exchange_.status(),
                    .body = std::string(exchange_.body()),
                    .headers = {exchange_.headers().begin(), exchange_.headers().end()}};
  if (!exchange_.keep_alive()) close();
  return answer;
}

}  // namespace fairrush::loadgen
