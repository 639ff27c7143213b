// Claims in PostgreSQL: rows that are taken, and coupons that are made as they are asked for.
#include "server/postgres/array.hpp"
#include "server/stores/postgres/stored_event.hpp"

namespace fairrush::server {
namespace {

using Kind = StoredVerdict::Kind;

/// The n-th free coupon goes to the n-th claim. Coupons that another transaction is giving out are
/// passed over; ordered by the partial index, so that coupons that are gone cost nothing.
constexpr const char* kTake =
    "WITH free AS MATERIALIZED (SELECT serial FROM coupons"
    " WHERE event_id = $1 AND user_id IS NULL ORDER BY serial LIMIT $2"
    " FOR UPDATE SKIP LOCKED),"
    " numbered AS (SELECT serial, row_number() OVER (ORDER BY serial) AS n FROM free),"
    " claims AS (SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[])"
    " WITH ORDINALITY AS c (u, t, k, at, n))"
    " UPDATE coupons SET user_id = u, ticket = nullif(t, 0), idempotency_key = k,"
    " issued_at = to_timestamp(at / 1000.0), status = 'active', issue = coupons.serial"
    " FROM numbered JOIN claims USING (n)"
    " WHERE coupons.event_id = $1 AND coupons.serial = numbered.serial"
    " RETURNING coupons.user_id, coupons.code";

/// A coupon of a user's.
struct Owned {
  CouponCode coupon;
  std::string key;
  WallTime at;
};

CouponCode code_at(const pqxx::row& row, pqxx::row::size_type column) {
  const auto code = parse_coupon_code({row[column].c_str(), row[column].size()});
  if (!code) throw pqxx::usage_error("coupon with a code of wrong length");
  return *code;
}

std::map<UserIndex, Owned> owned_coupons(pqxx::work& transaction, EventId event,
                                         const std::string& users) {
  std::map<UserIndex, Owned> owned;
  for (const pqxx::row& row : transaction.exec_prepared("store_owned", event.value(), users)) {
    owned[UserIndex(row[0].as<std::uint32_t>())] = {code_at(row, 1), from_printable(row[2].c_str()),
                                                    from_unix_ms(row[3].as<std::int64_t>())};
  }
  return owned;
}

StoredVerdict refused(ErrorCode why) {
  return {.kind = Kind::refused, .refusal = why};
}

/// The claims of a batch: those that the tables answer, and those for which a coupon is wanted.
class Claiming {
 public:
  Claiming(pqxx::work& transaction, StoredEvent& event, std::span<const StoredRequest> requests,
           ClaimDoor door)
      : transaction_(transaction), event_(event), requests_(requests), door_(door) {}

  std::vector<StoredVerdict> decide() {
    const std::string users = users_array(requests_);
    owned_ = owned_coupons(transaction_, event_.id(), users);
    reservations_ = known_reservations(transaction_, event_.id(), users);
    for (const StoredRequest& request : requests_) {
      if (wants(request) && wanted_.emplace(request.user, &request).second) {
        wanting_.push_back(&request);
      }
    }
    if (!wanting_.empty()) {
      event_.spec().design == kRowLock ? take_rows() : generate();
      outbox_rows_.write(transaction_);
    }
    std::vector<StoredVerdict> verdicts;
    for (const StoredRequest& request : requests_) verdicts.push_back(verdict_of(request));
    return verdicts;
  }

 private:
  bool may_claim(const StoredRequest& request) const {
    return door_ == ClaimDoor::open || reservations_.contains(request.user);
  }

  bool wants(const StoredRequest& request) const {
    if (owned_.contains(request.user) || !may_claim(request)) return false;
    return event_.spec().windows.rushing(request.at);
  }

  std::uint32_t ticket_of(const StoredRequest& request) const {
    const auto known = reservations_.find(request.user);
    return known == reservations_.end() ? 0 : known->second.ticket.value();
  }

  void take_rows() {
    PostgresColumns<4> claims;
    for (const StoredRequest* const request : wanting_) {
      claims.add(request->user.value(), ticket_of(*request), to_printable(request->key),
                 to_unix_ms(request->at));
    }
    const std::size_t count = claims.rows();
    const pqxx::result taken =
        claims.plan_and_execute(transaction_, kTake, event_.id().value(), count);
    for (const pqxx::row& row : taken) {
      give(UserIndex(row[0].as<std::uint32_t>()), code_at(row, 1));
    }
    if (taken.size() == count) return;
    // None was free; but what another transaction holds may come back, if that fails.
    sold_out_ = !transaction_.exec_prepared1("store_any_left", event_.id().value())[0].as<bool>();
  }

  /// The event is held alone, so that nobody else counts meanwhile.
  void generate() {
    const std::uint32_t quota = event_.spec().quota.coupons(event_.roster);
    const CouponMint coupons(event_.created.secrets.coupon_key);
    PostgresColumns<6> rows;
    PostgresColumns<2> users;
    for (const StoredRequest* const request : wanting_) {
      if (event_.minted >= quota) break;
      const CouponCode code = coupons.code(++event_.minted);
      users.add(request->user.value(), to_unix_ms(request->at));
      rows.add(event_.minted, code.view(), request->user.value(), ticket_of(*request),
               to_printable(request->key), to_unix_ms(request->at));
      give(request->user, code);
    }
    sold_out_ = event_.minted >= quota;
    if (rows.rows() == 0) return;
    users.execute(transaction_, "insert_users");
    rows.execute(transaction_, "store_generate", event_.id().value());
    keep_counters(transaction_, event_);
  }

  void give(UserIndex user, const CouponCode& code) {
    const StoredRequest& request = *wanted_.at(user);
    owned_[user] = {code, request.key, request.at};
    outbox_rows_.add(event_.id(), BusMessage::Type::coupon_issued, user, code.view(), "");
  }

  StoredVerdict verdict_of(const StoredRequest& request) const {
    if (const auto has = owned_.find(request.user); has != owned_.end()) {
      const bool same = same_request(request, has->second.key, has->second.at);
      return {.kind = same ? Kind::won : Kind::already_claimed,
              .refusal = ErrorCode::already_claimed,
              .coupon = has->second.coupon,
              .key = has->second.key};
    }
    if (!event_.spec().windows.rushing(request.at)) return refused(ErrorCode::not_in_active_time);
    if (!may_claim(request)) return refused(ErrorCode::not_reservation);
    if (sold_out_) return refused(ErrorCode::sold_out);
    return {};
  }

  pqxx::work& transaction_;
  StoredEvent& event_;
  std::span<const StoredRequest> requests_;
  ClaimDoor door_;
  std::map<UserIndex, Owned> owned_;
  std::map<UserIndex, KnownReservation> reservations_;
  std::vector<const StoredRequest*> wanting_;  ///< the first claim of each user, in order
  std::map<UserIndex, const StoredRequest*> wanted_;
  OutboxRows outbox_rows_;
  bool sold_out_ = false;
};

}  // namespace

StoredAnswers<StoredVerdict> claim(pqxx::work& transaction, const std::string& name,
                                   std::span<const StoredRequest> requests, ClaimDoor door) {
  // Who counts holds the event alone from the beginning: two who share it could not both go on.
  const pqxx::result design = transaction.exec_prepared("store_design", name);
  if (design.empty()) return {};
  const bool counts = design.front()[0].c_str() == kGenerateOutbox;
  const EventHold hold = counts ? EventHold::alone : EventHold::shared;
  StoredAnswers<StoredVerdict> result{read_event(transaction, name, hold), {}};
  if (!result.event) return result;
  // A share is one of a roster: only who is on it may have a part.
  const bool open = door == ClaimDoor::open && counts && !result.event->spec().quota.is_share();
  result.answers =
      Claiming(transaction, *result.event, requests, open ? door : ClaimDoor::reserved).decide();
  return result;
}

}  // namespace fairrush::server
