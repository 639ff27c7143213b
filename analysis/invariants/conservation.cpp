#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// One (user, coupon) of the ledger or the bus.
struct Event {
  Slot slot;
  CouponId coupon;

  auto operator<=>(const Event&) const = default;
};

/// The events of a bus after its repeated deliveries were taken out.
struct Heard {
  std::vector<Event> events;        ///< ascending; those the ledger cannot know have no coupon
  std::uint64_t contradictory = 0;  ///< deliveries whose id had told something else
  std::vector<Slot> contradictory_users;
  std::uint64_t strangers = 0;  ///< events of users whom neither history nor ledger knows
};

/// Holds what the target's parts say of themselves against each other.
class Conservation {
 public:
  explicit Conservation(const RunIndex& index) : index_(index) {}

  Finding run() {
    compare_stock();
    compare_outbox();
    compare_bus();
    finding_.text = fmt::format("{}", fmt::join(told_, "; "));
    if (told_.empty()) {
      finding_.verdict = CheckVerdict::not_applicable;
      finding_.text = "the target says nothing of its stock, its outbox or its bus";
    } else if (failed_) {
      finding_.verdict = CheckVerdict::fail;
    } else if (open_) {
      finding_.verdict = CheckVerdict::unknown;
    }
    return std::move(finding_);
  }

 private:
  void compare_stock() {
    const StockFacts& stock = index_.round().stock;
    std::optional<std::uint64_t> issued = stock.issued;
    if (index_.has_ledger()) {
      const std::uint64_t rows = index_.issued().pairs();
      if (issued && *issued != rows) {
        fail(distance(*issued, rows),
             fmt::format("the store gave out {} coupons, the ledger holds {}",
                         format_count(*issued), format_count(rows)));
      }
      issued = issued.value_or(rows);
    }
    if (!stock.remaining) {
      if (stock.issued) leave_open("the store does not say how many units are left");
      return;
    }
    if (!issued) return leave_open("nobody says how many coupons were issued");
    compare_sum(*issued, *stock.remaining, stock.released.value_or(0));
  }

  /// As many as the rule gives, or as the target announced where it cuts them to its roster.
  CountRange units() const {
    const CountRange quota = index_.quota();
    const std::optional<std::uint64_t> announced = index_.round().announced_coupons;
    const bool cut = announced && *announced < quota.low && *announced == index_.roster().low;
    return cut ? CountRange{*announced, *announced} : quota;
  }

  void compare_sum(std::uint64_t issued, std::uint64_t remaining, std::uint64_t released) {
    const std::string sum = fmt::format("{} issued + {} left + {} given up", format_count(issued),
                                        format_count(remaining), format_count(released));
    std::uint64_t all = 0;
    const bool overflows = __builtin_add_overflow(issued, remaining, &all) ||
                           __builtin_add_overflow(all, released, &all);
    const CountRange quota = units();
    if (overflows || all < quota.low || all > quota.high) {
      fail(overflows         ? 1
           : all < quota.low ? quota.low - all
                             : all - quota.high,
           fmt::format("{} are not the {} there were", sum, format_count(quota.high)));
    } else if (quota.low != quota.high) {
      finding_.open_attempts += index_.totals().open_reservation_users;
      leave_open(
          fmt::format("{}, of {} to {}", sum, format_count(quota.low), format_count(quota.high)));
    } else {
      told_.push_back(fmt::format("{} are the {} there were", sum, format_count(quota.high)));
    }
  }

  void compare_outbox() {
    const std::optional<std::uint64_t> pending = index_.round().stock.outbox_pending;
    if (!pending) return;
    if (*pending > 0) {
      fail(*pending, fmt::format("{} events never left the outbox", format_count(*pending)));
    } else {
      told_.emplace_back("the outbox is empty");
    }
    if (index_.bus() == nullptr) leave_open(not_heard());
  }

  std::string not_heard() const {
    const std::optional<std::string>& why = index_.round().bus_missing;
    return "what the bus delivered was not read" + (why ? ": " + *why : "");
  }

  void compare_bus() {
    if (index_.bus() == nullptr) return;
    if (!index_.has_ledger()) return leave_open("without a ledger the bus cannot be judged");
    const Heard heard = listen();
    for (Slot slot : heard.contradictory_users) finding_.show({slot});
    std::vector<Event> rows;
    rows.reserve(index_.issued().pairs());
    index_.issued().for_each([&](Slot slot, CouponId coupon) { rows.push_back({slot, coupon}); });
    std::ranges::sort(rows);
    const std::uint64_t missing = count_unmatched(rows, heard.events);
    const std::uint64_t invented = heard.strangers + count_unmatched(heard.events, rows);
    count(heard.contradictory, "deliveries contradict an earlier one of the same id");
    count(missing, "coupons of the ledger never came over the bus");
    count(invented, "events of the bus are not in the ledger, or there once only");
    if (missing + invented + heard.contradictory == 0) {
      told_.push_back(fmt::format("each of {} coupons came over the bus once, in {} deliveries",
                                  format_count(rows.size()), format_count(index_.bus()->size())));
    }
  }

  Heard listen() const {
    Heard heard;
    std::unordered_map<std::string_view, const BusDelivery*> by_id;
    by_id.reserve(index_.bus()->size());
    for (const BusDelivery& delivery : *index_.bus()) {
      const auto [known, first] = by_id.try_emplace(delivery.id, &delivery);
      const Slot slot = index_.slot_of(delivery.user);
      if (!first) {
        const BusDelivery& earlier = *known->second;
        if (earlier.user == delivery.user && earlier.coupon == delivery.coupon) continue;
        ++heard.contradictory;
        if (slot != kNone && heard.contradictory_users.size() < kExamplesMax) {
          heard.contradictory_users.push_back(slot);
        }
        continue;
      }
      const std::string_view text = delivery.coupon;
      const CouponId coupon =
          index_.coupons().find({receipt_hash(text), text.substr(0, kReceiptBytesMax)});
      if (slot == kNone) {
        ++heard.strangers;
      } else {
        heard.events.push_back({slot, coupon});
      }
    }
    std::ranges::sort(heard.events);
    return heard;
  }

  /// Events of `these` beyond those of `those`; both ascending. Shows their users.
  std::uint64_t count_unmatched(const std::vector<Event>& these, const std::vector<Event>& those) {
    std::uint64_t unmatched = 0;
    auto other = those.begin();
    for (const Event& event : these) {
      while (other != those.end() && *other < event) ++other;
      if (other != those.end() && *other == event) {
        ++other;
        continue;
      }
      ++unmatched;
      finding_.show({event.slot});
    }
    return unmatched;
  }

  void count(std::uint64_t violations, std::string_view what) {
    if (violations > 0) fail(violations, fmt::format("{} {}", format_count(violations), what));
  }

  void fail(std::uint64_t violations, std::string text) {
    failed_ = true;
    finding_.violations += violations;
    told_.push_back(std::move(text));
  }

  void leave_open(std::string text) {
    open_ = true;
    told_.push_back(std::move(text));
  }

  static std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a < b ? b - a : a - b; }

  const RunIndex& index_;
  Finding finding_;
  std::vector<std::string> told_;
  bool failed_ = false;
  bool open_ = false;
};

}  // namespace

Finding find_leaks(const RunIndex& index) {
  return Conservation(index).run();
}

}  // namespace fairrush::analysis
