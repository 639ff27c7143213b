#include "server/api/documents.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iterator>
#include <vector>

namespace fairrush::server {
namespace {

/// Hexadecimal in quotes.
std::string quoted_hex(ByteView bytes) {
  return '"' + to_hex(bytes) + '"';
}

std::string root_or_null(const DrawOutcome* outcome) {
  return outcome == nullptr ? "null" : quoted_hex(outcome->root);
}

/// "discount_percent":10
std::string discount_member(const Discount& discount) {
  const bool percent = discount.kind == Discount::Kind::percent;
  return fmt::format(R"("discount_{}":{})", percent ? "percent" : "amount", discount.value);
}

/// The groups with what each gets of the coupons; null where all coupons are alike.
std::string groups_or_null(std::span<const CouponGroup> groups, std::uint32_t quota) {
  if (groups.empty()) return "null";
  const std::vector<std::uint32_t> counts = allocate(groups, quota);
  std::string text = "[";
  for (std::size_t at = 0; at < groups.size(); ++at) {
    const CouponGroup& group = groups[at];
    const std::uint32_t parts = group.allocation.value();
    fmt::format_to(
        std::back_inserter(text),
        R"({}{{"name":"{}","type":"{}","discount":{},"allocation":"{}.{:02}%","coupons":{}}})",
        at == 0 ? "" : ",", group.name, name_of(group.discount.kind), group.discount.value,
        parts / 100, parts % 100, counts[at]);
  }
  return text + "]";
}

std::string winners_array(const DrawOutcome& outcome) {
  std::string text = "[";
  for (const TicketNumber winner : outcome.winners) {
    fmt::format_to(std::back_inserter(text), "{}{}", text.size() == 1 ? "" : ",", winner.value());
  }
  return text + "]";
}

}  // namespace

std::string readiness_document(std::string_view fault, const std::optional<std::string>& bus,
                               std::string_view dependencies) {
  boost::json::object document{{"status", "ready"}};
  if (bus) document["degraded"] = boost::json::object{{"bus", *bus}};
  if (!fault.empty()) document["fault"] = boost::json::string_view(fault.data(), fault.size());
  std::string text = boost::json::serialize(document);
  text.pop_back();
  return fmt::format(R"({},"dependencies":{}}})", text, dependencies);
}

std::string event_document(const EventState& event, const EventView& view) {
  const EventSpec& spec = event.spec;
  const Phase phase = phase_at(spec.windows, view.now);
  const bool drained = phase == Phase::closed && event.held == 0 && view.outbox_pending == 0;
  const std::string quota =
      spec.quota.is_share() ? fmt::format("\"{}\"", spec.quota.text()) : spec.quota.text();
  return fmt::format(
      R"({{"event":"{}","design":"{}","phase":"{}","coupons":{},"reserve_open_ms":{},)"
      R"("reserve_close_ms":{},"claim_open_ms":{},"claim_close_ms":{},"roster":{},"quota":{},)"
      R"("issued":{},"remaining":{},"released":{},"valid_ms":{},"min_amount":{},)"
      R"({},"groups":{},"outbox_pending":{},"unheard":{},"bus_unread":{},"fault":{},)"
      R"("commitment":{},"root":{},"drained":{}{}}})",
      spec.name, spec.design, name_of(phase), quota, to_unix_ms(spec.windows.reserve_open),
      to_unix_ms(spec.windows.reserve_close), to_unix_ms(spec.windows.claim_open),
      to_unix_ms(spec.windows.claim_close), event.roster, event.quota, event.issued,
      event.remaining, event.released, to_ms(spec.terms.valid_for), spec.terms.amount_min.minor,
      discount_member(spec.terms.discount), groups_or_null(event.groups, event.quota),
      view.outbox_pending, view.unheard ? fmt::format("{}", *view.unheard) : "null",
      view.bus_unread ? fmt::format("{}", *view.bus_unread) : "null",
      view.fault.empty() ? "null" : fmt::format("\"{}\"", view.fault),
      event.draw ? quoted_hex(event.draw->commitment) : "null",
      event.draw ? root_or_null(event.draw->outcome) : "null", drained, view.daily);
}

std::string audit_document(std::span<const BusMessage> deliveries) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const BusMessage& message : deliveries) {
    fmt::format_to(out, R"({{"id":"{}","type":"{}","user":{},"coupon":"{}")", id_of(message),
                   name_of(message.type), message.user.value(), message.coupon.view());
    if (!message.order.empty()) fmt::format_to(out, R"(,"order":"{}")", message.order);
    text += "}\n";
  }
  return text;
}

std::string ledger_document(std::span<const IssuedRow> issues) {
  std::string text;
  for (const IssuedRow& issue : issues) {
    fmt::format_to(std::back_inserter(text),
                   R"({{"user":{},"coupon":"{}","issued_at_ms":{}}})"
                   "\n",
                   issue.user.value(), issue.code.view(), to_unix_ms(issue.at));
  }
  return text;
}

std::string draw_document(const EventState& event, WallTime now) {
  const DrawState& draw = *event.draw;
  const bool closed = phase_at(event.spec.windows, now) == Phase::closed;
  const bool revealed = draw.outcome != nullptr && closed;
  return fmt::format(
      R"({{"event":"{}","commitment":{},"beacon":"","root":{},"roster_size":{},"quota":{},)"
      R"("secret":{},"winners":{}}})",
      event.spec.name, quoted_hex(draw.commitment), root_or_null(draw.outcome), event.roster,
      event.quota, revealed ? quoted_hex(draw.secret) : "null",
      revealed ? winners_array(*draw.outcome) : "null");
}

std::string roster_document(const DrawState& draw) {
  std::string text;
  for (const Token& token : draw.tokens) {
    text += to_hex(token);
    text += '\n';
  }
  return text;
}

std::string proof_document(const DrawState& draw, TicketNumber ticket) {
  std::string path = "[";
  for (const Digest& sibling : draw.outcome->tree.proof(ticket.value() - 1)) {
    if (path.size() > 1) path += ',';
    path += quoted_hex(sibling);
  }
  return fmt::format(R"({{"ticket":{},"token":{},"path":{}]}})", ticket.value(),
                     quoted_hex(draw.tokens[ticket.value() - 1]), path);
}

}  // namespace fairrush::server
