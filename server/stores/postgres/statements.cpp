// The statements of the store's decisions, each with what it is for.
#include <array>
#include <vector>

#include "server/stores/postgres/transactions.hpp"

namespace fairrush::server {
namespace {

constexpr std::array kStatements{
    // A claim holds its event against a reset and against reservations that mint still, not
    // against other claims.
    PostgresStatement{"store_event",
                      "SELECT life, roster, minted, id FROM events WHERE name = $1 FOR SHARE"},
    PostgresStatement{"store_design", "SELECT design FROM events WHERE name = $1"},
    PostgresStatement{"store_event_alone",
                      "SELECT life, roster, minted, id FROM events WHERE name = $1 FOR UPDATE"},
    // User by user, here and below: where statistics are old, a plan for all of them would read the
    // whole event and look for them in it.
    PostgresStatement{
        "store_reservations",
        "SELECT user_id, ticket, idempotency_key, (extract(epoch FROM reserved_at) * 1000)::bigint"
        " FROM unnest($2::bigint[]) AS asked (u), LATERAL (SELECT * FROM reservations"
        " WHERE event_id = $1 AND user_id = u LIMIT 1) AS theirs"},
    PostgresStatement{
        "store_reserve",
        "INSERT INTO reservations SELECT $1, t, u, k, to_timestamp(at / 1000.0)"
        " FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) AS r (t, u, k, at)"},
    PostgresStatement{"store_counters", "UPDATE events SET roster = $2, minted = $3 WHERE id = $1"},
    PostgresStatement{
        "store_mint",
        "INSERT INTO coupons (event_id, serial, code, status) SELECT $1, s, c, 'unused'"
        " FROM unnest($2::bigint[], $3::text[]) AS r (s, c)"},
    PostgresStatement{
        "store_owned",
        "SELECT user_id, code, idempotency_key, (extract(epoch FROM issued_at) * 1000)::bigint"
        " FROM unnest($2::bigint[]) AS asked (u), LATERAL (SELECT * FROM coupons"
        " WHERE event_id = $1 AND user_id = u LIMIT 1) AS theirs"},
    PostgresStatement{
        "store_any_left",
        "SELECT EXISTS (SELECT FROM coupons WHERE event_id = $1 AND user_id IS NULL)"},
    PostgresStatement{
        "store_generate",
        "INSERT INTO coupons (event_id, serial, issue, code, status, user_id, ticket,"
        " idempotency_key, issued_at)"
        " SELECT $1, s, s, c, 'active', u, nullif(t, 0), k, to_timestamp(at / 1000.0)"
        " FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],"
        " $7::bigint[]) AS r (s, c, u, t, k, at)"},
    // Last before the commit: whoever writes messages waits here for whoever is committing some.
    PostgresStatement{
        "store_tell",
        "WITH taken AS (UPDATE outbox_cursor SET last = last + $1 RETURNING last - $1 AS before)"
        " INSERT INTO outbox (position, event_id, event_type, user_id, coupon, order_id)"
        " SELECT before + n, e, y, u, c, o FROM taken, unnest($2::bigint[], $3::text[],"
        " $4::bigint[], $5::text[], $6::text[]) WITH ORDINALITY AS r (e, y, u, c, o, n)"},
};

constexpr std::array kMoreStatements{
    PostgresStatement{
        "store_spendable",
        "SELECT c.code, c.event_id, c.issue, c.user_id,"
        " (extract(epoch FROM c.issued_at) * 1000)::bigint,"
        " coalesce(c.discount, e.discount), coalesce(c.discount_type, e.discount_type),"
        " e.valid_ms, e.amount_min, r.order_id, r.original, r.discount, r.idempotency_key,"
        " (extract(epoch FROM r.redeemed_at) * 1000)::bigint"
        " FROM coupons c JOIN events e ON e.id = c.event_id"
        " LEFT JOIN redemptions r ON r.event_id = c.event_id AND r.issue = c.issue"
        " WHERE c.code = ANY ($1::text[]) AND c.user_id IS NOT NULL"
        " ORDER BY c.code FOR UPDATE OF c"},
    PostgresStatement{
        "store_wallets",
        "SELECT user_id, name, code, status = 'used' FROM coupons JOIN events ON id = event_id"
        " WHERE user_id = ANY ($1::bigint[]) ORDER BY user_id, name COLLATE \"C\""},
    PostgresStatement{
        "store_create",
        "INSERT INTO events (name, design, quota_rule, reserve_open, reserve_close, claim_open,"
        " claim_close, valid_ms, amount_min, discount, discount_type, batch_ms, waiting_ms, salt,"
        " draw_secret, coupon_key, begun_route, begun_key) VALUES ($1, $2, $3,"
        " to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0),"
        " to_timestamp($7 / 1000.0), $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
        " ON CONFLICT (name) DO NOTHING"},
    PostgresStatement{
        "store_renew",
        "UPDATE events SET life = life + 1, reserve_open = to_timestamp($2 / 1000.0),"
        " reserve_close = to_timestamp($3 / 1000.0), claim_open = to_timestamp($4 / 1000.0),"
        " claim_close = to_timestamp($5 / 1000.0), salt = $6, draw_secret = $7, coupon_key = $8,"
        " begun_route = $9, begun_key = $10, roster = 0, minted = 0 WHERE id = $1"},
    // A look of the relay: what there is to publish, and whether any event has begun since.
    PostgresStatement{"relay_look",
                      "SELECT published, last, events, lives, highest FROM outbox_cursor,"
                      " (SELECT count(*) AS events, coalesce(sum(life), 0) AS lives,"
                      " coalesce(max(id), 0) AS highest FROM events) AS begun"},
    PostgresStatement{"store_counts",
                      "SELECT count(*) FILTER (WHERE user_id IS NULL), (SELECT count(*) FROM outbox"
                      " WHERE event_id = $1 AND position > (SELECT published FROM outbox_cursor))"
                      " FROM coupons WHERE event_id = $1 AND user_id IS NULL"},
};

}  // namespace

std::span<const PostgresStatement> store_statements() {
  static const std::vector<PostgresStatement> kAll = [] {
    std::vector<PostgresStatement> all(kStatements.begin(), kStatements.end());
    all.insert(all.end(), kMoreStatements.begin(), kMoreStatements.end());
    return all;
  }();
  return kAll;
}

}  // namespace fairrush::server
