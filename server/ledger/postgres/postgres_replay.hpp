#pragma once

#include <pqxx/pqxx>

#include "server/ledger/ledger.hpp"

namespace fairrush::server {

/// Reads the tables back as records within `transaction`, in the order that Ledger::replay says;
/// many rows at a time. Throws what libpqxx throws; the error is the sink's or names a row that
/// cannot be read.
std::expected<void, std::string> read_postgres_records(pqxx::work& transaction,
                                                       const RecordSink& sink);

/// An event's coupons in the order of issue.
IssuedRows read_postgres_issues(pqxx::work& transaction, EventId event);

/// Columns of the outbox that `message_from_row` reads, in its order.
inline constexpr const char* kMessageColumns =
    "outbox.position, outbox.event_id, event_type, user_id, coupon, order_id";
std::expected<BusMessage, std::string> message_from_row(const pqxx::row& row);

/// Columns of an event, and their reader.
inline constexpr const char* kEventColumns =
    "id, name, design, quota_rule, (extract(epoch FROM reserve_open) * 1000)::bigint,"
    " (extract(epoch FROM reserve_close) * 1000)::bigint,"
    " (extract(epoch FROM claim_open) * 1000)::bigint,"
    " (extract(epoch FROM claim_close) * 1000)::bigint, salt, draw_secret, coupon_key, valid_ms,"
    " amount_min, discount, batch_ms, waiting_ms, begun_route, begun_key, discount_type";
std::expected<EventCreated, std::string> event_from_row(const pqxx::row& row);

}  // namespace fairrush::server
