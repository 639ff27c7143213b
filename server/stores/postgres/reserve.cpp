// Reservations in PostgreSQL.
#include "server/domain/roster.hpp"
#include "server/ledger/postgres/record_batch.hpp"
#include "server/postgres/array.hpp"
#include "server/stores/postgres/stored_event.hpp"

namespace fairrush::server {
namespace {

/// The rows of the tickets that a batch hands out.
struct NewTickets {
  PostgresColumns<4> reservations;
  PostgresColumns<2> users;
};

class Reserving {
 public:
  Reserving(StoredEvent& event, std::map<UserIndex, KnownReservation> known, WallTime now)
      : event_(event), known_(std::move(known)), now_(now), salted_(event.created.secrets.salt) {}

  StoredReservation decide(const StoredRequest& request) {
    if (const auto held = known_.find(request.user); held != known_.end()) {
      const KnownReservation& known = held->second;
      const bool repeated = same_request(request, known.key, known.at);
      return answer(request, known.ticket,
                    repeated ? std::nullopt : std::optional(ErrorCode::duplicated_reservation));
    }
    const EventWindows& windows = event_.spec().windows;
    // The roster must be final before the first claim: a late batch grants nothing.
    if (!windows.reserving(request.at) || now_ >= windows.claim_open) {
      return {.refusal = ErrorCode::not_in_active_time, .ticket = {}};
    }
    if (event_.roster == Roster::kSizeMax) {
      return {.refusal = ErrorCode::roster_full, .ticket = {}};
    }
    const TicketNumber ticket(++event_.roster);
    known_[request.user] = {ticket, request.key, request.at};
    rows_.users.add(request.user.value(), to_unix_ms(request.at));
    rows_.reservations.add(ticket.value(), request.user.value(), to_printable(request.key),
                           to_unix_ms(request.at));
    return answer(request, ticket, std::nullopt);
  }

  void write(pqxx::work& transaction) {
    if (rows_.users.rows() == 0) return;
    rows_.users.execute(transaction, "insert_users");
    rows_.reservations.execute(transaction, "store_reserve", event_.id().value());
    // Designs that take rows find them ready; the others count.
    if (event_.spec().design == kRowLock) {
      mint(transaction, event_, event_.spec().quota.coupons(event_.roster));
    }
    keep_counters(transaction, event_);
  }

 private:
  StoredReservation answer(const StoredRequest& request, TicketNumber ticket,
                           std::optional<ErrorCode> refusal) const {
    return {.refusal = refusal, .ticket = ticket, .token = token_of(request.user, salted_)};
  }

  StoredEvent& event_;
  std::map<UserIndex, KnownReservation> known_;
  WallTime now_;
  HmacSha256 salted_;
  NewTickets rows_;
};

}  // namespace

StoredAnswers<StoredReservation> reserve(pqxx::work& transaction, const std::string& name,
                                         std::span<const StoredRequest> requests,
                                         const Clock& clock) {
  StoredAnswers<StoredReservation> result{read_event(transaction, name, EventHold::alone), {}};
  if (!result.event) return result;
  // Behind the lock: claims may have opened while it was waited for.
  const WallTime now = clock.wall_now();
  Reserving batch(*result.event,
                  known_reservations(transaction, result.event->id(), users_array(requests)), now);
  for (const StoredRequest& request : requests) result.answers.push_back(batch.decide(request));
  batch.write(transaction);
  return result;
}

}  // namespace fairrush::server
