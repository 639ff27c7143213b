#include "loadgen/target/target_client.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "analysis/run/ledger_ndjson.hpp"

namespace fairrush::loadgen {
namespace json = boost::json;

namespace {

constexpr int kClockRoundTrips = 16;
/// The year 2255; beyond it, nanoseconds overflow.
constexpr std::uint64_t kMicrosecondsMax = 9'000'000'000'000'000;

/// The start of a body, fit for one line of a message.
std::string excerpt(std::string_view body, std::size_t bytes_max = 120) {
  std::string text(body.substr(0, bytes_max));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = ' ';
  }
  return body.size() > bytes_max ? text + " …" : text;
}

/// What a problem document (RFC 9457) says for people; of any other body its start.
std::string explanation_in(std::string_view body) {
  constexpr std::size_t kBytesMax = 500;
  json::error_code error;
  const json::value value = json::parse(body, error);
  const json::object* const problem = error ? nullptr : value.if_object();
  const json::value* const detail = problem ? problem->if_contains("detail") : nullptr;
  if (detail == nullptr || !detail->is_string()) return excerpt(body);
  return excerpt(detail->get_string(), kBytesMax);
}

TargetFailure not_as_expected(const std::string& path, std::string_view body,
                              std::string_view expected) {
  return {fmt::format("{}: expected {}, got '{}'", path, expected, excerpt(body)), kAnswered};
}

std::expected<json::object, TargetFailure> object_in(const std::string& path,
                                                     const std::string& body,
                                                     std::string_view expected) {
  json::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::unexpected(not_as_expected(path, body, expected));
  return std::move(value.get_object());
}

std::optional<std::uint64_t> number_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  json::error_code inexact;
  const auto number = found->to_number<std::uint64_t>(inexact);
  return inexact ? std::nullopt : std::optional(number);
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<Digest> digest_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != Digest{}.size()) return std::nullopt;
  Digest digest;
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

std::string event_path(std::string_view event) {
  return fmt::format("/api/v1/events/{}", event);
}

FromTarget<EventDocument> event_in(const std::string& path, const std::string& body) {
  constexpr std::string_view kExpected = "an event document with \"event\" and \"phase\"";
  const auto object = object_in(path, body, kExpected);
  if (!object) return std::unexpected(object.error());
  EventDocument document{.event = text_at(*object, "event"),
                         .design = text_at(*object, "design"),
                         .phase = text_at(*object, "phase"),
                         .roster = number_at(*object, "roster"),
                         .quota = number_at(*object, "quota"),
                         .stock = {.issued = number_at(*object, "issued"),
                                   .remaining = number_at(*object, "remaining"),
                                   .released = number_at(*object, "released"),
                                   .outbox_pending = number_at(*object, "outbox_pending")},
                         .commitment = digest_of(text_at(*object, "commitment")),
                         .unheard = number_at(*object, "unheard"),
                         .bus_unread = number_at(*object, "bus_unread"),
                         .fault = {},
                         .reserve_open_ms = number_at(*object, "reserve_open_ms")};
  if (std::string fault = text_at(*object, "fault"); !fault.empty()) {
    document.fault = std::move(fault);
  }
  if (document.event.empty() || document.phase.empty()) {
    return std::unexpected(not_as_expected(path, body, kExpected));
  }
  return document;
}

json::object windows_in(const EventOrder& order) {
  return {{"reserve_open_ms", order.reserve_open_ms},
          {"reserve_close_ms", order.reserve_close_ms},
          {"claim_open_ms", order.claim_open_ms},
          {"claim_close_ms", order.claim_close_ms}};
}

std::string order_body(const EventOrder& order) {
  json::object body = windows_in(order);
  body["event"] = order.event;
  if (order.design) body["design"] = *order.design;
  if (order.coupons.share) {
    body["coupons"] = fmt::format("{:.12g}%", order.coupons.share->of_one * 100);
  } else {
    body["coupons"] = order.coupons.count.value_or(0);
  }
  return json::serialize(body);
}

/// The draw document without roster and proofs; nothing as long as its secret is kept.
std::expected<std::optional<analysis::PublishedDraw>, std::string> draw_in(
    const json::object& object) {
  const json::value* secret = object.if_contains("secret");
  const json::value* winners = object.if_contains("winners");
  if (secret == nullptr || winners == nullptr) return std::unexpected("\"secret\" and \"winners\"");
  if (secret->is_null() || winners->is_null()) return std::nullopt;
  const auto root = digest_of(text_at(object, "root"));
  const auto secret_read = from_hex(text_at(object, "secret"));
  const auto beacon = from_hex(text_at(object, "beacon"));
  if (!root || !secret_read || !beacon || !winners->is_array()) {
    return std::unexpected(
        "\"root\", \"secret\" and \"beacon\" in hexadecimal, \"winners\" a list");
  }
  analysis::PublishedDraw draw;
  draw.event = text_at(object, "event");
  draw.secret = *secret_read;
  draw.beacon = *beacon;
  draw.root = *root;
  draw.roster_size = static_cast<std::uint32_t>(number_at(object, "roster_size").value_or(0));
  draw.quota = static_cast<std::uint32_t>(number_at(object, "quota").value_or(0));
  for (const json::value& ticket : winners->get_array()) {
    json::error_code inexact;
    draw.winners.emplace_back(ticket.to_number<std::uint32_t>(inexact));
    if (inexact) return std::unexpected("ticket numbers in \"winners\"");
  }
  return draw;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

TargetClient::TargetClient(TargetAddress address, std::string admin_token, const Clock& clock,
                           Waiting waiting)
    : call_(std::move(address), std::move(waiting)),
      admin_token_(std::move(admin_token)),
      clock_(clock) {}

FromTarget<std::string> TargetClient::ask(const HttpCall& call, unsigned expected_status,
                                          Duration timeout) {
  auto answer = call_(call, timeout);
  if (!answer) return std::unexpected(TargetFailure{answer.error()});
  if (answer->status != expected_status) {
    return std::unexpected(
        TargetFailure{fmt::format("{} {}{}: expected status {}, got {} '{}'", call.method,
                                  call_.address().authority(), call.path, expected_status,
                                  answer->status, explanation_in(answer->body)),
                      answer->status});
  }
  return std::move(answer->body);
}

FromTarget<ClockOffset> TargetClient::compare_clocks() {
  constexpr std::string_view kExpected = "{\"now_us\": microseconds since 1970}";
  std::optional<ClockOffset> best;
  for (int trip = 0; trip < kClockRoundTrips; ++trip) {
    const SteadyTime sent = clock_.steady_now();
    const WallTime wall_sent = clock_.wall_now();
    const auto body = ask({.path = "/time", .what = "the time of day"}, 200);
    const Duration round_trip = clock_.steady_now() - sent;
    if (!body) return std::unexpected(body.error());
    const auto object = object_in("/time", *body, kExpected);
    if (!object) return std::unexpected(object.error());
    const auto now_us = number_at(*object, "now_us");
    if (!now_us || *now_us > kMicrosecondsMax) {
      return std::unexpected(not_as_expected("/time", *body, kExpected));
    }
    const WallTime theirs{std::chrono::microseconds(*now_us)};
    const ClockOffset measured{.offset = theirs - (wall_sent + round_trip / 2),
                               .error = round_trip / 2};
    if (!best || measured.error < best->error) best = measured;
  }
  return *best;
}

FromTarget<EventDocument> TargetClient::create_event(const EventOrder& order) {
  const std::string path = "/api/v1/events";
  const auto body = ask({.method = "POST",
                         .path = path,
                         .bearer = admin_token_,
                         .body = order_body(order),
                         .what = "a new event"},
                        201);
  if (!body) return std::unexpected(body.error());
  return event_in(path, *body);
}

FromTarget<EventDocument> TargetClient::reset_event(const EventOrder& order) {
  const std::string path = event_path(order.event) + "/reset";
  const auto body = ask({.method = "POST",
                         .path = path,
                         .bearer = admin_token_,
                         .body = json::serialize(windows_in(order)),
                         .what = "the event to begin anew"},
                        200);
  if (!body) return std::unexpected(body.error());
  return event_in(path, *body);
}

FromTarget<EventDocument> TargetClient::event(const std::string& event) {
  const std::string path = event_path(event);
  const auto body = ask({.path = path, .what = "the state of the event"}, 200);
  if (!body) return std::unexpected(body.error());
  return event_in(path, *body);
}

FromTarget<analysis::Ledger> TargetClient::ledger(const std::string& event) {
  const std::string path = event_path(event) + "/ledger";
  const auto body =
      ask({.path = path, .bearer = admin_token_, .what = "the ledger"}, 200, kExportTimeout);
  if (!body) return std::unexpected(body.error());
  auto rows = analysis::parse_ledger_ndjson(*body);
  if (!rows) return std::unexpected(TargetFailure{path + ": " + rows.error(), kAnswered});
  return std::move(*rows);
}

FromTarget<std::optional<analysis::BusLog>> TargetClient::audit(const std::string& event) {
  const std::string path = event_path(event) + "/audit";
  constexpr std::string_view kExpected = "lines of {\"id\", \"type\", \"user\", \"coupon\"}";
  const auto body = ask({.path = path, .bearer = admin_token_, .what = "what the bus delivered"},
                        200, kExportTimeout);
  if (!body && body.error().status == 404) return std::nullopt;
  if (!body) return std::unexpected(body.error());
  analysis::BusLog heard;
  for (const std::string_view line : lines_of(*body)) {
    const auto object = object_in(path, std::string(line), kExpected);
    if (!object) return std::unexpected(object.error());
    if (text_at(*object, "type") != "coupon-issued") continue;
    const auto user = number_at(*object, "user");
    analysis::BusDelivery delivery{.id = text_at(*object, "id"),
                                   .user = UserIndex(static_cast<std::uint32_t>(user.value_or(0))),
                                   .coupon = text_at(*object, "coupon")};
    if (!user || *user > UINT32_MAX || delivery.id.empty() || delivery.coupon.empty()) {
      return std::unexpected(not_as_expected(path, line, kExpected));
    }
    heard.push_back(std::move(delivery));
  }
  return heard;
}

FromTarget<std::vector<std::string>> TargetClient::roster(const std::string& event) {
  const auto body =
      ask({.path = event_path(event) + "/draw/roster", .what = "the roster of the draw"}, 200,
          kExportTimeout);
  if (!body) return std::unexpected(body.error());
  const auto lines = lines_of(*body);
  return std::vector<std::string>(lines.begin(), lines.end());
}

FromTarget<analysis::PublishedProof> TargetClient::proof(const std::string& event,
                                                         TicketNumber ticket) {
  constexpr std::string_view kExpected = "{\"ticket\", \"token\", \"path\": [hexadecimal, …]}";
  const std::string path =
      fmt::format("{}/draw/proof?ticket={}", event_path(event), ticket.value());
  const auto body = ask({.path = path, .what = "a proof of the draw"}, 200);
  if (!body) return std::unexpected(body.error());
  const auto object = object_in(path, *body, kExpected);
  if (!object) return std::unexpected(object.error());
  analysis::PublishedProof proof{.ticket = ticket, .token = text_at(*object, "token"), .path = {}};
  const json::value* hashes = object->if_contains("path");
  if (hashes == nullptr || !hashes->is_array()) {
    return std::unexpected(not_as_expected(path, *body, kExpected));
  }
  for (const json::value& hash : hashes->get_array()) {
    const auto digest = hash.is_string() ? digest_of(hash.get_string()) : std::nullopt;
    if (!digest) return std::unexpected(not_as_expected(path, *body, kExpected));
    proof.path.push_back(*digest);
  }
  return proof;
}

FromTarget<std::optional<analysis::PublishedDraw>> TargetClient::draw(const std::string& event,
                                                                      const Digest& commitment) {
  const std::string path = event_path(event) + "/draw";
  const auto body = ask({.path = path, .what = "the draw"}, 200);
  if (!body) return std::unexpected(body.error());
  const auto object = object_in(path, *body, "a draw document");
  if (!object) return std::unexpected(object.error());
  auto draw = draw_in(*object);
  if (!draw) return std::unexpected(not_as_expected(path, *body, draw.error()));
  if (!*draw) return std::nullopt;
  analysis::PublishedDraw& published = **draw;
  published.commitment = commitment;
  auto tokens = roster(event);
  if (!tokens) return std::unexpected(tokens.error());
  published.roster = std::move(*tokens);
  const std::uint32_t proofs = std::min(published.roster_size, kProofsMax);
  for (std::uint32_t sample = 0; sample < proofs; ++sample) {
    const std::uint64_t place = std::uint64_t{sample} * published.roster_size / proofs;
    auto read = proof(event, TicketNumber(static_cast<std::uint32_t>(place + 1)));
    if (!read) return std::unexpected(read.error());
    published.proofs.push_back(std::move(*read));
  }
  return std::move(*draw);
}

}  // namespace fairrush::loadgen
