#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// What a user wants from an event, on its way to the script that decides it.
struct ReservationWish {
  ReservationDone done;
};
struct ClaimWish {
  ClaimDone done;
  TicketNumber ticket = {};  ///< drawn, where a draw says so
  std::int64_t window = 0;   ///< whose draw it waits for
};
struct SpendingWish {
  CouponSerial coupon = 0;
  std::string order;
  OrderAmounts amounts;
  bool meets_condition = false;  ///< the amount is what the coupon asks for
  RedemptionDone done;
};
struct WalletWish {
  /// Gets the user's coupon of the event, if there is one.
  std::function<void(std::expected<std::optional<WalletEntry>, ErrorCode>)> done;
};
struct EventWish {
  EventDone done;
};

struct Wish {
  UserRequest by;
  std::string key;  ///< what the store knows a repetition by; see `store_key`
  SteadyTime give_up;
  bool doubtful = false;  ///< it may have been carried out already
  std::variant<ReservationWish, ClaimWish, SpendingWish, WalletWish, EventWish> what;
};

/// Wishes of one kind gather while a call for earlier ones is under way.
struct Lane {
  std::deque<Wish> gathered;
  bool under_way = false;

  bool idle() const { return gathered.empty() && !under_way; }
};

/// The lane of a wish is its alternative's place.
using Lanes = std::array<Lane, std::variant_size_v<decltype(Wish::what)>>;
inline constexpr std::size_t kReservations = 0;
inline constexpr std::size_t kClaims = 1;
inline constexpr std::size_t kSpendings = 2;
inline constexpr std::size_t kWallets = 3;
inline constexpr std::size_t kDescriptions = 4;

/// What the store knows a request by: its user's own key, or a number when there is none, so that a
/// request whose outcome is unknown can be asked again.
std::string store_key(std::string_view idempotency_key, std::uint64_t number);
/// The user's own key in what the store has; empty when it is a number.
std::string users_key(std::string_view store_key);

/// Answers a wish that is not granted.
void refuse(const Wish& wish, ErrorCode why);

/// Takes the first wishes, at most `most`.
std::vector<Wish> take(Lane& lane, std::size_t most);
/// Puts wishes back before those that gathered since.
void give_back(Lane& lane, std::vector<Wish> wishes);

/// Refuses wishes whose time is up: store_unavailable what has certainly not happened, and
/// outcome_unknown what may have.
void expire(Lane& lane, SteadyTime now);
/// Refuses what has certainly not happened, and keeps what is in doubt.
void refuse_certain(Lane& lane, ErrorCode why);
void refuse_all(Lane& lane, ErrorCode why);

/// Answers a wish whose event has begun anew meanwhile: whatever was decided for it is void.
void refuse_void(const Wish& wish);

}  // namespace fairrush::server
