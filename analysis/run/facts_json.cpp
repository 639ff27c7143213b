#include "analysis/run/facts_json.hpp"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <span>
#include <type_traits>

#include "analysis/history/record.hpp"
#include "analysis/run/json_fields.hpp"
#include "analysis/run/json_text.hpp"

namespace fairrush::analysis {
namespace {

template <class Archive>
constexpr bool kReading = std::is_same_v<Archive, JsonFieldReader>;

/// A value as JSON holds it, for types that JSON has no notion of: writes `to_stored(value)`, or
/// reads and assigns `from_stored`.
template <class Archive, class T, class ToStored, class FromStored>
void stored_as(Archive& archive, std::string_view key, T& value, ToStored to_stored,
               FromStored from_stored) {
  auto stored = to_stored(value);
  archive(key, stored);
  if constexpr (kReading<Archive>) {
    if (archive.error.empty()) from_stored(stored);
  }
}

template <class Enum>
struct EnumName {
  Enum value;
  std::string_view name;
};

constexpr std::array<EnumName<Allocation>, 3> kAllocations{
    {{Allocation::unknown, "unknown"},
     {Allocation::first_come_first_served, "first_come_first_served"},
     {Allocation::draw, "draw"}}};

constexpr std::array<EnumName<Sighting>, kSightings> kSightingNames{
    {{Sighting::win, "win"},
     {Sighting::loss, "loss"},
     {Sighting::rejected_duplicate, "rejected_duplicate"},
     {Sighting::refused_intruder, "refused_intruder"},
     {Sighting::refused_early_claim, "refused_early_claim"},
     {Sighting::refused_late_claim, "refused_late_claim"},
     {Sighting::identical_idempotent_answer, "identical_idempotent_answer"},
     {Sighting::claims_inside_window, "claims_inside_window"},
     {Sighting::contention_at_sell_out, "contention_at_sell_out"},
     {Sighting::redemption, "redemption"},
     {Sighting::refused_second_redemption, "refused_second_redemption"},
     {Sighting::info_became_win, "info_became_win"},
     {Sighting::info_became_none, "info_became_none"}}};

template <class Enum>
std::string stored_name(std::span<const EnumName<Enum>> names, Enum value) {
  for (const EnumName<Enum>& row : names) {
    if (row.value == value) return std::string(row.name);
  }
  return "unknown";
}

template <class Enum>
std::optional<Enum> value_named(std::span<const EnumName<Enum>> names, std::string_view name) {
  for (const EnumName<Enum>& row : names) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

template <class Archive, class Facts>
void describe_allocation(Archive& archive, Facts& facts) {
  const std::span<const EnumName<Allocation>> names(kAllocations);
  stored_as(
      archive, "allocation", facts.allocation,
      [&](Allocation value) { return stored_name(names, value); },
      [&](const std::string& name) {
        if constexpr (kReading<Archive>) {
          const auto value = value_named(names, name);
          if (!value)
            return archive.refuse("allocation", "unknown, first_come_first_served or draw", name);
          facts.allocation = *value;
        }
      });
}

template <class Archive, class Facts>
void describe_attempted(Archive& archive, Facts& facts) {
  const std::span<const EnumName<Sighting>> names(kSightingNames);
  stored_as(
      archive, "attempted", facts.attempted,
      [&](const std::set<Sighting>& values) {
        std::vector<std::string> stored;
        for (Sighting value : values) stored.push_back(stored_name(names, value));
        return stored;
      },
      [&](const std::vector<std::string>& stored) {
        if constexpr (kReading<Archive>) {
          facts.attempted.clear();
          for (const std::string& name : stored) {
            const auto value = value_named(names, name);
            if (!value) return archive.refuse("attempted", "names of sightings", name);
            facts.attempted.insert(*value);
          }
        }
      });
}

template <class Archive, class D>
void describe_duration(Archive& archive, std::string_view key, D& duration) {
  stored_as(
      archive, key, duration, [](Duration value) { return value.count(); },
      [&](std::int64_t stored) {
        if constexpr (kReading<Archive>) duration = Duration(stored);
      });
}

/// One option of the scenario as resolved.
struct OptionField {
  std::string key;
  std::string value;
};

template <class Archive, class Facts>
void describe_status_deadline(Archive& archive, Facts& facts) {
  stored_as(
      archive, "status_deadline_ns", facts.status_deadline,
      [](const std::optional<Duration>& value) {
        return value ? std::optional(value->count()) : std::nullopt;
      },
      [&](const std::optional<std::int64_t>& stored) {
        if constexpr (kReading<Archive>) {
          facts.status_deadline.reset();
          if (stored) facts.status_deadline = Duration(*stored);
        }
      });
}

template <class Archive, class Facts>
void describe_options(Archive& archive, Facts& facts) {
  stored_as(
      archive, "options", facts.options,
      [](const auto& options) {
        std::vector<OptionField> stored;
        for (const auto& [key, value] : options) stored.push_back({key, value});
        return stored;
      },
      [&](const std::vector<OptionField>& stored) {
        if constexpr (kReading<Archive>) {
          facts.options.clear();
          for (const OptionField& option : stored) {
            facts.options.emplace_back(option.key, option.value);
          }
        }
      });
}

}  // namespace

void describe(auto& archive, Is<OptionField> auto& option) {
  archive("key", option.key);
  archive("value", option.value);
}

void describe(auto& archive, Is<Share> auto& share) {
  archive("of_one", share.of_one);
}

void describe(auto& archive, Is<Window> auto& window) {
  archive("open_ns", window.open_ns);
  archive("close_ns", window.close_ns);
}

void describe(auto& archive, Is<QuotaRule> auto& rule) {
  archive("share", rule.share);
  archive("count", rule.count);
}

void describe(auto& archive, Is<ListedRoster> auto& roster) {
  archive("names", roster.names);
  archive("users", roster.users);
  archive("sha256", roster.sha256);
}

void describe(auto& archive, Is<CohortFacts> auto& cohort) {
  archive("name", cohort.name);
  archive("share", cohort.share);
  archive("one_way_delay", cohort.one_way_delay);
}

void describe(auto& archive, Is<ArrivalFacts> auto& arrivals) {
  archive("reserve_loop", arrivals.reserve_loop);
  archive("rush_loop", arrivals.rush_loop);
  archive("reserve_quantiles_ns", arrivals.reserve_quantiles_ns);
  archive("rush_quantiles_ns", arrivals.rush_quantiles_ns);
  archive("claim_tries", arrivals.claim_tries);
}

void describe(auto& archive, Is<PlannedAttempts> auto& planned) {
  archive("reservations", planned.reservations);
  archive("claims", planned.claims);
  archive("claims_inside", planned.claims_inside);
}

void describe(auto& archive, Is<StockFacts> auto& stock) {
  archive("issued", stock.issued);
  archive("remaining", stock.remaining);
  archive("released", stock.released);
  archive("outbox_pending", stock.outbox_pending);
}

void describe(auto& archive, Is<RoundFacts> auto& round) {
  archive("reservation", round.reservation);
  archive("rush", round.rush);
  archive("planned", round.planned);
  archive("announced_roster", round.announced_roster);
  archive("announced_coupons", round.announced_coupons);
  archive("stock", round.stock);
  archive("ledger_missing", round.ledger_missing);
  archive("draw_missing", round.draw_missing);
  archive("bus_missing", round.bus_missing);
  archive("unrecorded", round.unrecorded);
  archive("under_way", round.under_way);
}

void describe(auto& archive, Is<DelayFacts> auto& delay) {
  archive("p50_ns", delay.p50_ns);
  archive("p99_ns", delay.p99_ns);
  archive("max_ns", delay.max_ns);
}

void describe(auto& archive, Is<LagStep> auto& step) {
  archive("up_to_ns", step.up_to_ns);
  archive("clicks", step.clicks);
}

void describe(auto& archive, Is<PunctualityFacts> auto& punctuality) {
  archive("sent", punctuality.sent);
  archive("late", punctuality.late);
}

void describe(auto& archive, Is<ThrottleFacts> auto& throttled) {
  archive("periods", throttled.periods);
  archive("seconds", throttled.seconds);
}

void describe(auto& archive, Is<HostFacts> auto& host) {
  archive("listen_overflows", host.listen_overflows);
  archive("listen_drops", host.listen_drops);
  archive("request_queue_drops", host.request_queue_drops);
  archive("retransmits", host.retransmits);
}

void describe(auto& archive, Is<WiringFacts> auto& wiring) {
  archive("transport", wiring.transport);
  archive("pacing", wiring.pacing);
}

void describe(auto& archive, Is<SelfTestFacts> auto& selftest) {
  archive("measured_at", selftest.measured_at);
  archive("wiring", selftest.wiring);
  archive("error_p50_ns", selftest.error_p50_ns);
  archive("error_p99_ns", selftest.error_p99_ns);
  archive("click_error_p99_ns", selftest.click_error_p99_ns);
  archive("passed", selftest.passed);
}

void describe(auto& archive, Is<InstrumentFacts> auto& instrument) {
  archive("wiring", instrument.wiring);
  archive("threads", instrument.threads);
  archive("connections_max", instrument.connections_max);
  archive("lag_p50_ns", instrument.lag_p50_ns);
  archive("lag_p99_ns", instrument.lag_p99_ns);
  archive("lag_max_ns", instrument.lag_max_ns);
  archive("lag_steps", instrument.lag_steps);
  archive("reservations", instrument.reservations);
  archive("claims", instrument.claims);
  archive("for_connection", instrument.for_connection);
  archive("connecting", instrument.connecting);
  archive("loop", instrument.loop);
  archive("reading", instrument.reading);
  archive("thread_share_max", instrument.thread_share_max);
  archive("queued_share", instrument.queued_share);
  archive("throttled", instrument.throttled);
  archive("host", instrument.host);
  archive("cpu_seconds", instrument.cpu_seconds);
  archive("target_cpu_seconds", instrument.target_cpu_seconds);
  archive("memory_peak_bytes", instrument.memory_peak_bytes);
  archive("target_memory_peak_bytes", instrument.target_memory_peak_bytes);
  archive("wall_seconds", instrument.wall_seconds);
  archive("steal_share", instrument.steal_share);
  archive("clock_step_ns", instrument.clock_step_ns);
  archive("clock_offset_ns", instrument.clock_offset_ns);
  archive("clock_error_ns", instrument.clock_error_ns);
  archive("unsent", instrument.unsent);
  archive("ports_exhausted", instrument.ports_exhausted);
  archive("descriptors_exhausted", instrument.descriptors_exhausted);
  archive("held_back", instrument.held_back);
  archive("selftest", instrument.selftest);
}

void describe(auto& archive, Is<CountedDelay> auto& counted) {
  archive("delay_ns", counted.delay_ns);
  archive("count", counted.count);
}

void describe(auto& archive, Is<ShardFacts> auto& shard) {
  archive("number", shard.number);
  archive("of", shard.of);
  archive("machine", shard.machine);
  archive("instrument", shard.instrument);
  archive("lags", shard.lags);
  archive("foreign_clicks", shard.foreign_clicks);
  archive("cut_short", shard.cut_short);
}

void describe(auto& archive, Is<RunFacts> auto& facts) {
  archive("scenario", facts.scenario);
  archive("question", facts.question);
  archive("started_at", facts.started_at);
  archive("epoch_ms", facts.epoch_ms);
  archive("version", facts.version);
  archive("build_type", facts.build_type);
  archive("machine", facts.machine);
  archive("target", facts.target);
  archive("event", facts.event);
  archive("seed", facts.seed);
  archive("users", facts.users);
  describe_duration(archive, "attempt_timeout_ns", facts.attempt_timeout);
  describe_status_deadline(archive, facts);
  archive("quota", facts.quota);
  archive("roster", facts.roster);
  describe_allocation(archive, facts);
  archive("fault", facts.fault);
  archive("simulation", facts.simulation);
  archive("rounds", facts.rounds);
  archive("instrument_failure", facts.instrument_failure);
  archive("target_failure", facts.target_failure);
  archive("assumed", facts.assumed);
  archive("ended_early", facts.ended_early);
  archive("cohorts", facts.cohorts);
  archive("personas", facts.personas);
  archive("arrivals", facts.arrivals);
  describe_attempted(archive, facts);
  archive("instrument", facts.instrument);
  archive("shards", facts.shards);
  archive("fairness_margin", facts.fairness_margin);
  archive("fairness_gates", facts.fairness_gates);
  archive("interrupted", facts.interrupted);
  archive("interrupted_ns", facts.interrupted_ns);
  archive("rounds_planned", facts.rounds_planned);
  describe_options(archive, facts);
}

namespace {

void refuse_beyond_clock(std::string_view key, std::int64_t time_ns, JsonFieldReader& reader) {
  if (time_ns >= -kRecordTimeMax && time_ns <= kRecordTimeMax) return;
  reader.refuse(key, fmt::format("an integer of {} to {}", -kRecordTimeMax, kRecordTimeMax),
                time_ns);
}

void refuse_impossible_window(const std::string& key, const Window& window,
                              JsonFieldReader& reader) {
  refuse_beyond_clock(key + ".open_ns", window.open_ns, reader);
  refuse_beyond_clock(key + ".close_ns", window.close_ns, reader);
  if (window.close_ns < window.open_ns) {
    reader.refuse(key + ".close_ns", fmt::format("at least its open_ns, {}", window.open_ns),
                  window.close_ns);
  }
}

void refuse_impossible_quantiles(const std::string& key, const std::vector<std::int64_t>& times_ns,
                                 JsonFieldReader& reader) {
  if (times_ns.size() > kQuantilesMax || !std::ranges::is_sorted(times_ns)) {
    reader.refuse(key, fmt::format("at most {} ascending times", kQuantilesMax), times_ns.size());
  }
  if (times_ns.empty()) return;
  refuse_beyond_clock(key, times_ns.front(), reader);
  refuse_beyond_clock(key, times_ns.back(), reader);
}

void refuse_impossible_shards(const std::vector<ShardFacts>& shards, JsonFieldReader& reader) {
  for (std::size_t place = 0; place < shards.size(); ++place) {
    const ShardFacts& shard = shards[place];
    const std::string key = fmt::format("shards[{}]", place);
    if (shard.of == 0 || shard.of > kShardsMax || shard.of != shards.front().of) {
      reader.refuse(key + ".of", fmt::format("1 to {}, the same for all", kShardsMax), shard.of);
    }
    const std::uint32_t least = place == 0 ? 1 : shards[place - 1].number + 1;
    if (shard.number < least || shard.number > shard.of) {
      reader.refuse(key + ".number", fmt::format("{} to {}", least, shard.of), shard.number);
    }
    refuse_beyond_clock(key + ".instrument.clock_error_ns", shard.instrument.clock_error_ns,
                        reader);
  }
}

/// A bit for every user and none beyond, and no more users than names.
void refuse_impossible_roster(const RunFacts& facts, JsonFieldReader& reader) {
  if (!facts.roster) return;
  const ListedRoster& roster = *facts.roster;
  const std::uint64_t bytes = (facts.users + 7) / 8;
  if (roster.users.size() != bytes) {
    return reader.refuse("roster.users", fmt::format("{} bytes, a bit for each user", bytes),
                         roster.users.size());
  }
  if (facts.users % 8 != 0 && (roster.users.back() >> (facts.users % 8)) != 0) {
    return reader.refuse("roster.users", "no bit beyond the last user", roster.users.back());
  }
  if (roster.names < roster.present()) {
    reader.refuse("roster.names", fmt::format("at least the {} users listed", roster.present()),
                  roster.names);
  }
}

/// What no single field shows: values that are well-formed but that no run can have.
void refuse_impossible(const RunFacts& facts, JsonFieldReader& reader) {
  if (facts.quota.share.has_value() == facts.quota.count.has_value()) {
    reader.refuse("quota", "either a share or a count", facts.quota.share ? "both" : "neither");
  }
  if (facts.users > kRunUsersMax) {
    reader.refuse("users", fmt::format("at most {}", kRunUsersMax), facts.users);
  }
  if (facts.rounds.empty()) reader.refuse("rounds", "at least one", "none");
  for (std::size_t number = 0; number < facts.rounds.size(); ++number) {
    const RoundFacts& round = facts.rounds[number];
    const std::string key = fmt::format("rounds[{}]", number);
    refuse_impossible_window(key + ".reservation", round.reservation, reader);
    refuse_impossible_window(key + ".rush", round.rush, reader);
  }
  refuse_impossible_roster(facts, reader);
  if (facts.arrivals) {
    refuse_impossible_quantiles("arrivals.reserve_quantiles_ns",
                                facts.arrivals->reserve_quantiles_ns, reader);
    refuse_impossible_quantiles("arrivals.rush_quantiles_ns", facts.arrivals->rush_quantiles_ns,
                                reader);
  }
  if (facts.status_deadline) {
    refuse_beyond_clock("status_deadline_ns", facts.status_deadline->count(), reader);
  }
  if (facts.interrupted_ns) {
    refuse_beyond_clock("interrupted_ns", *facts.interrupted_ns, reader);
  }
  refuse_beyond_clock("attempt_timeout_ns", facts.attempt_timeout.count(), reader);
  refuse_beyond_clock("instrument.clock_error_ns", facts.instrument.clock_error_ns, reader);
  refuse_impossible_shards(facts.shards, reader);
}

}  // namespace

boost::json::object facts_to_json(const RunFacts& facts) {
  JsonFieldWriter writer;
  describe(writer, facts);
  return std::move(writer.object);
}

std::string run_json_of_facts(const RunFacts& facts) {
  const boost::json::object document{{"version", kRunVersion}, {"facts", facts_to_json(facts)}};
  return boost::json::serialize(document) + "\n";
}

std::expected<RunFacts, std::string> facts_in_run_json(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return std::unexpected(document.error());
  const boost::json::object* root = document->if_object();
  const boost::json::value* version = root ? root->if_contains("version") : nullptr;
  const boost::json::value* facts = root ? root->if_contains("facts") : nullptr;
  if (!version || !version->is_int64() || !facts) {
    return std::unexpected(
        "not a run: expected an object with an integer \"version\" and \"facts\"");
  }
  if (version->get_int64() != kRunVersion) {
    return std::unexpected(
        fmt::format("run version {}, this program reads {}; {}", version->get_int64(), kRunVersion,
                    version->get_int64() > kRunVersion ? "a newer fairrush wrote it"
                                                       : "an older fairrush wrote it"));
  }
  return facts_from_json(*facts);
}

std::expected<RunFacts, std::string> facts_from_json(const boost::json::value& value) {
  RunFacts facts;
  JsonFieldReader reader(value, "facts");
  describe(reader, facts);
  if (reader.error.empty()) refuse_impossible(facts, reader);
  if (!reader.error.empty()) return std::unexpected(std::move(reader.error));
  return facts;
}

}  // namespace fairrush::analysis
