#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "loadgen/simulation/virtual_target.hpp"
// The one place where the command meets server code: the server's pure rules of a rush, without its
// HTTP, stores and threads.
#include "server/designs/rush.hpp"

namespace fairrush::cli {

/// What becomes of coupons that were drawn for users who do not claim (docs/simulation.md).
enum class NoShow : std::uint8_t {
  hold,         ///< they are left over
  second_draw,  ///< at the close they are drawn again, among the claimants who had lost
  release,      ///< from a moment on they are given to whoever claims
};

/// A simulated service as a command line describes it.
struct SimulatedService {
  std::string design;
  std::optional<std::string> fault = {};       ///< one of fault_names(), switched on on purpose
  NoShow no_show = NoShow::hold;               ///< anything else only with sealed-draw
  std::optional<Duration> release_after = {};  ///< of `release`, from the opening; set for it
  std::optional<Duration> batch = {};  ///< window of batch-draw, instead of the server's default
  std::optional<Duration> waiting_room = {};  ///< first stretch of waiting-room, likewise
};

/// Every design there is, the server's default first.
std::vector<std::string> design_names();
/// Every fault of the server's that makes winning unfair, rather than its bookkeeping wrong.
std::vector<std::string> fault_names();
/// Whether a fault makes sense under a design.
bool fault_fits(const std::string& fault, const std::string& design);

/// The server's rules of a simulated service, but for the windows, with the names by which users'
/// devices may be told apart.
struct RushRules {
  server::EventSpec spec;
  std::vector<std::string> cohorts;
  bool publishes_draw = true;  ///< of a design that has one: it tells who wins all by itself
  /// Makes the design where it is not the one of the table; unset: the table's.
  std::function<std::unique_ptr<server::Design>(const server::EventSpec&,
                                                const server::EventSecrets&)>
      make_design = {};
};
RushRules rules_of(const loadgen::Scenario& scenario, const std::string& event,
                   const SimulatedService& service);

/// The reference server's answers in virtual time: its designs decide, and windows, duplicates,
/// intruders and repeated requests are treated as its service treats them. Every answer is as good
/// as durable. One thread.
class RushTarget final : public loadgen::VirtualTarget {
 public:
  explicit RushTarget(RushRules rules) : rules_(std::move(rules)) {}

  void open(const loadgen::VirtualRound& round) override;
  loadgen::VirtualAnswer reserve(const loadgen::VirtualRequest& request) override;
  loadgen::VirtualAnswer claim(const loadgen::VirtualRequest& request) override;
  loadgen::VirtualAnswer status(const loadgen::VirtualRequest& request) override;
  loadgen::VirtualAnswer redeem(const loadgen::VirtualRequest& request,
                                std::uint32_t coupon) override;
  void expect(UserIndex later, UserIndex soon) override {
    rush_->expect(later);
    rush_->expect_soon(soon);
  }
  std::int64_t next_decision_ns() const override;
  std::span<const UserIndex> advance(std::int64_t now_ns) override;
  std::string_view receipt_text(analysis::Op op, std::uint32_t receipt) override;
  loadgen::VirtualClosing close() override;

 private:
  struct Win {
    UserIndex user;
    server::CouponSerial serial = 0;
  };

  void close_reservations();
  void draw_in_full(server::DrawingDesign& drawing);
  loadgen::VirtualAnswer told(const server::ClaimVerdict& verdict,
                              const loadgen::VirtualRequest& request);
  analysis::PublishedDraw published_draw() const;
  Duration since_open(std::int64_t now_ns) const { return Duration(now_ns - round_.rush.open_ns); }

  RushRules rules_;
  loadgen::VirtualRound round_;
  server::EventSecrets secrets_;
  std::optional<server::Rush> rush_;
  std::optional<server::CouponMint> mint_;
  std::optional<Digest> commitment_;
  loadgen::VirtualAnswer loss_;  ///< what this design's losers hear
  bool closed_ = false;
  std::vector<std::uint8_t> reservation_keys_;                    ///< by ticket − 1
  std::vector<std::uint8_t> verdict_keys_;                        ///< likewise
  std::vector<Win> wins_;                                         ///< in the order of issue
  std::unordered_map<server::CouponSerial, std::uint8_t> spent_;  ///< under which key
  std::vector<UserIndex> decided_;
  std::string text_;  ///< of the last receipt asked for
};

}  // namespace fairrush::cli
