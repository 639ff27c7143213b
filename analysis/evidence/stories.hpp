#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/evidence/holdings.hpp"
#include "analysis/evidence/radix_sort.hpp"
#include "analysis/evidence/round_attempts.hpp"

namespace fairrush::analysis {

/// One sent attempt of a user's story.
struct StoryStep {
  const AttemptRecord* record;
  std::string_view receipt;
  Position position;

  CouponText coupon() const { return {record->receipt_hash, receipt}; }
};

/// Whether the step is a status read that was answered with the wallet.
bool is_status_read(const StoryStep& step);

/// When the user was first told a coupon by a claim.
std::optional<std::int64_t> acknowledged_ns(std::span<const StoryStep> steps);

/// Claims, status reads and redemptions of the users who have more than one of them, a user's
/// together: what rules about several attempts of one user are asked of. A user with one claim and
/// nothing else, as most are, has no story. Eight bytes an attempt.
class Stories {
 public:
  void add(Slot slot, Position position) {
    entries_.push_back(std::uint64_t{slot} << kSlotShift | position);
  }

  /// Brings each user's attempts together, by position; to be called once, before the rest.
  void arrange() {
    radix_sort(entries_, [](std::uint64_t entry) { return entry >> kSlotShift; });
  }

  /// Calls `visit(slot, place)` for every user with a story; `place` is what `steps` takes.
  template <class Visit>
  void for_each_user(Visit visit) const {
    for (std::size_t place = 0; place < entries_.size(); ++place) {
      const auto slot = static_cast<Slot>(entries_[place] >> kSlotShift);
      if (place > 0 && entries_[place - 1] >> kSlotShift == slot) continue;
      visit(slot, static_cast<std::uint32_t>(place));
    }
  }

  /// Calls `visit(position)` for every attempt of the user whose story begins at `place`, in the
  /// order of the file.
  template <class Visit>
  void for_each_attempt(std::uint32_t place, Visit visit) const {
    const std::uint64_t slot = entries_[place] >> kSlotShift;
    for (std::size_t at = place; at < entries_.size() && entries_[at] >> kSlotShift == slot; ++at) {
      visit(static_cast<Position>(entries_[at]));
    }
  }

  /// The sent attempts of the user whose story begins at `place`, in the order of sending.
  std::vector<StoryStep> steps(const RoundAttempts& attempts, std::uint32_t place) const;

  /// Calls `visit(slot, steps)` for every user with a story, steps as `steps` gives them.
  template <class Visit>
  void for_each(const RoundAttempts& attempts, Visit visit) const {
    std::vector<StoryStep> steps;
    for (std::size_t place = 0; place < entries_.size();) {
      const auto slot = static_cast<Slot>(entries_[place] >> kSlotShift);
      place = gather(attempts, place, steps);
      visit(slot, std::span<const StoryStep>(steps));
    }
  }

  std::size_t bytes() const { return entries_.capacity() * sizeof(std::uint64_t); }

 private:
  static constexpr unsigned kSlotShift = 32;

  /// Where the next story begins.
  std::size_t gather(const RoundAttempts& attempts, std::size_t place,
                     std::vector<StoryStep>& steps) const;

  std::vector<std::uint64_t> entries_;
};

}  // namespace fairrush::analysis
