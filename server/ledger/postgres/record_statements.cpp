// The statements that write records, each of many rows.
#include <array>
#include <vector>

#include "server/ledger/postgres/record_batch.hpp"

namespace fairrush::server {
namespace {

constexpr std::array kFacts{
    PostgresStatement{
        "insert_event",
        "INSERT INTO events (id, name, design, quota_rule, reserve_open, reserve_close, claim_open,"
        " claim_close, valid_ms, amount_min, batch_ms, waiting_ms, salt, draw_secret, coupon_key,"
        " begun_route, begun_key, discount, discount_type) VALUES ($1, $2, $3, $4, to_timestamp($5 "
        "/ 1000.0),"
        " to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0), to_timestamp($8 / 1000.0), $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19)"},
    PostgresStatement{
        "move_event",
        "UPDATE events SET reserve_open = to_timestamp($2 / 1000.0),"
        " reserve_close = to_timestamp($3 / 1000.0), claim_open = to_timestamp($4 / 1000.0),"
        " claim_close = to_timestamp($5 / 1000.0) WHERE id = $1"},
    PostgresStatement{"set_daily",
                      "INSERT INTO daily VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE"
                      " SET request = excluded.request, idempotency_key = excluded.idempotency_key,"
                      " ended = excluded.ended"},
    PostgresStatement{
        "insert_groups",
        "INSERT INTO policy_details SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[],"
        " $4::bigint[], $5::text[], $6::integer[])"},
    PostgresStatement{
        "insert_users",
        "INSERT INTO users (id, first_seen_at) SELECT u, to_timestamp(min(at) / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[]) AS r (u, at) GROUP BY u ORDER BY u"
        " ON CONFLICT DO NOTHING"},
    PostgresStatement{
        "insert_reservations",
        "INSERT INTO reservations SELECT e, t, u, k, to_timestamp(at / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])"
        " AS r (e, t, u, k, at)"},
    PostgresStatement{"insert_draw", "INSERT INTO draws VALUES ($1, $2, $3, $4)"},
    PostgresStatement{
        "insert_coupons",
        "INSERT INTO coupons (event_id, issue, ticket, user_id, serial, code, status,"
        " idempotency_key, issued_at, discount, discount_type)"
        " SELECT e, i, nullif(t, 0), u, s, c, 'active', k, to_timestamp(at / 1000.0), d, dt"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],"
        " $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::text[])"
        " AS r (e, i, t, u, s, c, k, at, d, dt)"},
};

constexpr std::array kMoreFacts{
    PostgresStatement{
        "insert_accepted",
        "INSERT INTO accepted SELECT e, p, t, k, to_timestamp(at / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])"
        " AS r (e, p, t, k, at)"},
    PostgresStatement{
        "insert_losses",
        "INSERT INTO losses SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])"},
    PostgresStatement{
        "insert_redemptions",
        "INSERT INTO redemptions SELECT e, i, o, a, d, k, to_timestamp(at / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[],"
        " $6::text[], $7::bigint[]) AS r (e, i, o, a, d, k, at)"},
    PostgresStatement{"use_coupons",
                      "UPDATE coupons SET status = 'used', used_at = to_timestamp(at / 1000.0)"
                      " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r (e, i, at)"
                      " WHERE event_id = e AND issue = i"},
    PostgresStatement{
        "insert_messages",
        "INSERT INTO outbox (position, event_id, event_type, user_id, coupon, order_id)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[],"
        " $6::text[])"},
    PostgresStatement{"move_cursor",
                      "UPDATE outbox_cursor SET published = greatest(published, $1),"
                      " last = greatest(last, $1)"},
    PostgresStatement{
        "insert_audit",
        "INSERT INTO audit (event_id, position) SELECT e, p"
        " FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS r (e, p, n) ORDER BY n"},
};

/// Of many servers: what is there already is left alone, and what is new gets the next places.
constexpr std::array kSharedFacts{
    PostgresStatement{
        "share_reservations",
        "INSERT INTO reservations SELECT e, t, u, k, to_timestamp(at / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])"
        " AS r (e, t, u, k, at) ORDER BY e, t ON CONFLICT DO NOTHING"},
    PostgresStatement{
        "known_reservations",
        "SELECT count(*) FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS r (e, t, u)"
        " JOIN reservations ON event_id = e AND ticket = t AND user_id = u"},
    PostgresStatement{
        "share_coupons",
        "WITH fresh AS (INSERT INTO coupons (event_id, issue, ticket, user_id, serial, code,"
        " status, idempotency_key, issued_at, discount, discount_type)"
        " SELECT e, i, nullif(t, 0), u, s, c, 'active', k, to_timestamp(at / 1000.0), d, dt"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],"
        " $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::text[])"
        " AS r (e, i, t, u, s, c, k, at, d, dt) ORDER BY e, s"
        " ON CONFLICT DO NOTHING RETURNING event_id, issue, user_id, code),"
        " taken AS (UPDATE outbox_cursor SET last = last + n FROM (SELECT count(*) AS n FROM fresh)"
        " AS counted RETURNING last - n AS before)"
        " INSERT INTO outbox (position, event_id, event_type, user_id, coupon, order_id)"
        " SELECT before + row_number() OVER (ORDER BY event_id, issue), event_id, 'coupon-issued',"
        " user_id, code, '' FROM fresh, taken"},
    PostgresStatement{
        "known_coupons",
        "SELECT count(*) FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS r (e, u, c)"
        " JOIN coupons ON code = c AND event_id = e AND user_id = u"},
    PostgresStatement{
        "share_redemptions",
        "WITH fresh AS (INSERT INTO redemptions SELECT e, i, o, a, d, k, to_timestamp(at / 1000.0)"
        " FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[],"
        " $6::text[], $7::bigint[]) AS r (e, i, o, a, d, k, at) ORDER BY e, i"
        " ON CONFLICT DO NOTHING RETURNING event_id, issue, order_id, redeemed_at),"
        " used AS (UPDATE coupons SET status = 'used', used_at = redeemed_at FROM fresh"
        " WHERE coupons.event_id = fresh.event_id AND coupons.issue = fresh.issue"
        " RETURNING coupons.event_id, coupons.issue, user_id, code, order_id),"
        " taken AS (UPDATE outbox_cursor SET last = last + n FROM (SELECT count(*) AS n FROM fresh)"
        " AS counted RETURNING last - n AS before)"
        " INSERT INTO outbox (position, event_id, event_type, user_id, coupon, order_id)"
        " SELECT before + row_number() OVER (ORDER BY event_id, issue), event_id,"
        " 'coupon-redeemed', user_id, code, order_id FROM used, taken"},
    PostgresStatement{
        "known_redemptions",
        "SELECT count(*) FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS r (e, i, o)"
        " JOIN redemptions ON event_id = e AND issue = i AND order_id = o"},
};

}  // namespace

std::span<const PostgresStatement> record_statements() {
  static const std::vector<PostgresStatement> kAll = [] {
    std::vector<PostgresStatement> all(kFacts.begin(), kFacts.end());
    all.insert(all.end(), kMoreFacts.begin(), kMoreFacts.end());
    all.insert(all.end(), kSharedFacts.begin(), kSharedFacts.end());
    return all;
  }();
  return kAll;
}

}  // namespace fairrush::server
