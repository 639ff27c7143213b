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

}  // namespace

std::unique_ptr<BatchWriter> make_ack_then_drop(BatchWriter& writer) {
  return std::make_unique<AckThenDrop>(writer);
}

std::unique_ptr<BatchWriter> make_phantom_row(BatchWriter& writer) {
  return std::make_unique<PhantomRow>(writer);
}

BusConsumer make_outbox_skips(BusConsumer publish) {
  static constexpr std::uint64_t kEvery = 10;
  return
      [publish = std::move(publish), count = std::uint64_t{0}](const BusMessage& message) mutable {
        if (++count % kEvery != 0) publish(message);
      };
}

}  // namespace fairrush::server
