#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "analysis/run/bus.hpp"
#include "analysis/run/facts.hpp"
#include "analysis/run/ledger.hpp"
#include "analysis/run/published_draw.hpp"
#include "base/clock.hpp"
#include "loadgen/target/http_call.hpp"

namespace fairrush::loadgen {

/// How the target's wall clock stands to ours.
struct ClockOffset {
  std::chrono::nanoseconds offset{};  ///< target minus ours
  std::chrono::nanoseconds error{};   ///< half the best round trip
};

/// An event to be created; times are Unix milliseconds on the target's clock.
struct EventOrder {
  std::string event;
  bool is_shared = false;             ///< other shards know it by this name, which must be free
  std::optional<std::string> design;  ///< unset: the target's own
  analysis::QuotaRule coupons;
  std::int64_t reserve_open_ms = 0;
  std::int64_t reserve_close_ms = 0;
  std::int64_t claim_open_ms = 0;
  std::int64_t claim_close_ms = 0;
};

/// What an event says about itself.
struct EventDocument {
  std::string event;
  std::string design;
  std::string phase;
  std::optional<std::uint64_t> roster;
  std::optional<std::uint64_t> quota;
  analysis::StockFacts stock;
  std::optional<Digest> commitment;
  std::optional<std::uint64_t> unheard;               ///< coupons that its audit has not heard of
  std::optional<std::uint64_t> bus_unread;            ///< held by its bus; unset: not known
  std::optional<std::string> fault;                   ///< switched on in the target on purpose
  std::optional<std::uint64_t> reserve_open_ms = {};  ///< Unix time on the target's clock
};

/// The status of a failure whose answer was the expected one but for its content.
inline constexpr unsigned kAnswered = 200;

/// Why something asked of the target did not come: one line.
struct TargetFailure {
  std::string message;
  unsigned status = 0;  ///< of an answer that was not the expected one; 0: there was none

  bool was_answered() const { return status != 0; }
};
template <class T>
using FromTarget = std::expected<T, TargetFailure>;

/// The control plane of a coupon service: everything around a rush, none of it in a hurry. Every
/// call blocks for at most `kCallTimeout`, an export for `kExportTimeout`, and as long as `waiting`
/// agrees. One thread.
class TargetClient {
 public:
  TargetClient(TargetAddress address, std::string admin_token, const Clock& clock,
               Waiting waiting = wait_in_silence);

  /// Compares clocks by several round trips of GET /time and keeps the one that took least.
  FromTarget<ClockOffset> compare_clocks();

  const TargetAddress& address() const { return call_.address(); }

  FromTarget<EventDocument> create_event(const EventOrder& order);
  /// Starts the event anew in the order's windows: no reservations, no coupons, a new draw.
  FromTarget<EventDocument> reset_event(const EventOrder& order);
  FromTarget<EventDocument> event(const std::string& event);

  /// What the target says it issued.
  FromTarget<analysis::Ledger> ledger(const std::string& event);

  /// What a consumer of the target's bus heard of issued coupons; nothing when the target has no
  /// such consumer to ask.
  FromTarget<std::optional<analysis::BusLog>> audit(const std::string& event);

  /// The published draw with its roster and up to `kProofsMax` inclusion proofs, spread evenly over
  /// the tickets; nothing when the event has none. `commitment` is the one that was published
  /// before reservations opened: the document's own, read afterwards, proves nothing.
  FromTarget<std::optional<analysis::PublishedDraw>> draw(const std::string& event,
                                                          const Digest& commitment);

  static constexpr std::uint32_t kProofsMax = 32;
  static constexpr Duration kCallTimeout = std::chrono::seconds(5);
  /// Rosters and ledgers may be large.
  static constexpr Duration kExportTimeout = std::chrono::seconds(60);

 private:
  FromTarget<std::string> ask(const HttpCall& call, unsigned expected_status,
                              Duration timeout = kCallTimeout);
  FromTarget<std::vector<std::string>> roster(const std::string& event);
  FromTarget<analysis::PublishedProof> proof(const std::string& event, TicketNumber ticket);

  HttpCaller call_;
  std::string admin_token_;
  const Clock& clock_;
};

}  // namespace fairrush::loadgen
