#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "server/domain/redemption.hpp"
#include "server/ledger/record.hpp"
#include "server/postgres/connection.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

// Decisions on the tables of sql/postgres. Each function does its work within `transaction` and
// throws what libpqxx throws; nothing has happened until the caller commits. Each may be done again
// when it is not known whether a commit took effect: a request is known again by its idempotency
// key or, without one, by the millisecond of its arrival.

/// The designs that this store runs.
bool runs_on_postgres(std::string_view design);
inline constexpr std::string_view kRowLock = "row-lock";
inline constexpr std::string_view kGenerateOutbox = "generate-outbox";

/// The statements that the functions use; a session prepares them.
std::span<const PostgresStatement> store_statements();

/// An event as its row has it.
struct StoredEvent {
  EventCreated created;
  std::uint64_t life = 0;
  std::uint32_t roster = 0;
  std::uint32_t minted = 0;  ///< coupons made, whether given out or not

  const EventSpec& spec() const { return created.spec; }
  EventId id() const { return created.event; }
};

/// One user's question within a batch.
struct StoredRequest {
  UserIndex user;
  std::string key;  ///< idempotency key
  WallTime at;
};

/// What became of a wish for a reservation.
struct StoredReservation {
  std::optional<ErrorCode> refusal;
  TicketNumber ticket;
  Token token{};
};

/// What became of a claim; unset kind: coupons are left, but in hands that may give them back.
struct StoredVerdict {
  enum class Kind : std::uint8_t { won, already_claimed, refused, undecided };
  Kind kind = Kind::undecided;
  ErrorCode refusal{};
  CouponCode coupon{};
  std::string key{};  ///< idempotency key that the coupon was won under
};

template <class Answer>
struct StoredAnswers {
  std::optional<StoredEvent> event;  ///< unset: there is none of that name, and no answers
  std::vector<Answer> answers;       ///< one for each request, in their order
};

/// Reservations of one event, in the order of the requests: tickets without gaps, and with the
/// tickets the coupons that they earn. `clock` says when the event was had, which is when the batch
/// is decided.
StoredAnswers<StoredReservation> reserve(pqxx::work& transaction, const std::string& event,
                                         std::span<const StoredRequest> requests,
                                         const Clock& clock);

/// Whether claims need a reservation.
enum class ClaimDoor : std::uint8_t {
  reserved,  ///< the users of the roster only
  open,      ///< whoever asks, under generate-outbox
};

/// Claims of one event, in the order of the requests.
StoredAnswers<StoredVerdict> claim(pqxx::work& transaction, const std::string& event,
                                   std::span<const StoredRequest> requests, ClaimDoor door);

/// A wish to spend a coupon.
struct StoredSpending {
  StoredRequest by;
  std::string order;
  std::string coupon;
  Amount amount;
};

/// Redemptions, in the order of the requests.
std::vector<RedemptionAnswer> redeem(pqxx::work& transaction,
                                     std::span<const StoredSpending> requests);

/// A coupon of somebody's.
struct StoredCoupon {
  UserIndex user;
  std::string event;
  CouponCode coupon;
  bool redeemed = false;
};

/// All coupons of these users, by user and event's name.
std::vector<StoredCoupon> wallets(pqxx::work& transaction, std::span<const StoredRequest> users);

/// The event with what is counted of it.
struct StoredCounts {
  StoredEvent event;
  std::uint32_t unused = 0;
  std::uint64_t outbox_pending = 0;
};
std::optional<StoredCounts> describe(pqxx::work& transaction, const std::string& event);

/// Creates an event: event_exists when the name is taken, unless it was created under the same key.
std::expected<StoredCounts, ErrorCode> create(pqxx::work& transaction, const EventSpec& spec,
                                              const std::string& key);

/// Starts an event anew; unknown_event when there is none.
std::expected<StoredCounts, ErrorCode> reset(pqxx::work& transaction, const std::string& event,
                                             const EventWindows& windows, const std::string& key);

/// Opens an event's claims, or closes it, as of the moment when nobody else had the event any more,
/// which `clock` says: so everything that was decided in the windows before is committed, and
/// everything else sees the new ones. unknown_event; not_in_active_time where it makes no sense.
std::expected<StoredCounts, ErrorCode> move_windows(pqxx::work& transaction,
                                                    const std::string& event, Move move,
                                                    const Clock& clock);

}  // namespace fairrush::server
