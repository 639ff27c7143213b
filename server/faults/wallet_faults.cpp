// What goes wrong behind a win: status-stuck and double-redeem.
#include <utility>

#include "server/faults/faulty_services.hpp"

namespace fairrush::server {
namespace {

/// The reader of one of three queues hangs: its users' wallets stay empty, and the claims of theirs
/// that are told their outcome later are never told it.
class StatusStuck final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  std::vector<WalletEntry> wallet_of(UserIndex user, const LiveEvent* only) const override {
    if (user.value() % 3 == 0) return {};
    return FaultyService::wallet_of(user, only);
  }

  void status(const StatusQuestion& question, StatusDone done) override {
    if (question.user.value() % 3 != 0) return FaultyService::status(question, std::move(done));
    if (question.seen) return;  // nothing ever changes
    FaultyService::status(question, [done = std::move(done)](const auto& status) {
      done(status && status->is_final() ? std::expected<ClaimStatus, ErrorCode>(
                                              ClaimStatus{.kind = ClaimStatus::Kind::processing})
                                        : status);
    });
  }
};

/// Looks whether a coupon is spent, and notes a round trip later that it is.
class DoubleRedeem final : public FaultyService {
 public:
  using FaultyService::FaultyService;

  void redeem_recorded(const RedemptionRequest& request, RedemptionDone done) override {
    const auto judged = judge(request);
    if (const auto* answer = std::get_if<RedemptionAnswer>(&judged)) return done(*answer);
    const Spending spending = std::get<Spending>(judged);
    const Life life = life_of(*spending.event);
    after(kRoundTrip, [this, request, spending, life, done = std::move(done)] {
      if (alive(life) == nullptr || !accepts()) {
        const ErrorCode why = accepts() ? ErrorCode::unknown_coupon : ErrorCode::ledger_unavailable;
        return done({.refusal = why, .amounts = {}, .durable = {}});
      }
      done(spend(spending, request));
    });
  }
};

}  // namespace

std::unique_ptr<RushService> make_status_stuck(ServiceParts parts, Delay delay) {
  return std::make_unique<StatusStuck>(std::move(parts), std::move(delay));
}

std::unique_ptr<RushService> make_double_redeem(ServiceParts parts, Delay delay) {
  return std::make_unique<DoubleRedeem>(std::move(parts), std::move(delay));
}

}  // namespace fairrush::server
