// Coupons that are counted wrongly: off-by-one, code-counter-wraps, and the stock of the races.
#include "server/designs/first_come/ticket_list.hpp"
#include "server/faults/faulty_designs.hpp"
#include "server/faults/naive_list.hpp"

namespace fairrush::server {
namespace {

/// Pops while it has not popped more than was minted: one time too often.
class OffByOneList final : public Design {
 public:
  explicit OffByOneList(const EventSpec& spec) : rule_(spec.quota), minted_(rule_.coupons(0)) {}

  void granted(const Holder& holder) override { minted_ = rule_.coupons(holder.ticket.value()); }
  Decision decide(TicketNumber, Duration) override {
    if (popped_ > minted_) return {.kind = Decision::Kind::lost};
    return {.kind = Decision::Kind::won, .serial = ++popped_};
  }
  bool recall(TicketNumber, CouponSerial) override { return false; }
  std::uint32_t quota() const override { return minted_; }
  std::uint32_t remaining() const override { return popped_ < minted_ ? minted_ - popped_ : 0; }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 private:
  QuotaRule rule_;
  std::uint32_t minted_;
  std::uint32_t popped_ = 0;
};

/// Numbers coupons by a counter that is too small, so that the thirty-third is the first again.
class WrappingCodes final : public Design {
 public:
  WrappingCodes(const EventSpec& spec, const EventSecrets& secrets) : list_(spec, secrets) {}

  void granted(const Holder& holder) override { list_.granted(holder); }
  Decision decide(TicketNumber ticket, Duration since_open) override {
    Decision decision = list_.decide(ticket, since_open);
    if (decision.serial > kCounterMax) decision.serial = (decision.serial - 1) % kCounterMax + 1;
    return decision;
  }
  bool recall(TicketNumber, CouponSerial) override { return false; }
  std::uint32_t quota() const override { return list_.quota(); }
  std::uint32_t remaining() const override { return list_.remaining(); }
  ErrorCode loss() const override { return list_.loss(); }

 private:
  static constexpr CouponSerial kCounterMax = 32;  // small enough to wrap in the smallest rush

  TicketList list_;
};

}  // namespace

void NaiveList::granted(const Holder& holder) {
  quota_ = rule_.coupons(holder.ticket.value());
  stock_ = quota_;
}

Decision NaiveList::decide(TicketNumber, Duration) {
  if (stock_ <= 0) return {.kind = Decision::Kind::lost};
  take();
  return {.kind = Decision::Kind::won, .serial = next_serial()};
}

std::unique_ptr<Design> make_off_by_one(const EventSpec& spec, const EventSecrets&) {
  return std::make_unique<OffByOneList>(spec);
}

std::unique_ptr<Design> make_code_counter_wraps(const EventSpec& spec,
                                                const EventSecrets& secrets) {
  return std::make_unique<WrappingCodes>(spec, secrets);
}

std::unique_ptr<Design> make_naive_list(const EventSpec& spec, const EventSecrets&) {
  return std::make_unique<NaiveList>(spec);
}

}  // namespace fairrush::server
