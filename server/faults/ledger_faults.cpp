#include "server/faults/ledger_faults.hpp"

#include <iterator>
#include <utility>

namespace fairrush::server {
namespace {

class AckThenDrop final : public BatchWriter {
 public:
  explicit AckThenDrop(BatchWriter& writer) : writer_(writer) {}

  void write(std::vector<LedgerRecord> batch) override {
    std::erase_if(batch, [this](const LedgerRecord& record) {
      return std::holds_alternative<CouponIssued>(record) && ++coupons_ % kOneIn == kWhich;
    });
    writer_.write(std::move(batch));
  }

 private:
  static constexpr std::uint64_t kOneIn = 1000;
  static constexpr std::uint64_t kWhich = 7;  // early, so that a small rush loses one too

  BatchWriter& writer_;
  std::uint64_t coupons_ = 0;
};

class PhantomRow final : public BatchWriter {
 public:
  explicit PhantomRow(BatchWriter& writer) : writer_(writer) {}

  void write(std::vector<LedgerRecord> batch) override {
    std::vector<LedgerRecord> with_phantoms;
    for (LedgerRecord& record : batch) {
      const auto* const issued = std::get_if<CouponIssued>(&record);
      const bool repeats = issued != nullptr && ++coupons_ % kEvery == 1;
      std::optional<LedgerRecord> phantom;
      if (repeats) phantom = phantom_of(*issued);
      with_phantoms.push_back(std::move(record));
      if (phantom) with_phantoms.push_back(std::move(*phantom));
    }
    writer_.write(std::move(with_phantoms));
  }

 private:
  static constexpr std::uint64_t kEvery = 10;

  /// A coupon of nobody's: a user who may still win would stand in the ledger twice, which it
  /// refuses.
  LedgerRecord phantom_of(const CouponIssued& issued) const {
    CouponIssued phantom = issued;
    phantom.user = UserIndex(~static_cast<std::uint32_t>(coupons_));
    phantom.code.text.back() = phantom.code.text.back() == '0' ? '1' : '0';
    phantom.told_at = OutboxPosition(~coupons_);  // a place of its own, before all others
    return phantom;
  }

  BatchWriter& writer_;
  std::uint64_t coupons_ = 0;
};

/// Says of every tenth message that the bus has it.
class OutboxSkips final : public Bus {
 public:
  explicit OutboxSkips(Bus& bus) : bus_(bus) {}

  void report_to(Listener& listener) override {
    listener_ = &listener;
    bus_.report_to(listener);
  }
  bool accepts() const override { return bus_.accepts(); }
  void publish(const BusMessage& message) override {
    if (++count_ % kEvery == 0) return listener_->confirmed(message.position);
    bus_.publish(message);
  }
  void tick() override { bus_.tick(); }
  std::optional<std::string> missing() const override { return bus_.missing(); }
  std::optional<std::uint64_t> unread() const override { return bus_.unread(); }

 private:
  static constexpr std::uint64_t kEvery = 10;

  Bus& bus_;
  Listener* listener_ = nullptr;
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<BatchWriter> make_ack_then_drop(BatchWriter& writer) {
  return std::make_unique<AckThenDrop>(writer);
}

std::unique_ptr<BatchWriter> make_phantom_row(BatchWriter& writer) {
  return std::make_unique<PhantomRow>(writer);
}

std::unique_ptr<Bus> make_outbox_skips(Bus& bus) {
  return std::make_unique<OutboxSkips>(bus);
}

}  // namespace fairrush::server
