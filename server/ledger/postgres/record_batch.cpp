#include "server/ledger/postgres/record_batch.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "server/postgres/array.hpp"
#include "server/postgres/columns.hpp"

namespace fairrush::server {
namespace {

constexpr std::array kStatements{
    PostgresStatement{
        "insert_event",
        "INSERT INTO events (id, name, design, quota_rule, reserve_open, reserve_close, claim_open,"
        " claim_close, valid_ms, amount_min, batch_ms, waiting_ms, salt, draw_secret, coupon_key,"
        " begun_route, begun_key, discount, discount_type) VALUES ($1, $2, $3, $4, to_timestamp($5 "
        "/ 1000.0),"
        " to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0), to_timestamp($8 / 1000.0), $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19)"},
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
    // Of many servers: what is there already is left alone, and what is new gets the next places.
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
    PostgresStatement{"move_cursor",
                      "UPDATE outbox_cursor SET published = greatest(published, $1),"
                      " last = greatest(last, $1)"},
    PostgresStatement{
        "insert_audit",
        "INSERT INTO audit (event_id, position) SELECT e, p"
        " FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS r (e, p, n) ORDER BY n"},
};

/// Children first: the foreign keys hold within the transaction too.
constexpr std::array kDeletions{
    "DELETE FROM audit WHERE event_id = $1",         "DELETE FROM outbox WHERE event_id = $1",
    "DELETE FROM redemptions WHERE event_id = $1",   "DELETE FROM losses WHERE event_id = $1",
    "DELETE FROM coupons WHERE event_id = $1",       "DELETE FROM accepted WHERE event_id = $1",
    "DELETE FROM draws WHERE event_id = $1",         "DELETE FROM reservations WHERE event_id = $1",
    "DELETE FROM policy_details WHERE event_id = $1"};

/// The rows of records that came one after the other without an event's beginning between them.
class Rows {
 public:
  Rows(pqxx::work& transaction, LedgerSharing sharing)
      : transaction_(transaction), sharing_(sharing) {}

  void add(const EventCreated& record) {
    write();
    insert(record);
  }
  void add(const EventReset& record) {
    write();
    delete_event_rows(transaction_, record.renewed.event);
    transaction_.exec_params0("DELETE FROM events WHERE id = $1", record.renewed.event.value());
    insert(record.renewed);
  }
  void add(const CouponsPreloaded& record) {
    transaction_.exec_params0("DELETE FROM policy_details WHERE event_id = $1",
                              record.event.value());
    PostgresColumns<6> groups;
    for (const CouponGroup& group : record.groups) {
      groups.add(record.event.value(), groups.rows() + 1, std::string_view(group.name),
                 group.discount.value, name_of(group.discount.kind), group.allocation.value());
    }
    groups.execute(transaction_, "insert_groups");
  }
  void add(const DrawFixed& record) { draws_.push_back(&record); }
  void add(const ReservationGranted& record) {
    users_.add(record.user.value(), to_unix_ms(record.at));
    if (shared())
      told_reservations_.add(record.event.value(), record.ticket.value(), record.user.value());
    reservations_.add(record.event.value(), record.ticket.value(), record.user.value(),
                      to_printable(record.idempotency_key), to_unix_ms(record.at));
  }
  void add(const CouponIssued& record) {
    users_.add(record.user.value(), to_unix_ms(record.at));
    coupons_.add(record.event.value(), record.issue, record.ticket.value(), record.user.value(),
                 record.serial, record.code.view(), to_printable(record.idempotency_key),
                 to_unix_ms(record.at), record.discount.value().value,
                 name_of(record.discount.value().kind));
    if (shared()) told_coupons_.add(record.event.value(), record.user.value(), record.code.view());
    if (!shared()) add(message_of(record));
  }
  void add(const ClaimAccepted& record) {
    accepted_.add(record.event.value(), record.place, record.ticket.value(),
                  to_printable(record.idempotency_key), to_unix_ms(record.at));
  }
  void add(const ClaimLost& record) {
    losses_.add(record.event.value(), record.ticket.value(), to_printable(record.idempotency_key));
  }
  void add(const CouponRedeemed& record) {
    redemptions_.add(record.event.value(), record.issue, std::string_view(record.order),
                     record.amounts.original.minor, record.amounts.discount.minor,
                     to_printable(record.idempotency_key), to_unix_ms(record.at));
    used_.add(record.event.value(), record.issue, to_unix_ms(record.at));
    if (shared())
      told_redemptions_.add(record.event.value(), record.issue, std::string_view(record.order));
    if (!shared()) add(message_of(record));
  }
  void add(const BusMessage& message) {
    messages_.add(message.position.value(), message.event.value(), name_of(message.type),
                  message.user.value(), message.coupon.view(), std::string_view(message.order));
  }
  void add(const OutboxPublished& record) { published_ = record.up_to; }
  void add(const AuditHeard& record) {
    heard_.add(record.message.event.value(), record.message.position.value());
  }

  void write() {
    users_.execute(transaction_, "insert_users");
    shared() ? write_shared() : write_alone();
    heard_.execute(transaction_, "insert_audit");
    if (const auto up_to = std::exchange(published_, {})) {
      transaction_.exec_prepared0("move_cursor", up_to->value());
    }
  }

 private:
  bool shared() const { return sharing_ == LedgerSharing::shared; }

  void write_alone() {
    reservations_.execute(transaction_, "insert_reservations");
    for (const DrawFixed* const draw : std::exchange(draws_, {})) insert(*draw);
    accepted_.execute(transaction_, "insert_accepted");
    coupons_.execute(transaction_, "insert_coupons");
    losses_.execute(transaction_, "insert_losses");
    redemptions_.execute(transaction_, "insert_redemptions");
    used_.execute(transaction_, "use_coupons");
    messages_.execute(transaction_, "insert_messages");
  }

  void write_shared() {
    reservations_.execute(transaction_, "share_reservations");
    expect_known(told_reservations_, "known_reservations", "a reservation");
    for (const DrawFixed* const draw : std::exchange(draws_, {})) insert(*draw);
    accepted_.execute(transaction_, "insert_accepted");
    coupons_.execute(transaction_, "share_coupons");
    expect_known(told_coupons_, "known_coupons", "a coupon");
    losses_.execute(transaction_, "insert_losses");
    redemptions_.execute(transaction_, "share_redemptions");
    expect_known(told_redemptions_, "known_redemptions", "a redemption");
  }

  /// Every fact told is in the tables now, or another one is in its place.
  void expect_known(PostgresColumns<3>& told, const char* statement, const char* what) {
    const std::size_t rows = told.rows();
    if (rows == 0) return;
    if (told.execute(transaction_, statement).at(0).at(0).as<std::size_t>() == rows) return;
    throw pqxx::usage_error(std::string(what) + " contradicts one that was told before");
  }

  void insert(const EventCreated& record) {
    const EventSpec& spec = record.spec;
    const AdminKey& key = record.begun_under;
    const std::string key_text = to_printable(key.text);
    const char* const route = key.route == AdminKey::Route::reset ? "reset" : "create";
    transaction_.exec_prepared0(
        "insert_event", record.event.value(), spec.name, spec.design, spec.quota.text(),
        to_unix_ms(spec.windows.reserve_open), to_unix_ms(spec.windows.reserve_close),
        to_unix_ms(spec.windows.claim_open), to_unix_ms(spec.windows.claim_close),
        to_ms(spec.terms.valid_for), spec.terms.amount_min.minor, to_ms(spec.pacing.batch),
        to_ms(spec.pacing.waiting), postgres_bytes(record.secrets.salt),
        postgres_bytes(record.secrets.draw), postgres_bytes(record.secrets.coupon_key),
        key_text.empty() ? nullptr : route, key_text.empty() ? nullptr : key_text.c_str(),
        spec.terms.discount.value, std::string(name_of(spec.terms.discount.kind)));
    add(CouponsPreloaded{record.event, spec.groups});
  }

  void insert(const DrawFixed& record) {
    transaction_.exec_prepared0("insert_draw", record.event.value(), postgres_bytes(record.root),
                                record.roster, record.quota);
  }

  pqxx::work& transaction_;
  LedgerSharing sharing_;
  PostgresColumns<2> users_;
  PostgresColumns<5> reservations_;
  PostgresColumns<10> coupons_;
  PostgresColumns<5> accepted_;
  PostgresColumns<3> losses_;
  PostgresColumns<7> redemptions_;
  PostgresColumns<3> used_;
  PostgresColumns<6> messages_;
  PostgresColumns<2> heard_;
  // What has to be there afterwards, where others write too.
  PostgresColumns<3> told_reservations_;
  PostgresColumns<3> told_coupons_;
  PostgresColumns<3> told_redemptions_;
  std::vector<const DrawFixed*> draws_;
  std::optional<OutboxPosition> published_;
};

}  // namespace

std::span<const PostgresStatement> record_statements() {
  return kStatements;
}

void delete_event_rows(pqxx::work& transaction, EventId event) {
  for (const char* const sql : kDeletions) transaction.exec_params0(sql, event.value());
}

void write_records(pqxx::work& transaction, std::span<const LedgerRecord> batch,
                   LedgerSharing sharing) {
  Rows rows(transaction, sharing);
  for (const LedgerRecord& record : batch) {
    std::visit([&rows](const auto& kind) { rows.add(kind); }, record);
  }
  rows.write();
}

}  // namespace fairrush::server
