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

/// Children first: the foreign keys hold within the transaction too.
constexpr std::array kDeletions{
    "DELETE FROM audit WHERE event_id = $1",
    "DELETE FROM outbox WHERE event_id = $1",
    "DELETE FROM redemptions WHERE event_id = $1",
    "DELETE FROM losses WHERE event_id = $1",
    "DELETE FROM coupons WHERE event_id = $1",
    "DELETE FROM accepted WHERE event_id = $1",
    "DELETE FROM draws WHERE event_id = $1",
    "DELETE FROM reservations WHERE event_id = $1",
    "DELETE FROM policy_details WHERE event_id = $1",
};

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
  void add(const EventMoved& record) {
    write();
    transaction_.exec_prepared0(
        "move_event", record.event.value(), to_unix_ms(record.windows.reserve_open),
        to_unix_ms(record.windows.reserve_close), to_unix_ms(record.windows.claim_open),
        to_unix_ms(record.windows.claim_close));
  }
  void add(const DailyEventSet& record) {
    transaction_.exec_prepared0("set_daily", record.name, record.request,
                                to_printable(record.idempotency_key), record.ended);
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
    // Who holds a ticket is known.
    if (record.ticket == TicketNumber()) users_.add(record.user.value(), to_unix_ms(record.at));
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
