#pragma once

#include <map>

#include "server/postgres/columns.hpp"
#include "server/stores/postgres/transactions.hpp"

namespace fairrush::server {

// What the decisions have in common.

/// How an event's row is held until the commit.
enum class EventHold : std::uint8_t { shared, alone };

/// The event of that name; unset when there is none.
std::optional<StoredEvent> read_event(pqxx::work& transaction, const std::string& name,
                                      EventHold hold);

/// The users of a batch as an array, each once.
std::string users_array(std::span<const StoredRequest> requests);

/// Makes coupons `event.minted` + 1 … `up_to`, in nobody's hands.
void mint(pqxx::work& transaction, StoredEvent& event, std::uint32_t up_to);

/// Writes the counters of an event that is held alone.
void keep_counters(pqxx::work& transaction, const StoredEvent& event);

/// A reservation as the tables have it.
struct KnownReservation {
  TicketNumber ticket;
  std::string key;
  WallTime at;
};
std::map<UserIndex, KnownReservation> known_reservations(pqxx::work& transaction, EventId event,
                                                         const std::string& users);

/// Messages for the outbox, told together before the commit.
class OutboxRows {
 public:
  void add(EventId event, BusMessage::Type type, UserIndex user, std::string_view coupon,
           std::string_view order);
  void write(pqxx::work& transaction);

 private:
  PostgresColumns<5> messages_;
};

/// Whether a stored fact is of this very request, asked again.
inline bool same_request(const StoredRequest& request, std::string_view key, WallTime at) {
  if (!request.key.empty()) return request.key == key;
  return key.empty() && to_unix_ms(request.at) == to_unix_ms(at);
}

}  // namespace fairrush::server
