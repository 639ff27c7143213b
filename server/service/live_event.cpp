#include "server/service/live_event.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

/// FNV-1a; 0 is kept for "no key".
std::uint64_t key_hash(std::string_view key) {
  if (key.empty()) return 0;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : key) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

std::unexpected<std::string> contradiction(const EventSpec& spec, std::string_view what) {
  return std::unexpected(fmt::format("event '{}': {}", spec.name, what));
}

}  // namespace

LiveEvent::LiveEvent(const EventCreated& created, std::unique_ptr<Design> design)
    : id_(created.event),
      spec_(created.spec),
      secrets_(created.secrets),
      begun_under_(created.begun_under),
      mint_(created.secrets.coupon_key),
      request_mint_(created.secrets.coupon_key),
      rush_(created.secrets.salt, std::move(design)) {}

const Issue& LiveEvent::issue_of(TicketNumber ticket) const {
  return issues_.at(issue_by_ticket_.at(ticket.value() - 1) - 1);
}

bool LiveEvent::close_reservations() {
  rush_.close_reservations();
  return !std::exchange(reservations_closed_, true);
}

const Issue* LiveEvent::issue_to(UserIndex user) const {
  const auto ticket = rush_.roster().ticket_of(user);
  const bool issued = ticket && issue_by_ticket_.at(ticket->value() - 1) != 0;
  return issued ? &issue_of(*ticket) : nullptr;
}

void LiveEvent::remember_reservation(TicketNumber ticket, std::string_view key) {
  FAIRRUSH_ASSERT(reservation_keys_.size() == ticket.value() - 1);
  reservation_keys_.push_back(key_hash(key));
  verdict_keys_.push_back(0);
  issue_by_ticket_.push_back(0);
  accepted_.push_back(false);
}

void LiveEvent::remember_verdict(TicketNumber ticket, std::string_view key) {
  verdict_keys_.at(ticket.value() - 1) = key_hash(key);
}

bool LiveEvent::reserved_under(TicketNumber ticket, std::string_view key) const {
  return !key.empty() && reservation_keys_.at(ticket.value() - 1) == key_hash(key);
}

bool LiveEvent::judged_under(TicketNumber ticket, std::string_view key) const {
  return !key.empty() && verdict_keys_.at(ticket.value() - 1) == key_hash(key);
}

CouponIssued LiveEvent::issue(const ClaimVerdict& win, WallTime at, std::string_view key,
                              OutboxPosition told_at) {
  FAIRRUSH_ASSERT(win.kind == ClaimVerdict::Kind::won);
  const UserIndex user = rush_.roster().user_of(win.ticket);
  keep({.user = user,
        .ticket = win.ticket,
        .code = mint_.code(win.serial),
        .at = at,
        .discount = discount_of(win.serial)});
  remember_verdict(win.ticket, key);
  return {.event = id_,
          .issue = static_cast<std::uint32_t>(issues_.size()),
          .ticket = win.ticket,
          .user = user,
          .serial = win.serial,
          .code = issues_.back().code,
          .at = at,
          .idempotency_key = std::string(key),
          .discount = issues_.back().discount,
          .told_at = told_at};
}

Discount LiveEvent::discount_of(CouponSerial serial) const {
  return rush_.design().discount(serial).value_or(spec_.terms.discount);
}

bool LiveEvent::preload(const CouponGroups& groups) {
  FAIRRUSH_ASSERT(!reservations_closed_);
  if (!rush_.design().preload(groups)) return false;
  spec_.groups = groups;
  return true;
}

void LiveEvent::keep(Issue issue) {
  const std::uint32_t index = issue.ticket.value() - 1;
  issues_.push_back(issue);
  issue_by_ticket_.at(index) = static_cast<std::uint32_t>(issues_.size());
}

ClaimAccepted LiveEvent::accept(TicketNumber ticket, const UserRequest& request) {
  keep(AcceptedClaim{ticket, request.at, std::string(request.idempotency_key)});
  return {.event = id_,
          .place = accepted_count_,
          .ticket = ticket,
          .at = request.at,
          .idempotency_key = std::string(request.idempotency_key)};
}

void LiveEvent::keep(AcceptedClaim claim) {
  accepted_.at(claim.ticket.value() - 1) = true;
  remember_verdict(claim.ticket, claim.key);
  ++accepted_count_;
  without_coupon_.push_back(std::move(claim));
}

AcceptedClaim LiveEvent::take_accepted() {
  AcceptedClaim oldest = std::move(without_coupon_.front());
  without_coupon_.pop_front();
  return oldest;
}

RequestId LiveEvent::request_of(TicketNumber ticket) const {
  return request_mint_.id(request_place(ticket));
}

std::optional<TicketNumber> LiveEvent::accepted_under(const RequestId& request) const {
  const auto place = place_of(request);
  if (!place || place->number == 0 || place->number > accepted_.size()) return std::nullopt;
  const TicketNumber ticket(place->number);
  // The checksum first: it takes the same time whether the ticket's claim was accepted or not.
  const bool ours = request_mint_.is_of(request, request_place(ticket));
  return ours && has_accepted(ticket) ? std::optional(ticket) : std::nullopt;
}

CouponStanding LiveEvent::standing_of(std::uint32_t issue) const {
  const Issue& coupon = issues_.at(issue - 1);
  return {.owner = coupon.user,
          .issued = coupon.at,
          .discount = coupon.discount,
          .redeemed = coupon.redemption != 0};
}

CouponRedeemed LiveEvent::redeem(std::uint32_t issue, const OrderAmounts& amounts,
                                 const RedemptionRequest& request, OutboxPosition told_at) {
  const Issue& coupon = issues_.at(issue - 1);
  CouponRedeemed record{.event = id_,
                        .issue = issue,
                        .user = coupon.user,
                        .code = coupon.code,
                        .order = std::string(request.order),
                        .amounts = amounts,
                        .at = request.by.at,
                        .idempotency_key = std::string(request.by.idempotency_key),
                        .told_at = told_at};
  keep(record);
  return record;
}

const OrderAmounts* LiveEvent::redeemed_under(std::uint32_t issue,
                                              const RedemptionRequest& request) const {
  const Issue& coupon = issues_.at(issue - 1);
  if (coupon.redemption == 0 || coupon.user != request.by.user) return nullptr;
  const Redemption& known = redemptions_.at(coupon.redemption - 1);
  const std::uint64_t key = key_hash(request.by.idempotency_key);
  const bool same = key != 0 && key == known.key && known.order == request.order &&
                    known.amounts.original == request.amount;
  return same ? &known.amounts : nullptr;
}

void LiveEvent::keep(const CouponRedeemed& record) {
  Issue& coupon = issues_.at(record.issue - 1);
  redemptions_.push_back({record.order, record.amounts, key_hash(record.idempotency_key)});
  coupon.redemption = static_cast<std::uint32_t>(redemptions_.size());
}

std::expected<void, std::string> LiveEvent::restore(const CouponsPreloaded& record) {
  const auto sound = check_groups(record.groups);
  if (!sound) return contradiction(spec_, sound.error());
  if (!preload(record.groups)) return contradiction(spec_, "has groups, but its design has none");
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const ReservationGranted& record) {
  const ReservationGrant grant = rush_.reserve(record.user);
  if (grant.kind != ReservationGrant::Kind::granted || grant.ticket != record.ticket) {
    return contradiction(spec_, fmt::format("ticket {} is out of order", record.ticket.value()));
  }
  remember_reservation(record.ticket, record.idempotency_key);
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const DrawFixed& record) {
  DrawingDesign* const drawing = rush_.design().drawing();
  if (drawing == nullptr) return contradiction(spec_, "has a draw, but its design has none");
  close_reservations();
  DrawOutcome outcome = drawing->draw_job(rush_.roster().tokens())();
  if (outcome.root != record.root || outcome.roster != record.roster ||
      outcome.quota != record.quota) {
    return contradiction(spec_, "the recorded draw does not follow from the recorded roster");
  }
  drawing->adopt(std::move(outcome));
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const CouponIssued& record) {
  if (record.ticket.value() == 0 || record.ticket.value() > rush_.roster().size() ||
      rush_.roster().user_of(record.ticket) != record.user) {
    return contradiction(spec_, fmt::format("coupon {} is not its ticket's user's", record.issue));
  }
  if (mint_.code(record.serial) != record.code || record.issue != issues_.size() + 1) {
    return contradiction(spec_, fmt::format("coupon {} is not one of ours", record.issue));
  }
  close_reservations();  // they were, or there would be no coupon
  if (!rush_.recall(record.ticket, record.serial)) {
    return contradiction(spec_, fmt::format("coupon {} was not won", record.issue));
  }
  if (rush_.design().accepts_claims()) without_coupon_.pop_front();
  keep({.user = record.user,
        .ticket = record.ticket,
        .code = record.code,
        .at = record.at,
        .discount = record.discount.value_or(discount_of(record.serial))});
  remember_verdict(record.ticket, record.idempotency_key);
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const ClaimAccepted& record) {
  const bool reserved = record.ticket.value() > 0 && record.ticket.value() <= rush_.roster().size();
  close_reservations();
  if (!reserved || record.place != accepted_count_ + 1 || !rush_.recall_accepted(record.ticket)) {
    return contradiction(spec_,
                         fmt::format("ticket {} cannot have been accepted", record.ticket.value()));
  }
  keep(AcceptedClaim{record.ticket, record.at, record.idempotency_key});
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const ClaimLost& record) {
  const bool reserved = record.ticket.value() > 0 && record.ticket.value() <= rush_.roster().size();
  close_reservations();
  if (!reserved || !rush_.recall_loss(record.ticket)) {
    return contradiction(spec_, fmt::format("ticket {} cannot have lost", record.ticket.value()));
  }
  remember_verdict(record.ticket, record.idempotency_key);
  return {};
}

std::expected<void, std::string> LiveEvent::restore(const CouponRedeemed& record) {
  if (record.issue == 0 || record.issue > issues_.size() ||
      issues_.at(record.issue - 1).redemption != 0) {
    return contradiction(spec_, fmt::format("coupon {} cannot have been spent", record.issue));
  }
  keep(record);
  return {};
}

}  // namespace fairrush::server
