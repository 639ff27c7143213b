#include "loadgen/execution/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/version.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/scenario/part_address.hpp"
#include "loadgen/scenario/structured_values.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Allocation;
using analysis::Sighting;

/// What a sighting needs by chance, such as a winner who clicks twice; with fewer expected than
/// this a fair run may well see none (e⁻⁷ < 0.1 %).
constexpr double kExpectedMin = 7;

/// Claims meet at the target when several come within the millisecond or so that one takes.
constexpr double kContendedClicksPerSecond = 3000;

std::string target_text(const Scenario& scenario) {
  if (scenario.url) return *scenario.url;
  const BuiltinTarget& builtin = scenario.builtin;
  std::string text = fmt::format("built-in: {}, {}, {}", builtin.design,
                                 without_password(builtin.store), without_password(builtin.ledger));
  if (builtin.bus != BuiltinTarget().bus) text += ", " + without_password(builtin.bus);
  return text;
}

/// Clicks a second when the rush is at its fullest for a part of the users, be it large or small;
/// those of one instant are taken to last a millisecond. Zero for a closed loop: nobody knows.
double clicks_per_second(const Scenario& scenario) {
  constexpr std::size_t kParts = 200;
  constexpr double kInstant_ns = 1e6;
  const auto clicks = make_distribution(scenario.arrivals, Plan::rush_span(scenario));
  if (!clicks) return 0;
  std::array<double, kParts + 1> times_ns{};
  for (std::size_t part = 0; part <= kParts; ++part) {
    times_ns[part] = clicks->quantile(static_cast<double>(part) / kParts);
  }
  double share_per_ns = 0;
  for (std::size_t from = 0; from < kParts; ++from) {
    for (std::size_t to = from + 1; to <= kParts; ++to) {
      const double lasting_ns = std::max(times_ns[to] - times_ns[from], kInstant_ns);
      share_per_ns = std::max(share_per_ns, static_cast<double>(to - from) / kParts / lasting_ns);
    }
  }
  return scenario.users * scenario.show_up.of_one * share_per_ns * 1e9;
}

/// Who claims, by persona, and how many reserve.
struct Crowd {
  std::array<std::uint64_t, kPersonas> claiming{};
  std::uint64_t reserving = 0;

  explicit Crowd(const Population& population) {
    for (std::uint32_t index = 0; index < population.size(); ++index) {
      const UserIndex user(index);
      if (population.reserves(user)) ++reserving;
      if (!population.claims(user)) continue;
      ++claiming[static_cast<std::size_t>(population.persona_of(user))];
    }
  }
  std::uint64_t of(Persona persona) const { return claiming[static_cast<std::size_t>(persona)]; }
};

/// Two hundred parts resolve half a per cent of the users.
constexpr std::size_t kShapeParts = 200;

std::vector<std::int64_t> quantiles_of(const Arrivals& arrivals, Duration window) {
  const auto clicks = make_distribution(arrivals, window);
  std::vector<std::int64_t> quantiles;
  if (!clicks) return quantiles;
  for (std::size_t part = 0; part <= kShapeParts; ++part) {
    const double t_ns = clicks->quantile(static_cast<double>(part) / kShapeParts);
    quantiles.push_back(Plan::kClockGuard.count() + static_cast<std::int64_t>(t_ns));
  }
  return quantiles;
}

std::optional<std::uint64_t> loop_of(const Arrivals& arrivals) {
  if (!arrivals.is_closed()) return std::nullopt;
  return arrivals.pattern.users;
}

analysis::ArrivalFacts arrivals_of(const Scenario& scenario) {
  analysis::ArrivalFacts arrivals{
      .reserve_loop =
          scenario.takes_reservations() ? loop_of(scenario.reserve_arrivals) : std::nullopt,
      .rush_loop = loop_of(scenario.arrivals),
      .reserve_quantiles_ns = quantiles_of(scenario.reserve_arrivals, reservation_span(scenario)),
      .rush_quantiles_ns = quantiles_of(scenario.arrivals, Plan::rush_span(scenario)),
      .claim_tries = {}};
  for (std::size_t persona = 0; persona < kPersonas; ++persona) {
    const auto claim_try = Plan::try_in_stream(static_cast<Persona>(persona));
    arrivals.claim_tries.push_back(claim_try ? std::int64_t{*claim_try} : -1);
  }
  return arrivals;
}

}  // namespace

analysis::Allocation allocation_of(std::string_view design) {
  if (design == "ticket-list" || design == "preloaded-shuffle" || design == "stock-counter" ||
      design == "generate-outbox" || design == "row-lock" || design == "distributed-lock") {
    return Allocation::first_come_first_served;
  }
  if (design == "sealed-draw") return Allocation::draw;
  return Allocation::unknown;
}

std::set<Sighting> attempted_sightings(const Scenario& scenario, const Plan& plan,
                                       Allocation allocation) {
  const Crowd crowd(plan.population());
  // Who is on a list need not be a user of this run.
  const std::uint64_t roster = scenario.roster_list ? scenario.roster_size() : crowd.reserving;
  const std::uint64_t coupons = scenario.coupons.coupons(roster);
  const std::uint64_t claimants = crowd.of(Persona::honest) + crowd.of(Persona::double_clicker) +
                                  crowd.of(Persona::retrier) + crowd.of(Persona::early_bird) +
                                  crowd.of(Persona::replayer) + crowd.of(Persona::bot);
  const double chance =
      roster == 0 ? 0 : static_cast<double>(coupons) / static_cast<double>(roster);
  const bool scarce = coupons < claimants;
  // Who stays away may be the very users that were drawn; without a draw the coupons find takers.
  const bool certain = allocation != Allocation::draw || claimants >= roster;
  const auto likely = [&](double share) {
    return certain || share * static_cast<double>(claimants) >= kExpectedMin;
  };
  std::set<Sighting> attempted;
  if (plan.planned().claims_inside > 0) attempted.insert(Sighting::claims_inside_window);
  if (coupons > 0 && claimants > 0 && likely(chance)) attempted.insert(Sighting::win);
  // A closed loop may end before the coupons do; a draw tells losers whenever they come.
  const bool runs_out = allocation == Allocation::draw || !scenario.arrivals.is_closed();
  if (scarce && runs_out && likely(1 - chance)) attempted.insert(Sighting::loss);
  const auto clicking_twice =
      static_cast<double>(crowd.of(Persona::double_clicker) + crowd.of(Persona::bot));
  if (chance * clicking_twice >= kExpectedMin) {
    attempted.insert(Sighting::rejected_duplicate);
  }
  if (crowd.of(Persona::intruder) > 0) attempted.insert(Sighting::refused_intruder);
  if (crowd.of(Persona::early_bird) + crowd.of(Persona::bot) > 0)
    attempted.insert(Sighting::refused_early_claim);
  if (crowd.of(Persona::latecomer) > 0) attempted.insert(Sighting::refused_late_claim);
  if (crowd.of(Persona::retrier) + crowd.of(Persona::replayer) > 0) {
    attempted.insert(Sighting::identical_idempotent_answer);
  }
  const double spending = chance * static_cast<double>(claimants) * scenario.winners.redeem.of_one;
  if (spending >= kExpectedMin) attempted.insert(Sighting::redemption);
  if (spending * scenario.winners.redeem_twice.of_one >= kExpectedMin) {
    attempted.insert(Sighting::refused_second_redemption);
  }
  const bool sells_out = scarce && allocation == Allocation::first_come_first_served;
  if (sells_out && clicks_per_second(scenario) >= kContendedClicksPerSecond) {
    attempted.insert(Sighting::contention_at_sell_out);
  }
  return attempted;
}

analysis::RunFacts describe_run(const Scenario& scenario) {
  analysis::RunFacts facts;
  facts.scenario = scenario.name;
  facts.question = scenario.question;
  facts.version = version_text();
  facts.build_type = version().build_type;
  facts.machine = machine_line();
  facts.target = target_text(scenario);
  facts.seed = scenario.seed;
  facts.users = scenario.users;
  facts.attempt_timeout = scenario.attempt_timeout;
  if (scenario.status_deadline > Duration::zero()) facts.status_deadline = scenario.status_deadline;
  facts.quota = scenario.coupons;
  if (scenario.roster_list) facts.roster = scenario.roster_list->listed;
  for (const Cohort& cohort : scenario.cohorts) {
    facts.cohorts.push_back({cohort.name, cohort.share.of_one, describe_network(cohort)});
  }
  for (std::size_t persona = 0; persona < kPersonas; ++persona) {
    facts.personas.emplace_back(name_of(static_cast<Persona>(persona)));
  }
  facts.arrivals = arrivals_of(scenario);
  facts.fairness_margin = scenario.fairness_margin;
  facts.fairness_gates = scenario.fairness_gates;
  facts.rounds_planned = scenario.rounds;
  facts.options = scenario.echo;
  return facts;
}

analysis::ShardFacts describe_shard(Shard shard, const std::string& machine) {
  analysis::ShardFacts facts;
  facts.number = shard.index + 1;
  facts.of = shard.count;
  facts.machine = machine;
  return facts;
}

analysis::WiringFacts describe_wiring(const Wiring& wiring, const Scenario& scenario) {
  return {.transport = std::string(name_of(wiring.transport)),
          .pacing = std::string(name_of(scenario.pacing))};
}

std::string event_id(const Scenario& scenario) {
  constexpr std::size_t kNameMax = 28;  // targets take 64 characters, with seed and a time behind
  std::string id = fmt::format("{}-{}", scenario.name.substr(0, kNameMax), scenario.seed);
  const auto unfit = [](char c) {
    const bool fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.';
    return !fit;
  };
  std::ranges::replace_if(id, unfit, '-');
  return id;
}

}  // namespace fairrush::loadgen
