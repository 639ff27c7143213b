#include "server/ledger/postgres/postgres_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/postgres/array.hpp"

namespace fairrush::server {
namespace {

using Outcome = std::expected<void, std::string>;

/// Rows fetched at a time: a whole table would not fit into memory twice.
constexpr int kRowsAtATime = 10'000;

template <class Number>
Number number_at(const pqxx::row& row, pqxx::row::size_type column) {
  return row[column].as<Number>();
}

std::string_view text_at(const pqxx::row& row, pqxx::row::size_type column) {
  return {row[column].c_str(), row[column].size()};
}

WallTime time_at(const pqxx::row& row, pqxx::row::size_type column) {
  return from_unix_ms(number_at<std::int64_t>(row, column));
}

EventId event_at(const pqxx::row& row, pqxx::row::size_type column) {
  return EventId(number_at<std::int64_t>(row, column));
}

UserIndex user_at(const pqxx::row& row, pqxx::row::size_type column) {
  return UserIndex(number_at<std::uint32_t>(row, column));
}

/// Zero where there is none.
TicketNumber ticket_at(const pqxx::row& row, pqxx::row::size_type column) {
  return TicketNumber(row[column].as<std::uint32_t>(0));
}

std::expected<Discount, std::string> discount_at(const pqxx::row& row, pqxx::row::size_type value,
                                                 pqxx::row::size_type kind) {
  return make_discount(text_at(row, kind), number_at<std::int64_t>(row, value));
}

std::string key_at(const pqxx::row& row, pqxx::row::size_type column) {
  return from_printable(text_at(row, column));
}

Outcome event(const pqxx::row& row, const RecordSink& sink) {
  auto created = event_from_row(row);
  return created ? sink(std::move(*created)) : std::unexpected(created.error());
}

Outcome reservation(const pqxx::row& row, const RecordSink& sink) {
  return sink(ReservationGranted{.event = event_at(row, 0),
                                 .ticket = ticket_at(row, 1),
                                 .user = user_at(row, 2),
                                 .at = time_at(row, 4),
                                 .idempotency_key = key_at(row, 3)});
}

Outcome draw(const pqxx::row& row, const RecordSink& sink) {
  DrawFixed record{.event = event_at(row, 0),
                   .roster = number_at<std::uint32_t>(row, 2),
                   .quota = number_at<std::uint32_t>(row, 3)};
  const Bytes root = parse_postgres_bytes(text_at(row, 1));
  if (root.size() != record.root.size()) return std::unexpected("draw with a root of wrong length");
  std::ranges::copy(root, record.root.begin());
  return sink(record);
}

Outcome coupon(const pqxx::row& row, const RecordSink& sink) {
  const auto code = parse_coupon_code(text_at(row, 5));
  if (!code) return std::unexpected("coupon with a code of wrong length");
  std::optional<Discount> discount;
  if (!row[8].is_null()) {
    const auto own = discount_at(row, 8, 9);
    if (!own) return std::unexpected("coupon with a discount of " + own.error());
    discount = *own;
  }
  return sink(CouponIssued{.event = event_at(row, 0),
                           .issue = number_at<std::uint32_t>(row, 1),
                           .ticket = ticket_at(row, 2),
                           .user = user_at(row, 3),
                           .serial = number_at<CouponSerial>(row, 4),
                           .code = *code,
                           .at = time_at(row, 7),
                           .idempotency_key = key_at(row, 6),
                           .discount = discount,
                           .told_at = {}});
}

Outcome daily(const pqxx::row& row, const RecordSink& sink) {
  return sink(DailyEventSet{.name = std::string(text_at(row, 0)),
                            .request = std::string(text_at(row, 1)),
                            .idempotency_key = key_at(row, 2),
                            .ended = text_at(row, 3) == "t"});
}

Outcome accepted(const pqxx::row& row, const RecordSink& sink) {
  return sink(ClaimAccepted{.event = event_at(row, 0),
                            .place = number_at<std::uint32_t>(row, 1),
                            .ticket = ticket_at(row, 2),
                            .at = time_at(row, 4),
                            .idempotency_key = key_at(row, 3)});
}

Outcome loss(const pqxx::row& row, const RecordSink& sink) {
  return sink(ClaimLost{event_at(row, 0), ticket_at(row, 1), key_at(row, 2)});
}

Outcome redemption(const pqxx::row& row, const RecordSink& sink) {
  const Amount original{number_at<std::int64_t>(row, 3)};
  const Amount discount{number_at<std::int64_t>(row, 4)};
  const auto code = parse_coupon_code(text_at(row, 8));
  if (!code) return std::unexpected("redemption of a code of wrong length");
  return sink(
      CouponRedeemed{.event = event_at(row, 0),
                     .issue = number_at<std::uint32_t>(row, 1),
                     .user = user_at(row, 7),
                     .code = *code,
                     .order = std::string(text_at(row, 2)),
                     .amounts = {original, discount, Amount{original.minor - discount.minor}},
                     .at = time_at(row, 6),
                     .idempotency_key = key_at(row, 5),
                     .told_at = {}});
}

Outcome cursor(const pqxx::row& row, const RecordSink& sink) {
  return sink(OutboxPublished{OutboxPosition(number_at<std::uint64_t>(row, 0))});
}

Outcome message(const pqxx::row& row, const RecordSink& sink) {
  const auto read = message_from_row(row);
  return read ? sink(*read) : std::unexpected(read.error());
}

Outcome delivery(const pqxx::row& row, const RecordSink& sink) {
  const auto read = message_from_row(row);
  return read ? sink(AuditHeard{*read}) : std::unexpected(read.error());
}

struct Reading {
  std::string sql;
  Outcome (*to_record)(const pqxx::row& row, const RecordSink& sink);
};

std::array<Reading, 10> readings() {
  return {
      Reading{"SELECT name, request, idempotency_key, ended FROM daily ORDER BY name", daily},
      Reading{"SELECT event_id, ticket, user_id, idempotency_key,"
              " (extract(epoch FROM reserved_at) * 1000)::bigint"
              " FROM reservations ORDER BY event_id, ticket",
              reservation},
      Reading{"SELECT event_id, root, roster, quota FROM draws ORDER BY event_id", draw},
      Reading{"SELECT event_id, place, ticket, idempotency_key,"
              " (extract(epoch FROM accepted_at) * 1000)::bigint"
              " FROM accepted ORDER BY event_id, place",
              accepted},
      Reading{"SELECT event_id, issue, ticket, user_id, serial, code, idempotency_key,"
              " (extract(epoch FROM issued_at) * 1000)::bigint, discount, discount_type"
              " FROM coupons WHERE issue IS NOT NULL ORDER BY event_id, issue",
              coupon},
      Reading{"SELECT event_id, ticket, idempotency_key FROM losses ORDER BY event_id, ticket",
              loss},
      Reading{"SELECT event_id, issue, order_id, original, redemptions.discount, "
              "redemptions.idempotency_key,"
              " (extract(epoch FROM redeemed_at) * 1000)::bigint, user_id, code"
              " FROM redemptions JOIN coupons USING (event_id, issue) ORDER BY event_id, issue",
              redemption},
      Reading{"SELECT published FROM outbox_cursor WHERE published > 0", cursor},
      Reading{fmt::format("SELECT {} FROM outbox ORDER BY position", kMessageColumns), message},
      Reading{fmt::format("SELECT {} FROM audit JOIN outbox USING (position) ORDER BY delivery",
                          kMessageColumns),
              delivery},
  };
}

Reading events() {
  return {fmt::format("SELECT {} FROM events ORDER BY id", kEventColumns), event};
}

/// A row a group, an event's groups together; a record an event.
Outcome read_groups(pqxx::work& transaction, const RecordSink& sink) {
  CouponsPreloaded record;
  for (const pqxx::row& row : transaction.exec(
           "SELECT event_id, name, discount, discount_type, allocation FROM policy_details"
           " ORDER BY event_id, position")) {
    if (event_at(row, 0) != record.event && !record.groups.empty()) {
      if (auto taken = sink(std::exchange(record, {})); !taken) return taken;
    }
    const auto discount = discount_at(row, 2, 3);
    if (!discount) return std::unexpected("group with a discount of " + discount.error());
    record.event = event_at(row, 0);
    record.groups.push_back(
        {std::string(text_at(row, 1)), *discount, Allocation(number_at<std::uint32_t>(row, 4))});
  }
  return record.groups.empty() ? Outcome() : sink(record);
}

Outcome read(pqxx::work& transaction, const Reading& reading, const RecordSink& sink) {
  transaction.exec0("DECLARE reading NO SCROLL CURSOR FOR " + reading.sql);
  const std::string fetch = fmt::format("FETCH {} FROM reading", kRowsAtATime);
  for (pqxx::result rows = transaction.exec(fetch); !rows.empty(); rows = transaction.exec(fetch)) {
    for (const pqxx::row& row : rows) {
      if (auto taken = reading.to_record(row, sink); !taken) return taken;
    }
  }
  transaction.exec0("CLOSE reading");
  return {};
}

}  // namespace

std::expected<EventCreated, std::string> event_from_row(const pqxx::row& row) {
  const auto quota = QuotaRule::parse(text_at(row, 3));
  if (!quota) return std::unexpected("event with a quota rule that cannot be read");
  const auto discount = discount_at(row, 13, 18);
  if (!discount) return std::unexpected("event with a discount of " + discount.error());
  EventSpec spec{
      .name = std::string(text_at(row, 1)),
      .design = std::string(text_at(row, 2)),
      .quota = *quota,
      .windows = {time_at(row, 4), time_at(row, 5), time_at(row, 6), time_at(row, 7)},
      .terms = {.valid_for = std::chrono::milliseconds(number_at<std::int64_t>(row, 11)),
                .amount_min = Amount{number_at<std::int64_t>(row, 12)},
                .discount = *discount},
      .pacing = {.batch = std::chrono::milliseconds(number_at<std::int64_t>(row, 14)),
                 .waiting = std::chrono::milliseconds(number_at<std::int64_t>(row, 15))}};
  EventSecrets secrets{.salt = parse_postgres_bytes(text_at(row, 8)),
                       .draw = parse_postgres_bytes(text_at(row, 9)),
                       .coupon_key = parse_postgres_bytes(text_at(row, 10))};
  const bool reset = text_at(row, 16) == "reset";
  AdminKey key{.route = reset ? AdminKey::Route::reset : AdminKey::Route::create,
               .text = key_at(row, 17)};
  return EventCreated{event_at(row, 0), std::move(spec), std::move(secrets), std::move(key)};
}

std::expected<BusMessage, std::string> message_from_row(const pqxx::row& row) {
  const auto code = parse_coupon_code(text_at(row, 4));
  if (!code) return std::unexpected("message with a coupon of wrong length");
  const bool issued = text_at(row, 2) == name_of(BusMessage::Type::coupon_issued);
  return BusMessage{
      .position = OutboxPosition(number_at<std::uint64_t>(row, 0)),
      .event = event_at(row, 1),
      .type = issued ? BusMessage::Type::coupon_issued : BusMessage::Type::coupon_redeemed,
      .user = user_at(row, 3),
      .coupon = *code,
      .order = std::string(text_at(row, 5))};
}

std::expected<void, std::string> read_postgres_records(pqxx::work& transaction,
                                                       const RecordSink& sink) {
  if (auto done = read(transaction, events(), sink); !done) return done;
  if (auto done = read_groups(transaction, sink); !done) return done;
  for (const Reading& reading : readings()) {
    if (auto done = read(transaction, reading, sink); !done) return done;
  }
  return {};
}

IssuedRows read_postgres_issues(pqxx::work& transaction, EventId event) {
  std::vector<IssuedRow> issued;
  const pqxx::result rows = transaction.exec_params(
      "SELECT user_id, code, (extract(epoch FROM issued_at) * 1000)::bigint FROM coupons"
      " WHERE event_id = $1 AND issue IS NOT NULL ORDER BY issue",
      event.value());
  issued.reserve(rows.size());
  for (const pqxx::row& row : rows) {
    const auto code = parse_coupon_code(text_at(row, 1));
    if (!code) return std::unexpected("coupon with a code of wrong length");
    issued.push_back({user_at(row, 0), *code, time_at(row, 2)});
  }
  return issued;
}

}  // namespace fairrush::server
