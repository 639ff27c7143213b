// Events in PostgreSQL: begun, begun anew, and looked at.
#include "server/ledger/postgres/record_batch.hpp"
#include "server/postgres/array.hpp"
#include "server/stores/postgres/stored_event.hpp"

namespace fairrush::server {
namespace {

StoredCounts counts_of(pqxx::work& transaction, StoredEvent event) {
  const pqxx::row row = transaction.exec_prepared1("store_counts", event.id().value());
  return {.event = std::move(event),
          .unused = row[0].as<std::uint32_t>(),
          .outbox_pending = row[1].as<std::uint64_t>()};
}

/// Coupons that do not wait for a roster.
void mint_at_once(pqxx::work& transaction, StoredEvent& event) {
  if (event.spec().design != kRowLock) return;
  mint(transaction, event, event.spec().quota.coupons(0));
  keep_counters(transaction, event);
}

bool begun_under(const StoredEvent& event, AdminKey::Route route, const std::string& key) {
  return !key.empty() && event.created.begun_under == AdminKey{route, key};
}

/// False when the name is taken.
bool insert_event(pqxx::work& transaction, const EventSpec& spec, const std::string& key) {
  const EventSecrets secrets = EventSecrets::generate();
  const std::string key_text = to_printable(key);
  const pqxx::result inserted = transaction.exec_prepared(
      "store_create", spec.name, spec.design, spec.quota.text(),
      to_unix_ms(spec.windows.reserve_open), to_unix_ms(spec.windows.reserve_close),
      to_unix_ms(spec.windows.claim_open), to_unix_ms(spec.windows.claim_close),
      to_ms(spec.terms.valid_for), spec.terms.amount_min.minor, spec.terms.discount.value,
      std::string(name_of(spec.terms.discount.kind)), to_ms(spec.pacing.batch),
      to_ms(spec.pacing.waiting), postgres_bytes(secrets.salt), postgres_bytes(secrets.draw),
      postgres_bytes(secrets.coupon_key), key.empty() ? nullptr : "create",
      key.empty() ? nullptr : key_text.c_str());
  return inserted.affected_rows() == 1;
}

}  // namespace

std::optional<StoredCounts> describe(pqxx::work& transaction, const std::string& name) {
  auto event = read_event(transaction, name, EventHold::shared);
  if (!event) return std::nullopt;
  return counts_of(transaction, std::move(*event));
}

std::expected<StoredCounts, ErrorCode> create(pqxx::work& transaction, const EventSpec& spec,
                                              const std::string& key) {
  const bool fresh = insert_event(transaction, spec, key);
  auto event = read_event(transaction, spec.name, EventHold::alone);
  if (!event) return std::unexpected(ErrorCode::unknown_event);  // deleted by hand meanwhile
  if (!fresh && !begun_under(*event, AdminKey::Route::create, key)) {
    return std::unexpected(ErrorCode::event_exists);
  }
  if (fresh) mint_at_once(transaction, *event);
  return counts_of(transaction, std::move(*event));
}

std::expected<StoredCounts, ErrorCode> reset(pqxx::work& transaction, const std::string& name,
                                             const EventWindows& windows, const std::string& key) {
  auto event = read_event(transaction, name, EventHold::alone);
  if (!event) return std::unexpected(ErrorCode::unknown_event);
  if (begun_under(*event, AdminKey::Route::reset, key)) {
    return counts_of(transaction, std::move(*event));
  }
  delete_event_rows(transaction, event->id());
  const EventSecrets secrets = EventSecrets::generate();
  const std::string key_text = to_printable(key);
  transaction.exec_prepared0("store_renew", event->id().value(), to_unix_ms(windows.reserve_open),
                             to_unix_ms(windows.reserve_close), to_unix_ms(windows.claim_open),
                             to_unix_ms(windows.claim_close), postgres_bytes(secrets.salt),
                             postgres_bytes(secrets.draw), postgres_bytes(secrets.coupon_key),
                             key.empty() ? nullptr : "reset",
                             key.empty() ? nullptr : key_text.c_str());
  event = read_event(transaction, name, EventHold::alone);
  mint_at_once(transaction, *event);
  return counts_of(transaction, std::move(*event));
}

std::expected<StoredCounts, ErrorCode> move_windows(pqxx::work& transaction,
                                                    const std::string& name, Move move,
                                                    const Clock& clock) {
  auto event = read_event(transaction, name, EventHold::alone);
  if (!event) return std::unexpected(ErrorCode::unknown_event);
  EventWindows& windows = event->created.spec.windows;
  const auto after = moved(windows, move, clock.wall_now());
  if (!after) return std::unexpected(ErrorCode::not_in_active_time);
  if (*after != windows) {
    windows = *after;
    transaction.exec_prepared0("move_event", event->id().value(), to_unix_ms(after->reserve_open),
                               to_unix_ms(after->reserve_close), to_unix_ms(after->claim_open),
                               to_unix_ms(after->claim_close));
  }
  return counts_of(transaction, std::move(*event));
}

}  // namespace fairrush::server
