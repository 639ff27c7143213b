#include "server/bus/brokers/bus_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <charconv>
#include <ranges>

#include "base/units.hpp"

namespace fairrush::server {

const char* const kBusAddressForms =
    "in-process, redis://[[USER]:PASSWORD@]HOST[:PORT][/DB][?stream=NAME&keep=N&reclaim=TIME], "
    "amqp://[USER:PASSWORD@]HOST[:PORT][/VHOST][?exchange=NAME] or "
    "kafka://HOST:PORT[,HOST:PORT…]/TOPIC";

namespace {

using Parsed = std::optional<BusAddress>;

constexpr std::uint64_t kKeepMin = 10'000;  // a window and what consumers hold, several times
constexpr Duration kReclaimMin = std::chrono::milliseconds(100);
constexpr std::size_t kNameMax = 200;  // of a stream, exchange or topic

/// Letters, digits, dots, colons, underscores and dashes: what all brokers take as a name.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == ':' || c == '_' || c == '-';
  });
}

bool set_redis_parameter(RedisBusAddress& address, std::string_view name,
                         const std::string& value) {
  if (name == "stream") {
    address.stream = value;
    return is_name(value);
  }
  if (name == "keep") {
    const char* const end = value.data() + value.size();
    const auto [at, error] = std::from_chars(value.data(), end, address.keep);
    return error == std::errc{} && at == end && address.keep >= kKeepMin;
  }
  const auto time = parse_duration(value);
  address.reclaim = time.value_or(Duration());
  return name == "reclaim" && address.reclaim >= kReclaimMin;
}

Parsed parse_redis(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  const auto endpoint = parse_redis_url(text.substr(0, text.find('?')));
  if (!url || !endpoint) return std::nullopt;
  RedisBusAddress address;
  address.endpoint = *endpoint;
  for (const auto& parameter : url->params()) {
    const std::string name(parameter.key);
    if (!set_redis_parameter(address, name, std::string(parameter.value))) return std::nullopt;
  }
  return address;
}

Parsed parse_amqp(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url || url->host().empty() || url->has_fragment()) return std::nullopt;
  AmqpBusAddress address;
  address.host = url->host_address();
  if (url->has_port()) address.port = url->port_number();
  if (address.port == 0) return std::nullopt;
  if (url->has_userinfo()) {
    address.user = url->user();
    address.password = url->password();
  }
  // As everybody has it: no path means "/", and "/x" means "x".
  if (const std::string path = url->path(); path.size() > 1) address.vhost = path.substr(1);
  for (const auto& parameter : url->params()) {
    if (std::string_view(parameter.key) != "exchange") return std::nullopt;
    address.exchange = std::string(parameter.value);
  }
  return is_name(address.exchange) ? Parsed(address) : std::nullopt;
}

/// HOST:PORT
bool is_kafka_broker(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view port = text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [at, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc{} && at == port.data() + port.size() && number > 0 &&
         text.find_first_of("@?# ") == std::string_view::npos;
}

Parsed parse_kafka(std::string_view text) {
  const std::string_view rest = text.substr(std::string_view("kafka://").size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  KafkaBusAddress address{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
  for (const auto part : std::views::split(std::string_view(address.brokers), ',')) {
    if (!is_kafka_broker(std::string_view(part.begin(), part.end()))) return std::nullopt;
  }
  const bool named = is_name(address.topic) && address.topic.find(':') == std::string::npos;
  return named && !address.brokers.empty() ? Parsed(address) : std::nullopt;
}

struct Shown {
  std::string operator()(const InProcessAddress&) const { return "in-process"; }
  std::string operator()(const RedisBusAddress& redis) const {
    return fmt::format("redis://{}:{}/{}?stream={}&keep={}&reclaim={}", redis.endpoint.host,
                       redis.endpoint.port, redis.endpoint.database, redis.stream, redis.keep,
                       format_duration(redis.reclaim));
  }
  std::string operator()(const AmqpBusAddress& amqp) const {
    const std::string vhost = amqp.vhost == "/" ? "" : "/" + amqp.vhost;
    return fmt::format("amqp://{}:{}{}?exchange={}", amqp.host, amqp.port, vhost, amqp.exchange);
  }
  std::string operator()(const KafkaBusAddress& kafka) const {
    return fmt::format("kafka://{}/{}", kafka.brokers, kafka.topic);
  }
};

}  // namespace

std::optional<BusAddress> parse_bus_address(std::string_view text) {
  if (text == "in-process") return InProcessAddress{};
  if (text.starts_with("redis://")) return parse_redis(text);
  if (text.starts_with("amqp://")) return parse_amqp(text);
  if (text.starts_with("kafka://")) return parse_kafka(text);
  return std::nullopt;
}

std::string shown(const BusAddress& address) {
  return std::visit(Shown{}, address);
}

}  // namespace fairrush::server
