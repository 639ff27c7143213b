#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/run/facts.hpp"
#include "base/ids.hpp"
#include "base/random/permutation.hpp"
#include "loadgen/click_stream.hpp"
#include "loadgen/population.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// One click that is fixed before the run starts.
struct PlannedAttempt {
  std::int64_t intended_ns = 0;  ///< since the run's epoch
  UserIndex user;
  analysis::Op op = analysis::Op::reserve;
  std::uint8_t try_number = 0;
  std::uint64_t idempotency = 0;  ///< key of the request; the same for a repeated request

  auto operator<=>(const PlannedAttempt&) const = default;
};

/// What the user's network makes of an attempt.
enum class Fate : std::uint8_t { arrives, request_lost, answer_lost };

/// Part `index` of `count` of the one global plan: it plays the users with user mod count == index.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  /// One of the `parts` that the users of this shard are dealt to in turn.
  Shard part(std::uint32_t place, std::uint32_t parts) const {
    return {.index = index + place * count, .count = count * parts};
  }
};

/// Who clicks when in one round: a function of the scenario and the round's number alone, the same
/// whatever the number of threads or machines. The population is that of every round; who comes and
/// in which order is drawn anew. Immutable; any thread.
class Plan {
 public:
  /// `round` is 0-based; `start_ns` is when it begins on the run's clock.
  explicit Plan(const Scenario& scenario, std::uint32_t round = 0, std::int64_t start_ns = 0);

  const Population& population() const { return population_; }
  std::uint32_t round() const { return round_; }
  /// When the round begins, and its windows, on the run's clock; the epoch is the start of the run.
  std::int64_t start_ns() const { return reservation_.open_ns - scenario_.lead.count(); }
  analysis::Window reservation() const { return reservation_; }
  analysis::Window rush() const { return rush_; }
  /// All attempts of all shards. O(users).
  analysis::PlannedAttempts planned() const;

  /// A phase whose clicks wait for answers (docs/decisions/0018).
  struct Loop {
    std::uint32_t users = 0;  ///< at once, in all shards; ≥ 1
    Duration think{};         ///< from an answer to the next user's click
    analysis::Window clicks;  ///< when users may click; a click at its end is too late
  };
  /// Of reservations (reserve) or the rush (claim); unset: the phase is an open loop.
  std::optional<Loop> loop(analysis::Op op) const;

  /// Everybody's click in the reservation window and in the rush, whether they come or not: what
  /// the cursor walks, for those who know the users' traits already. Valid as long as the plan.
  ClickStream reservation_clicks() const;
  ClickStream rush_clicks() const;
  /// The user's claim in the rush's stream has this try number; unset: the persona is not in it.
  static std::optional<std::uint8_t> try_in_stream(Persona persona);
  /// When a persona's first claim is due that is none of the stream's: an early bird's, early at
  /// the target after the user's one-way delay, a latecomer's and a bot's. Unset for all others.
  std::optional<std::int64_t> first_claim_outside_ns(UserIndex user, Persona persona,
                                                     Duration one_way_delay) const;
  /// A claim that follows another of the same user, whatever that one's answer.
  struct Repeat {
    std::int64_t intended_ns = 0;
    std::uint8_t try_number = 0;
    std::uint8_t key_try = 0;  ///< carries the idempotency key of this try
  };
  std::optional<Repeat> repeat_after(UserIndex user, Persona persona, std::uint8_t try_number,
                                     std::int64_t intended_ns) const;

  /// Walks one shard's attempts but those of closed loops by intended time, those of one instant in
  /// the plan's seeded order, generating them on the way: O(1) memory but for the few clicks
  /// outside the stream's order. Valid as long as the plan.
  class Cursor {
   public:
    Cursor(const Plan& plan, Shard shard);
    ~Cursor();
    Cursor(Cursor&&) noexcept;
    Cursor& operator=(Cursor&&) noexcept;

    /// The next attempt without taking it; null when the plan is done.
    const PlannedAttempt* peek() const;
    void pop();

   private:
    struct State;
    std::unique_ptr<State> state_;
  };
  Cursor cursor(Shard shard) const { return Cursor(*this, shard); }

  /// Whether request and answer come through; tries are lost independently of each other.
  Fate fate_of(UserIndex user, analysis::Op op, std::uint8_t try_number) const;

  /// The key of a claim's attempt number `try_number`; reservations use try 0 of their own stream.
  std::uint64_t idempotency_key(UserIndex user, analysis::Op op, std::uint8_t try_number) const;

  /// Clicks of the rush start this long after the opening, so that a clock error between instrument
  /// and target does not turn a punctual user into an early one.
  static constexpr Duration kClockGuard = std::chrono::milliseconds(2);
  /// The time over which the clicks of a rush spread.
  static Duration rush_span(const Scenario& scenario) { return scenario.rush - kClockGuard; }

 private:
  /// A number of this user's own persona, 0 … 1.
  double whim(UserIndex user) const { return whims_.uniform(user.value()); }
  std::int64_t after_close_ns(UserIndex user) const;

  Scenario scenario_;
  std::uint32_t round_;
  std::uint64_t seed_;  ///< of the round
  Population population_;
  analysis::Window reservation_;
  analysis::Window rush_;
  Permutation reservation_order_;
  Permutation claim_order_;
  CounterRandom whims_;
  CounterRandom losses_;
  bool loses_any_;
};

}  // namespace fairrush::loadgen
