#include "server/ledger/sqlite_replay.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/ledger/sqlite_records.hpp"

namespace fairrush::server {
namespace {

using Outcome = std::expected<void, std::string>;

Bytes copy(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

UserIndex user_at(const SqliteStatement& row, int column) {
  return UserIndex(static_cast<std::uint32_t>(row.integer(column)));
}

TicketNumber ticket_at(const SqliteStatement& row, int column) {
  return TicketNumber(static_cast<std::uint32_t>(row.integer(column)));
}

std::expected<Discount, std::string> discount_at(const SqliteStatement& row, int value, int kind) {
  return make_discount(row.text(kind), row.integer(value));
}

Outcome event_from(const SqliteStatement& row, const RecordSink& sink) {
  const auto quota = QuotaRule::parse(row.text(3));
  if (!quota) return std::unexpected("event with a quota rule that cannot be read");
  const auto discount = discount_at(row, 13, 16);
  if (!discount) return std::unexpected("event with a discount of " + discount.error());
  EventSpec spec{.name = std::string(row.text(1)),
                 .design = std::string(row.text(2)),
                 .quota = *quota,
                 .windows = {.reserve_open = from_unix_ms(row.integer(4)),
                             .reserve_close = from_unix_ms(row.integer(5)),
                             .claim_open = from_unix_ms(row.integer(6)),
                             .claim_close = from_unix_ms(row.integer(7))},
                 .terms = {.valid_for = std::chrono::milliseconds(row.integer(11)),
                           .amount_min = Amount{row.integer(12)},
                           .discount = *discount},
                 .pacing = {.batch = std::chrono::milliseconds(row.integer(14)),
                            .waiting = std::chrono::milliseconds(row.integer(15))}};
  EventSecrets secrets{
      .salt = copy(row.bytes(8)), .draw = copy(row.bytes(9)), .coupon_key = copy(row.bytes(10))};
  AdminKey key{
      .route = row.text(17) == kResetRoute ? AdminKey::Route::reset : AdminKey::Route::create,
      .text = std::string(row.text(18))};
  return sink(
      EventCreated{EventId(row.integer(0)), std::move(spec), std::move(secrets), std::move(key)});
}

Outcome daily_from(const SqliteStatement& row, const RecordSink& sink) {
  return sink(DailyEventSet{.name = std::string(row.text(0)),
                            .request = std::string(row.text(1)),
                            .idempotency_key = std::string(row.text(2)),
                            .ended = row.integer(3) != 0});
}

Outcome reservation_from(const SqliteStatement& row, const RecordSink& sink) {
  return sink(ReservationGranted{.event = EventId(row.integer(0)),
                                 .ticket = ticket_at(row, 1),
                                 .user = user_at(row, 2),
                                 .at = from_unix_ms(row.integer(4)),
                                 .idempotency_key = std::string(row.text(3))});
}

Outcome draw_from(const SqliteStatement& row, const RecordSink& sink) {
  DrawFixed record{.event = EventId(row.integer(0)),
                   .roster = static_cast<std::uint32_t>(row.integer(2)),
                   .quota = static_cast<std::uint32_t>(row.integer(3))};
  const ByteView root = row.bytes(1);
  if (root.size() != record.root.size()) return std::unexpected("draw with a root of wrong length");
  std::ranges::copy(root, record.root.begin());
  return sink(record);
}

Outcome coupon_from(const SqliteStatement& row, const RecordSink& sink) {
  const auto code = parse_coupon_code(row.text(5));
  if (!code) return std::unexpected("coupon with a code of wrong length");
  std::optional<Discount> discount;
  if (!row.is_null(8)) {
    const auto own = discount_at(row, 8, 9);
    if (!own) return std::unexpected("coupon with a discount of " + own.error());
    discount = *own;
  }
  return sink(CouponIssued{.event = EventId(row.integer(0)),
                           .issue = static_cast<std::uint32_t>(row.integer(1)),
                           .ticket = ticket_at(row, 2),
                           .user = user_at(row, 3),
                           .serial = static_cast<CouponSerial>(row.integer(4)),
                           .code = *code,
                           .at = from_unix_ms(row.integer(7)),
                           .idempotency_key = std::string(row.text(6)),
                           .discount = discount,
                           .told_at = {}});
}

Outcome accepted_from(const SqliteStatement& row, const RecordSink& sink) {
  return sink(ClaimAccepted{.event = EventId(row.integer(0)),
                            .place = static_cast<std::uint32_t>(row.integer(1)),
                            .ticket = ticket_at(row, 2),
                            .at = from_unix_ms(row.integer(4)),
                            .idempotency_key = std::string(row.text(3))});
}

Outcome loss_from(const SqliteStatement& row, const RecordSink& sink) {
  return sink(ClaimLost{.event = EventId(row.integer(0)),
                        .ticket = ticket_at(row, 1),
                        .idempotency_key = std::string(row.text(2))});
}

Outcome redemption_from(const SqliteStatement& row, const RecordSink& sink) {
  const Amount original{row.integer(3)};
  const Amount discount{row.integer(4)};
  const auto code = parse_coupon_code(row.text(8));
  if (!code) return std::unexpected("redemption of a code of wrong length");
  return sink(
      CouponRedeemed{.event = EventId(row.integer(0)),
                     .issue = static_cast<std::uint32_t>(row.integer(1)),
                     .user = user_at(row, 7),
                     .code = *code,
                     .order = std::string(row.text(2)),
                     .amounts = {original, discount, Amount{original.minor - discount.minor}},
                     .at = from_unix_ms(row.integer(6)),
                     .idempotency_key = std::string(row.text(5)),
                     .told_at = {}});
}

std::expected<BusMessage, std::string> message_from(const SqliteStatement& row) {
  const std::string_view type = row.text(2);
  const auto coupon = parse_coupon_code(row.text(4));
  if (!coupon) return std::unexpected("message with a coupon of wrong length");
  return BusMessage{.position = OutboxPosition(static_cast<std::uint64_t>(row.integer(0))),
                    .event = EventId(row.integer(1)),
                    .type = type == name_of(BusMessage::Type::coupon_issued)
                                ? BusMessage::Type::coupon_issued
                                : BusMessage::Type::coupon_redeemed,
                    .user = user_at(row, 3),
                    .coupon = *coupon,
                    .order = std::string(row.text(5))};
}

Outcome cursor_from(const SqliteStatement& row, const RecordSink& sink) {
  return sink(OutboxPublished{OutboxPosition(static_cast<std::uint64_t>(row.integer(0)))});
}

Outcome outbox_from(const SqliteStatement& row, const RecordSink& sink) {
  const auto message = message_from(row);
  return message ? sink(*message) : std::unexpected(message.error());
}

Outcome delivery_from(const SqliteStatement& row, const RecordSink& sink) {
  const auto message = message_from(row);
  return message ? sink(AuditHeard{*message}) : std::unexpected(message.error());
}

/// A row a group, an event's groups together; a record an event.
Outcome read_groups(SqliteDatabase& database, const RecordSink& sink) {
  auto rows = database.prepare("SELECT * FROM policy_detail ORDER BY event_id, position");
  if (!rows) return std::unexpected(rows.error());
  CouponsPreloaded record;
  while (rows->next()) {
    const EventId event(rows->integer(0));
    if (event != record.event && !record.groups.empty()) {
      if (auto taken = sink(std::exchange(record, {})); !taken) return taken;
    }
    const auto discount = discount_at(*rows, 3, 4);
    if (!discount) return std::unexpected("group with a discount of " + discount.error());
    record.event = event;
    record.groups.push_back({std::string(rows->text(2)), *discount,
                             Allocation(static_cast<std::uint32_t>(rows->integer(5)))});
  }
  if (rows->failed()) return std::unexpected(database.last_error());
  return record.groups.empty() ? Outcome() : sink(record);
}

struct Reading {
  std::string_view sql;
  Outcome (*to_record)(const SqliteStatement& row, const RecordSink& sink);
};

Outcome read_rows(SqliteDatabase& database, const Reading& reading, const RecordSink& sink) {
  auto rows = database.prepare(reading.sql);
  if (!rows) return std::unexpected(rows.error());
  while (rows->next()) {
    if (auto taken = reading.to_record(*rows, sink); !taken) return taken;
  }
  if (rows->failed()) return std::unexpected(database.last_error());
  return {};
}

constexpr Reading kEvents{
    "SELECT event.*, admin_key.route, admin_key.idempotency_key "
    "FROM event LEFT JOIN admin_key ON event_id=id ORDER BY id",
    event_from};

constexpr Reading kDaily{"SELECT name, request, idempotency_key, ended FROM daily ORDER BY name",
                         daily_from};

constexpr std::array kReadings{
    Reading{"SELECT * FROM reservation ORDER BY event_id, ticket", reservation_from},
    Reading{"SELECT * FROM draw ORDER BY event_id", draw_from},
    Reading{"SELECT * FROM accepted ORDER BY event_id, place", accepted_from},
    Reading{"SELECT * FROM coupon ORDER BY event_id, issue", coupon_from},
    Reading{"SELECT * FROM loss ORDER BY event_id, ticket", loss_from},
    Reading{"SELECT redemption.*, user, code FROM redemption JOIN coupon USING (event_id, issue) "
            "ORDER BY event_id, issue",
            redemption_from},
    Reading{"SELECT published FROM outbox_cursor WHERE published>0", cursor_from},
    Reading{"SELECT * FROM outbox ORDER BY position", outbox_from},
    Reading{"SELECT outbox.* FROM audit JOIN outbox USING (position) ORDER BY delivery",
            delivery_from},
};

}  // namespace

std::expected<void, std::string> read_records(SqliteDatabase& database, const RecordSink& sink) {
  if (auto read = read_rows(database, kDaily, sink); !read) return read;  // its days are events
  if (auto read = read_rows(database, kEvents, sink); !read) return read;
  if (auto read = read_groups(database, sink); !read) return read;
  for (const Reading& reading : kReadings) {
    if (auto read = read_rows(database, reading, sink); !read) return read;
  }
  return {};
}

}  // namespace fairrush::server
