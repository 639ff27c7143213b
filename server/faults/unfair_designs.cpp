// Designs that give the right number of coupons to the wrong users, or none at all.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "server/designs/by_chance/sealed_draw.hpp"
#include "server/designs/chance.hpp"
#include "server/faults/faulty_designs.hpp"

namespace fairrush::server {
namespace {

/// What these designs share: the quota, and wins by ticket.
class Unfair : public Design {
 public:
  explicit Unfair(const EventSpec& spec) : rule_(spec.quota) {}

  void granted(const Holder& holder) override { roster_ = holder.ticket.value(); }
  bool recall(TicketNumber, CouponSerial) override { return false; }
  std::uint32_t quota() const override { return std::min(rule_.coupons(roster_), roster_); }
  std::uint32_t remaining() const override { return quota() - won_; }
  ErrorCode loss() const override { return ErrorCode::not_drawn; }

 protected:
  Decision answer(TicketNumber ticket, bool wins) {
    if (!wins) return {.kind = Decision::Kind::lost};
    ++won_;
    return {.kind = Decision::Kind::won, .serial = ticket.value()};
  }
  std::uint32_t roster() const { return roster_; }
  std::uint32_t won() const { return won_; }

 private:
  QuotaRule rule_;
  std::uint32_t roster_ = 0;
  std::uint32_t won_ = 0;
};

/// The right rate, and yet anybody who counts claims knows who wins.
class EveryFifthWins final : public Unfair {
 public:
  using Unfair::Unfair;

  Decision decide(TicketNumber ticket, Duration) override {
    if (won() == quota()) return answer(ticket, false);
    return answer(ticket, ++claims_ % (roster() / quota()) == 0);
  }

 private:
  std::uint32_t claims_ = 0;
};

/// A draw over the roster by whatever chooses the winners; nothing of it is published.
class SecretDraw : public Unfair {
 public:
  using Unfair::Unfair;

  void reservations_closed() override {
    drawn_.assign(roster(), false);
    for (const std::uint32_t ticket : winners()) drawn_.at(ticket - 1) = true;
  }
  Decision decide(TicketNumber ticket, Duration) override {
    return answer(ticket, drawn_.at(ticket.value() - 1));
  }

 protected:
  virtual std::vector<std::uint32_t> winners() const = 0;

  /// The tickets of the `quota()` smallest of so many keys.
  template <class Key>
  std::vector<std::uint32_t> smallest(const std::vector<Key>& keys) const {
    std::vector<std::uint32_t> tickets(keys.size());
    std::iota(tickets.begin(), tickets.end(), 1U);
    const auto by_key = [&keys](std::uint32_t left, std::uint32_t right) {
      return keys[left - 1] < keys[right - 1];
    };
    const auto end = tickets.begin() + static_cast<std::ptrdiff_t>(quota());
    std::ranges::nth_element(tickets, end, by_key);
    tickets.erase(end, tickets.end());
    return tickets;
  }

 private:
  std::vector<bool> drawn_;
};

/// Luck is a property of the user: the same ones win on every day.
class StickyWinners final : public SecretDraw {
 public:
  using SecretDraw::SecretDraw;

  void granted(const Holder& holder) override {
    SecretDraw::granted(holder);
    std::uint64_t luck = holder.user.value() * std::uint64_t{0x9E3779B97F4A7C15};
    luck ^= luck >> 29;
    luck *= 0xBF58476D1CE4E5B9;
    luck_.push_back(luck ^ (luck >> 32));
  }

 private:
  std::vector<std::uint32_t> winners() const override { return smallest(luck_); }

  std::vector<std::uint64_t> luck_;  ///< by ticket − 1
};

/// A weighted draw (Efraimidis and Spirakis 2006): users on fibre weigh 1.2.
class FastCohortFavoured final : public SecretDraw {
 public:
  FastCohortFavoured(const EventSpec& spec, const EventSecrets& secrets)
      : SecretDraw(spec), chance_(secrets.draw, "fast-cohort-favoured") {}

  void granted(const Holder& holder) override {
    SecretDraw::granted(holder);
    const double weight = holder.cohort == "fibre" ? 1.2 : 1.0;
    const double uniform = (chance_.below(kParts, holder.ticket.value()) + 0.5) / kParts;
    keys_.push_back(-std::log(uniform) / weight);
  }

 private:
  static constexpr std::uint32_t kParts = 1U << 31;

  std::vector<std::uint32_t> winners() const override { return smallest(keys_); }

  Chance chance_;
  std::vector<double> keys_;  ///< by ticket − 1
};

/// Fisher–Yates with "random bits % n", of just as many bits as hold n: the remainders that occur
/// twice are drawn twice as often, and they are those of low tickets.
class ModuloBiasedShuffle final : public SecretDraw {
 public:
  ModuloBiasedShuffle(const EventSpec& spec, const EventSecrets& secrets)
      : SecretDraw(spec), chance_(secrets.draw, "modulo-biased-shuffle") {}

 private:
  std::vector<std::uint32_t> winners() const override {
    std::vector<std::uint32_t> tickets(roster());
    std::iota(tickets.begin(), tickets.end(), 1U);
    const std::uint32_t bits = 1U << std::bit_width(roster());
    for (std::uint32_t place = 0; place < quota(); ++place) {
      const std::uint32_t other = place + chance_.below(bits, place) % (roster() - place);
      std::swap(tickets[place], tickets[other]);
    }
    tickets.resize(quota());
    return tickets;
  }

  Chance chance_;
};

/// Publishes commitment, root and secret, and gives the coupons to others than these say.
class DrawIgnoresSeed final : public SealedDraw {
 public:
  DrawIgnoresSeed(const EventSpec& spec, const EventSecrets& secrets)
      : SealedDraw(spec, secrets), chance_(secrets.coupon_key, "draw-ignores-seed") {}

  std::function<DrawOutcome()> draw_job(std::span<const Token> tokens) const override {
    return
        [draw = SealedDraw::draw_job(tokens), chance = chance_] { return forged(draw(), chance); };
  }
  DrawOutcome draw_unpublished() const override {
    return forged(SealedDraw::draw_unpublished(), chance_);
  }

 private:
  static DrawOutcome forged(DrawOutcome outcome, const Chance& chance) {
    outcome.winners.clear();
    for (const std::uint32_t ticket : chance.pick(outcome.roster, outcome.quota)) {
      outcome.winners.emplace_back(ticket);
    }
    return outcome;
  }

  Chance chance_;
};

/// Tosses a coin for every claim instead of every ticket.
class CoinPerClaim final : public Unfair {
 public:
  CoinPerClaim(const EventSpec& spec, const EventSecrets& secrets)
      : Unfair(spec), chance_(secrets.draw, "losers-may-retry") {}

  Decision decide(TicketNumber ticket, Duration) override {
    return answer(ticket, won() < quota() && chance_.below(roster(), ++claims_) < quota());
  }

 private:
  Chance chance_;
  std::uint64_t claims_ = 0;
};

/// A gate that is never opened.
class Always403 final : public Unfair {
 public:
  using Unfair::Unfair;

  Decision decide(TicketNumber, Duration) override { return {.kind = Decision::Kind::refused}; }
};

}  // namespace

std::unique_ptr<Design> make_draw_ignores_seed(const EventSpec& spec, const EventSecrets& secrets) {
  return std::make_unique<DrawIgnoresSeed>(spec, secrets);
}

std::unique_ptr<Design> make_every_fifth_wins(const EventSpec& spec, const EventSecrets&) {
  return std::make_unique<EveryFifthWins>(spec);
}

std::unique_ptr<Design> make_sticky_winners(const EventSpec& spec, const EventSecrets&) {
  return std::make_unique<StickyWinners>(spec);
}

std::unique_ptr<Design> make_fast_cohort_favoured(const EventSpec& spec,
                                                  const EventSecrets& secrets) {
  return std::make_unique<FastCohortFavoured>(spec, secrets);
}

std::unique_ptr<Design> make_modulo_biased_shuffle(const EventSpec& spec,
                                                   const EventSecrets& secrets) {
  return std::make_unique<ModuloBiasedShuffle>(spec, secrets);
}

std::unique_ptr<Design> make_coin_per_claim(const EventSpec& spec, const EventSecrets& secrets) {
  return std::make_unique<CoinPerClaim>(spec, secrets);
}

std::unique_ptr<Design> make_always_403(const EventSpec& spec, const EventSecrets&) {
  return std::make_unique<Always403>(spec);
}

}  // namespace fairrush::server
