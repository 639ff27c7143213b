#include "server/bus/wire_message.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <optional>

namespace fairrush::server {
namespace {

namespace json = boost::json;

constexpr std::size_t kBytesMax = 4096;
constexpr std::size_t kLifeCharacters = 16;

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  if (found == nullptr || !found->is_string()) return {};
  const json::string& text = found->get_string();
  return {text.data(), text.size()};
}

std::optional<std::uint64_t> number_at(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  if (found == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

std::optional<BusMessage::Type> type_of(std::string_view name) {
  for (const auto type : {BusMessage::Type::coupon_issued, BusMessage::Type::coupon_redeemed}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

std::expected<WireMessage, std::string> read(const json::object& object) {
  const auto type = type_of(text_at(object, "type"));
  if (!type) return std::unexpected("its type is none of ours");
  const std::string_view event = text_at(object, "event");
  const std::string_view life = text_at(object, "life");
  if (!is_event_name(event)) return std::unexpected("it names no event");
  if (life.size() != kLifeCharacters) return std::unexpected("it names no life of its event");
  const auto user = number_at(object, "user");
  if (!user || *user > UINT32_MAX) return std::unexpected("it names no user");
  const auto coupon = parse_coupon_code(text_at(object, "coupon"));
  if (!coupon) return std::unexpected("it names no coupon");
  const auto position = number_at(object, "position");
  if (!position || *position == 0) return std::unexpected("it has no position");
  const std::string_view order = text_at(object, "order");
  const bool redeemed = *type == BusMessage::Type::coupon_redeemed;
  if (redeemed ? !is_event_name(order) : !order.empty()) {
    return std::unexpected("its order does not fit its type");
  }
  WireMessage wire{.event = {std::string(event), std::string(life)},
                   .message = {.position = OutboxPosition(*position),
                               .event = {},
                               .type = *type,
                               .user = UserIndex(static_cast<std::uint32_t>(*user)),
                               .coupon = *coupon,
                               .order = std::string(order)}};
  if (text_at(object, "id") != id_of(wire.message)) return std::unexpected("its id is another's");
  return wire;
}

}  // namespace

std::string wire_text(const BusMessage& message, const EventLabel& event) {
  // Names of events and orders, codes and lives are of characters that JSON takes as they are.
  std::string text = fmt::format(
      R"({{"id":"{}","type":"{}","event":"{}","life":"{}","user":{},"coupon":"{}")", id_of(message),
      name_of(message.type), event.name, event.life, message.user.value(), message.coupon.view());
  if (!message.order.empty())
    fmt::format_to(std::back_inserter(text), R"(,"order":"{}")", message.order);
  fmt::format_to(std::back_inserter(text), R"(,"position":{}}})", message.position.value());
  return text;
}

std::expected<WireMessage, std::string> parse_wire_text(std::string_view text) {
  if (text.size() > kBytesMax) return std::unexpected("it is longer than any of ours");
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::unexpected("it is no JSON object");
  return read(value.get_object());
}

}  // namespace fairrush::server
