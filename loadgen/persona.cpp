#include "loadgen/persona.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::uint8_t kRepeatsMax = 2;
constexpr Duration kRepeatDelay = std::chrono::milliseconds(150);
constexpr Duration kLookDelay = std::chrono::milliseconds(20);
constexpr Duration kShoppingTime = std::chrono::milliseconds(200);
constexpr Duration kSecondOrderDelay = std::chrono::milliseconds(1);

}  // namespace

std::string_view name_of(Persona persona) {
  switch (persona) {
    case Persona::honest:
      return "honest";
    case Persona::double_clicker:
      return "double_clicker";
    case Persona::retrier:
      return "retrier";
    case Persona::intruder:
      return "intruder";
    case Persona::early_bird:
      return "early_bird";
    case Persona::latecomer:
      return "latecomer";
    case Persona::replayer:
      return "replayer";
    case Persona::bot:
      return "bot";
  }
  return "unknown";
}

std::optional<FollowUp> follow_up(Persona persona, const PlannedAttempt& done) {
  if (persona != Persona::retrier || done.op != analysis::Op::claim) return std::nullopt;
  if (done.try_number >= kRepeatsMax) return std::nullopt;
  return FollowUp{.delay = kRepeatDelay, .same_idempotency_key = true};
}

WinnerClicks winner_clicks(const Population& population, UserIndex user) {
  using analysis::Op;
  WinnerClicks clicks;
  if (population.reads_status(user)) {
    clicks.push_back({.op = Op::status, .try_number = 0, .delay = kLookDelay});
  }
  if (!population.redeems(user)) return clicks;
  clicks.push_back({.op = Op::redeem, .try_number = 0, .delay = kShoppingTime});
  if (population.redeems_twice(user)) {
    clicks.push_back(
        {.op = Op::redeem, .try_number = 1, .delay = kShoppingTime + kSecondOrderDelay});
  }
  return clicks;
}

}  // namespace fairrush::loadgen
