#include "server/ledger/sqlite_records.hpp"

namespace fairrush::server {
namespace {

using Route = AdminKey::Route;

}  // namespace

SqliteStatement StatementPreparer::operator()(std::string_view sql) {
  auto statement = database_.prepare(sql);
  if (statement) return std::move(*statement);
  if (!error_) error_ = statement.error();
  return SqliteStatement(nullptr);
}

RecordWriter::RecordWriter(StatementPreparer& prepare)
    : insert_event_(prepare("INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")),
      insert_admin_key_(prepare("INSERT INTO admin_key VALUES (?,?,?)")),
      insert_group_(prepare("INSERT INTO policy_detail VALUES (?,?,?,?,?,?)")),
      move_event_(
          prepare("UPDATE event SET reserve_open_ms=?, reserve_close_ms=?, claim_open_ms=?, "
                  "claim_close_ms=? WHERE id=?")),
      set_daily_(prepare("INSERT OR REPLACE INTO daily VALUES (?,?,?,?)")),
      insert_reservation_(prepare("INSERT INTO reservation VALUES (?,?,?,?,?)")),
      insert_draw_(prepare("INSERT INTO draw VALUES (?,?,?,?)")),
      insert_coupon_(prepare("INSERT INTO coupon VALUES (?,?,?,?,?,?,?,?,?,?)")),
      insert_accepted_(prepare("INSERT INTO accepted VALUES (?,?,?,?,?)")),
      delete_accepted_(prepare("DELETE FROM accepted WHERE event_id=?")),
      insert_loss_(prepare("INSERT INTO loss VALUES (?,?,?)")),
      delete_losses_(prepare("DELETE FROM loss WHERE event_id=?")),
      insert_redemption_(prepare("INSERT INTO redemption VALUES (?,?,?,?,?,?,?)")),
      insert_message_(prepare("INSERT INTO outbox VALUES (?,?,?,?,?,?)")),
      update_cursor_(prepare("UPDATE outbox_cursor SET published=?")),
      insert_delivery_(prepare("INSERT INTO audit (event_id, position) VALUES (?,?)")),
      delete_deliveries_(prepare("DELETE FROM audit WHERE event_id=?")),
      delete_messages_(prepare("DELETE FROM outbox WHERE event_id=?")),
      delete_redemptions_(prepare("DELETE FROM redemption WHERE event_id=?")),
      delete_coupons_(prepare("DELETE FROM coupon WHERE event_id=?")),
      delete_draw_(prepare("DELETE FROM draw WHERE event_id=?")),
      delete_reservations_(prepare("DELETE FROM reservation WHERE event_id=?")),
      delete_groups_(prepare("DELETE FROM policy_detail WHERE event_id=?")),
      delete_admin_key_(prepare("DELETE FROM admin_key WHERE event_id=?")),
      delete_event_(prepare("DELETE FROM event WHERE id=?")) {}

bool RecordWriter::write(const LedgerRecord& record) {
  return std::visit([this](const auto& kind) { return write_kind(kind); }, record);
}

bool RecordWriter::write_kind(const EventCreated& record) {
  const EventSpec& spec = record.spec;
  const std::string quota = spec.quota.text();
  const bool inserted = insert_event_.bind(record.event.value())
                            .bind(std::string_view(spec.name))
                            .bind(std::string_view(spec.design))
                            .bind(std::string_view(quota))
                            .bind(to_unix_ms(spec.windows.reserve_open))
                            .bind(to_unix_ms(spec.windows.reserve_close))
                            .bind(to_unix_ms(spec.windows.claim_open))
                            .bind(to_unix_ms(spec.windows.claim_close))
                            .bind(ByteView(record.secrets.salt))
                            .bind(ByteView(record.secrets.draw))
                            .bind(ByteView(record.secrets.coupon_key))
                            .bind(to_ms(spec.terms.valid_for))
                            .bind(spec.terms.amount_min.minor)
                            .bind(spec.terms.discount.value)
                            .bind(to_ms(spec.pacing.batch))
                            .bind(to_ms(spec.pacing.waiting))
                            .bind(name_of(spec.terms.discount.kind))
                            .run();
  if (!inserted || !write_kind(CouponsPreloaded{record.event, spec.groups})) return false;
  const AdminKey& key = record.begun_under;
  if (key.text.empty()) return true;
  return insert_admin_key_.bind(record.event.value())
      .bind(key.route == Route::reset ? kResetRoute : kCreateRoute)
      .bind(std::string_view(key.text))
      .run();
}

bool RecordWriter::write_kind(const EventReset& record) {
  // Children first: the foreign keys hold within the transaction too.
  for (SqliteStatement* statement :
       {&delete_deliveries_, &delete_messages_, &delete_redemptions_, &delete_losses_,
        &delete_coupons_, &delete_accepted_, &delete_draw_, &delete_reservations_, &delete_groups_,
        &delete_admin_key_, &delete_event_}) {
    if (!statement->bind(record.renewed.event.value()).run()) return false;
  }
  return write_kind(record.renewed);
}

bool RecordWriter::write_kind(const CouponsPreloaded& record) {
  if (!delete_groups_.bind(record.event.value()).run()) return false;
  std::int64_t position = 0;
  for (const CouponGroup& group : record.groups) {
    const bool inserted = insert_group_.bind(record.event.value())
                              .bind(++position)
                              .bind(std::string_view(group.name))
                              .bind(group.discount.value)
                              .bind(name_of(group.discount.kind))
                              .bind(std::int64_t{group.allocation.value()})
                              .run();
    if (!inserted) return false;
  }
  return true;
}

bool RecordWriter::write_kind(const EventMoved& record) {
  return move_event_.bind(to_unix_ms(record.windows.reserve_open))
      .bind(to_unix_ms(record.windows.reserve_close))
      .bind(to_unix_ms(record.windows.claim_open))
      .bind(to_unix_ms(record.windows.claim_close))
      .bind(record.event.value())
      .run();
}

bool RecordWriter::write_kind(const DailyEventSet& record) {
  return set_daily_.bind(std::string_view(record.name))
      .bind(std::string_view(record.request))
      .bind(std::string_view(record.idempotency_key))
      .bind(std::int64_t{record.ended})
      .run();
}

bool RecordWriter::write_kind(const ReservationGranted& record) {
  return insert_reservation_.bind(record.event.value())
      .bind(std::int64_t{record.ticket.value()})
      .bind(std::int64_t{record.user.value()})
      .bind(std::string_view(record.idempotency_key))
      .bind(to_unix_ms(record.at))
      .run();
}

bool RecordWriter::write_kind(const DrawFixed& record) {
  return insert_draw_.bind(record.event.value())
      .bind(ByteView(record.root))
      .bind(std::int64_t{record.roster})
      .bind(std::int64_t{record.quota})
      .run();
}

bool RecordWriter::write_kind(const CouponIssued& record) {
  const bool inserted = insert_coupon_.bind(record.event.value())
                            .bind(std::int64_t{record.issue})
                            .bind(std::int64_t{record.ticket.value()})
                            .bind(std::int64_t{record.user.value()})
                            .bind(std::int64_t{record.serial})
                            .bind(record.code.view())
                            .bind(std::string_view(record.idempotency_key))
                            .bind(to_unix_ms(record.at))
                            .bind(record.discount.value().value)
                            .bind(name_of(record.discount.value().kind))
                            .run();
  return inserted && write_kind(message_of(record));
}

bool RecordWriter::write_kind(const ClaimAccepted& record) {
  return insert_accepted_.bind(record.event.value())
      .bind(std::int64_t{record.place})
      .bind(std::int64_t{record.ticket.value()})
      .bind(std::string_view(record.idempotency_key))
      .bind(to_unix_ms(record.at))
      .run();
}

bool RecordWriter::write_kind(const ClaimLost& record) {
  return insert_loss_.bind(record.event.value())
      .bind(std::int64_t{record.ticket.value()})
      .bind(std::string_view(record.idempotency_key))
      .run();
}

bool RecordWriter::write_kind(const CouponRedeemed& record) {
  const bool inserted = insert_redemption_.bind(record.event.value())
                            .bind(std::int64_t{record.issue})
                            .bind(std::string_view(record.order))
                            .bind(record.amounts.original.minor)
                            .bind(record.amounts.discount.minor)
                            .bind(std::string_view(record.idempotency_key))
                            .bind(to_unix_ms(record.at))
                            .run();
  return inserted && write_kind(message_of(record));
}

bool RecordWriter::write_kind(const BusMessage& message) {
  return insert_message_.bind(static_cast<std::int64_t>(message.position.value()))
      .bind(message.event.value())
      .bind(name_of(message.type))
      .bind(std::int64_t{message.user.value()})
      .bind(message.coupon.view())
      .bind(std::string_view(message.order))
      .run();
}

bool RecordWriter::write_kind(const OutboxPublished& record) {
  return update_cursor_.bind(static_cast<std::int64_t>(record.up_to.value())).run();
}

bool RecordWriter::write_kind(const AuditHeard& record) {
  return insert_delivery_.bind(record.message.event.value())
      .bind(static_cast<std::int64_t>(record.message.position.value()))
      .run();
}

}  // namespace fairrush::server
