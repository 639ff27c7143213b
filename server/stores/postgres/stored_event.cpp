#include "server/stores/postgres/stored_event.hpp"

#include <fmt/format.h>

#include <set>

#include "server/ledger/postgres/postgres_replay.hpp"
#include "server/postgres/array.hpp"

namespace fairrush::server {
namespace {

/// Coupons of one statement; an event of a million is minted in several.
constexpr std::uint32_t kMintedAtATime = 50'000;

}  // namespace

bool runs_on_postgres(std::string_view design) {
  return design == kRowLock || design == kGenerateOutbox;
}

std::optional<StoredEvent> read_event(pqxx::work& transaction, const std::string& name,
                                      EventHold hold) {
  const char* const statement = hold == EventHold::alone ? "store_event_alone" : "store_event";
  const pqxx::result held = transaction.exec_prepared(statement, name);
  if (held.empty()) return std::nullopt;
  const pqxx::row row = held.front();
  // Read behind the lock, so that the row is as it was when the lock was had.
  static const std::string kSelect =
      fmt::format("SELECT {} FROM events WHERE id = $1", kEventColumns);
  auto created = event_from_row(transaction.exec_params1(kSelect, row[3].as<std::int64_t>()));
  if (!created) throw pqxx::usage_error(created.error());
  return StoredEvent{.created = std::move(*created),
                     .life = row[0].as<std::uint64_t>(),
                     .roster = row[1].as<std::uint32_t>(),
                     .minted = row[2].as<std::uint32_t>()};
}

std::string users_array(std::span<const StoredRequest> requests) {
  std::set<UserIndex> users;
  for (const StoredRequest& request : requests) users.insert(request.user);
  PostgresArray array;
  for (const UserIndex user : users) array.add(std::int64_t{user.value()});
  return array.take();
}

void mint(pqxx::work& transaction, StoredEvent& event, std::uint32_t up_to) {
  const CouponMint coupons(event.created.secrets.coupon_key);
  while (event.minted < up_to) {
    PostgresColumns<2> rows;
    while (event.minted < up_to && rows.rows() < kMintedAtATime) {
      ++event.minted;
      rows.add(event.minted, coupons.code(event.minted).view());
    }
    rows.execute(transaction, "store_mint", event.id().value());
  }
}

void keep_counters(pqxx::work& transaction, const StoredEvent& event) {
  transaction.exec_prepared0("store_counters", event.id().value(), event.roster, event.minted);
}

std::map<UserIndex, KnownReservation> known_reservations(pqxx::work& transaction, EventId event,
                                                         const std::string& users) {
  std::map<UserIndex, KnownReservation> known;
  for (const pqxx::row& row :
       transaction.exec_prepared("store_reservations", event.value(), users)) {
    known[UserIndex(row[0].as<std::uint32_t>())] = {TicketNumber(row[1].as<std::uint32_t>()),
                                                    from_printable(row[2].c_str()),
                                                    from_unix_ms(row[3].as<std::int64_t>())};
  }
  return known;
}

void OutboxRows::add(EventId event, BusMessage::Type type, UserIndex user, std::string_view coupon,
                     std::string_view order) {
  messages_.add(event.value(), name_of(type), user.value(), coupon, order);
}

void OutboxRows::write(pqxx::work& transaction) {
  messages_.execute(transaction, "store_tell", messages_.rows());
}

}  // namespace fairrush::server
