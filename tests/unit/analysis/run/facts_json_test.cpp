#include "analysis/run/facts_json.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>

#include "analysis/history/record.hpp"

namespace fairrush::analysis {
namespace {

/// Every field differs from its default and from every other field of its type; so below.
InstrumentFacts instrument_without_defaults() {
  return {.wiring = {"io_uring", "economic"},
          .threads = 2,
          .connections_max = 256,
          .lag_p50_ns = 21,
          .lag_p99_ns = 22,
          .lag_max_ns = 23,
          .lag_steps = {{40, 41}, {42, 43}},
          .reservations = {44, 45},
          .claims = {46, 47},
          .for_connection = {48, 49, 50},
          .connecting = {51, 52, 53},
          .loop = {54, 55, 56},
          .reading = {57, 58, 59},
          .thread_share_max = 0.75,
          .queued_share = 0.0625,
          .throttled = ThrottleFacts{60, 4.5},
          .host = {61, 62, 63, 64},
          .cpu_seconds = 1.5,
          .target_cpu_seconds = 2.5,
          .memory_peak_bytes = 24,
          .target_memory_peak_bytes = 25,
          .wall_seconds = 3.5,
          .steal_share = 0.125,
          .clock_step_ns = -26,
          .clock_offset_ns = -27,
          .clock_error_ns = 28,
          .unsent = 29,
          .ports_exhausted = 65,
          .descriptors_exhausted = 66,
          .held_back = 67,
          .selftest = SelfTestFacts{"2026-11-21T11:00:00Z", {"asio", "precise"}, 68, 69, 70, true}};
}

RunFacts facts_without_defaults() {
  RunFacts facts;
  facts.scenario = "demo";
  facts.question = "Is \"it\" fair?\n";
  facts.started_at = "2026-11-21T12:00:00Z";
  facts.epoch_ms = 41;
  facts.version = "0.1.0 (abc)";
  facts.build_type = "Release";
  facts.machine = "2 × Xeon";
  facts.target = "built-in: sealed-draw";
  facts.event = "rush-1";
  facts.seed = std::numeric_limits<std::uint64_t>::max();
  facts.users = 300;
  facts.rounds.resize(3);
  facts.rounds.front().reservation = {1, 2};
  facts.rounds.front().rush = {-3, kRecordTimeMax};
  facts.attempt_timeout = std::chrono::milliseconds(1500);
  facts.status_deadline = std::chrono::milliseconds(250);
  facts.quota.share = Share{0.25};
  facts.roster = ListedRoster{.names = 5, .users = Bytes(38, 0), .sha256 = {71}};
  facts.roster->users.back() = 0b00001111;
  facts.allocation = Allocation::draw;
  facts.rounds.front().announced_roster = 299;
  facts.rounds.front().announced_coupons = 59;
  facts.rounds.front().ledger_missing = "the target has none";
  facts.rounds.front().stock = {31, 32, 33, 34};
  facts.fault = "oversell-race";
  facts.simulation = "4 workers";
  facts.rounds.front().unrecorded = "too many";
  facts.rounds.back().under_way = true;
  facts.rounds.front().bus_missing = "no answer";
  facts.rounds.front().draw_missing = "the target has not published its secret";
  facts.instrument_failure = "out of memory";
  facts.target_failure = "the server was killed";
  facts.assumed = "it opens by itself";
  facts.ended_early = "the target has gone";
  facts.cohorts = {{"fibre", 0.625, "5ms"}, {"mobile", 0.375, "median 60ms, p99 400ms"}};
  facts.personas = {"honest", "intruder"};
  facts.attempted = {Sighting::win, Sighting::contention_at_sell_out};
  facts.rounds.front().planned = {11, 12, 13};
  facts.instrument = instrument_without_defaults();
  facts.shards = {{.number = 2,
                   .of = 3,
                   .machine = "another",
                   .instrument = instrument_without_defaults(),
                   .lags = {{.delay_ns = 42, .count = 43}},
                   .foreign_clicks = 44,
                   .cut_short = "killed"}};
  facts.arrivals = ArrivalFacts{.reserve_loop = 45,
                                .rush_loop = 46,
                                .reserve_quantiles_ns = {1, 2},
                                .rush_quantiles_ns = {-3, 4, 4},
                                .claim_tries = {0, 1, -1}};
  facts.fairness_margin = Share{0.5};
  facts.fairness_gates = false;
  facts.interrupted = true;
  facts.interrupted_ns = 30;
  facts.rounds_planned = 4;
  facts.options = {{"population.users", "300"}, {"arrivals.shape", "uniform"}};
  return facts;
}

TEST(FactsJson, GivesBackEveryFieldUnchangedThroughText) {
  const boost::json::object written = facts_to_json(facts_without_defaults());
  const boost::json::value parsed = boost::json::parse(boost::json::serialize(written));
  const auto read = facts_from_json(parsed);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(facts_to_json(*read), written);
  EXPECT_TRUE(read->rounds.back().under_way);
  EXPECT_EQ(read->seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read->rounds.front().rush.close_ns, kRecordTimeMax);
  EXPECT_EQ(read->attempt_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(read->quota.share, Share{0.25});
  EXPECT_EQ(read->quota.count, std::nullopt);
  EXPECT_EQ(read->allocation, Allocation::draw);
  EXPECT_EQ(read->attempted, facts_without_defaults().attempted);
  EXPECT_EQ(read->options, facts_without_defaults().options);
  EXPECT_EQ(read->cohorts.at(1).one_way_delay, "median 60ms, p99 400ms");
}

TEST(FactsJson, WritesNoFieldThatKeepsItsDefault) {
  // If a field were forgotten in the list, a changed value would look like the default one.
  const boost::json::object changed = facts_to_json(facts_without_defaults());
  RunFacts plain;
  plain.quota.count = 1;
  for (const auto& field : facts_to_json(plain)) {
    EXPECT_NE(changed.at(field.key()), field.value()) << field.key();
  }
}

TEST(FactsJson, NamesTheKeyThatIsMissing) {
  for (const auto& field : facts_to_json(facts_without_defaults())) {
    boost::json::object damaged = facts_to_json(facts_without_defaults());
    damaged.erase(field.key());
    const auto read = facts_from_json(damaged);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().find("facts." + std::string(field.key()) + ": missing, expected "), 0U)
        << read.error();
  }
}

TEST(FactsJson, NamesTheKeyAndWhatWasExpectedForEveryWrongType) {
  for (const auto& field : facts_to_json(facts_without_defaults())) {
    boost::json::object damaged = facts_to_json(facts_without_defaults());
    damaged[field.key()] = boost::json::array(1, boost::json::value(boost::json::array()));
    const auto read = facts_from_json(damaged);
    ASSERT_FALSE(read) << field.key();
    EXPECT_EQ(read.error().find("facts." + std::string(field.key())), 0U) << read.error();
    EXPECT_NE(read.error().find("expected"), std::string::npos);
  }
}

std::string error_with(std::string_view key, const boost::json::value& value) {
  boost::json::object damaged = facts_to_json(facts_without_defaults());
  damaged[key] = value;
  const auto read = facts_from_json(damaged);
  return read ? std::string() : read.error();
}

/// With `value` in the second of three rounds.
std::string error_with_round(std::string_view key, const boost::json::value& value) {
  boost::json::object damaged = facts_to_json(facts_without_defaults());
  damaged["rounds"].as_array().at(1).as_object()[key] = value;
  const auto read = facts_from_json(damaged);
  return read ? std::string() : read.error();
}

std::string error_with_roster(std::string_view key, const boost::json::value& value) {
  boost::json::object damaged = facts_to_json(facts_without_defaults());
  damaged["roster"].as_object()[key] = value;
  const auto read = facts_from_json(damaged);
  return read ? std::string() : read.error();
}

TEST(FactsJson, RefusesARosterThatDoesNotFitItsUsers) {
  EXPECT_EQ(error_with_roster("names", 4), "");
  EXPECT_EQ(error_with_roster("names", 3),
            "facts.roster.names: expected at least the 4 users listed, found 3");
  EXPECT_EQ(error_with_roster("users", "ff"),
            "facts.roster.users: expected 38 bytes, a bit for each user, found 1");
  EXPECT_EQ(error_with_roster("users", boost::json::string(std::string(74, '0') + "10")),
            "facts.roster.users: expected no bit beyond the last user, found 16");
  EXPECT_NE(error_with_roster("users", "f").find("expected an even number of hexadecimal digits"),
            std::string::npos);
}

TEST(FactsJson, RefusesQuantilesThatDoNotAscend) {
  const boost::json::object arrivals{{"reserve_loop", nullptr},
                                     {"rush_loop", nullptr},
                                     {"reserve_quantiles_ns", {1, 2}},
                                     {"rush_quantiles_ns", {5, 4}},
                                     {"claim_tries", {0}}};
  EXPECT_NE(error_with("arrivals", arrivals).find("rush_quantiles_ns: expected at most"),
            std::string::npos)
      << error_with("arrivals", arrivals);
}

TEST(FactsJson, RefusesNumbersOutsideTheirRange) {
  EXPECT_NE(error_with("users", -1).find("facts.users: expected an integer of 0"),
            std::string::npos);
  EXPECT_NE(error_with("users", 1.5).find("facts.users"), std::string::npos);
  EXPECT_NE(error_with("rounds", boost::json::array()).find("facts.rounds"), std::string::npos);
  EXPECT_NE(error_with("users", kRunUsersMax + 1).find("facts.users"), std::string::npos);
  boost::json::object most = facts_to_json(facts_without_defaults());
  most["users"] = kRunUsersMax;
  most["roster"] = nullptr;
  EXPECT_TRUE(facts_from_json(most));
  EXPECT_NE(error_with("fairness_margin", {{"of_one", std::numeric_limits<double>::infinity()}})
                .find("facts.fairness_margin.of_one: expected a number"),
            std::string::npos);
}

TEST(FactsJson, RefusesTimesWhoseDifferencesWouldOverflow) {
  const boost::json::object beyond{{"open_ns", 0}, {"close_ns", kRecordTimeMax + 1}};
  const std::string times = fmt::format("expected an integer of {} to {}, found {}",
                                        -kRecordTimeMax, kRecordTimeMax, kRecordTimeMax + 1);
  EXPECT_EQ(error_with_round("rush", beyond), "facts.rounds[1].rush.close_ns: " + times);
  EXPECT_EQ(error_with_round("reservation", beyond),
            "facts.rounds[1].reservation.close_ns: " + times);
  EXPECT_NE(error_with("attempt_timeout_ns", kRecordTimeMax + 1).find("facts.attempt_timeout_ns"),
            std::string::npos);
}

TEST(FactsJson, RefusesAWindowThatEndsBeforeItBegins) {
  const boost::json::object backwards{{"open_ns", 5}, {"close_ns", 4}};
  EXPECT_EQ(error_with_round("rush", backwards),
            "facts.rounds[1].rush.close_ns: expected at least its open_ns, 5, found 4");
  EXPECT_EQ(error_with_round("rush", {{"open_ns", 5}, {"close_ns", 5}}), "");
}

TEST(FactsJson, NamesTheRoundTheKeyAndWhatIsAllowedThere) {
  EXPECT_EQ(error_with_round("rush", {{"open_ns", 5}}),
            "facts.rounds[1].rush.close_ns: missing, expected an integer of -9223372036854775808 "
            "to 9223372036854775807");
  EXPECT_EQ(error_with_round("draw_missing", 7),
            "facts.rounds[1].draw_missing: expected a text or null, found 7");
  EXPECT_EQ(error_with_round("stock", nullptr),
            "facts.rounds[1].stock: expected an object, found null");
}

TEST(FactsJson, RefusesUnknownNamesAndAQuotaThatIsBothOrNeither) {
  EXPECT_NE(error_with("allocation", "lottery").find("facts.allocation"), std::string::npos);
  EXPECT_EQ(error_with("attempted", boost::json::array{"ufo"}),
            "facts.attempted: expected names of sightings, found ufo");
  EXPECT_NE(error_with("quota", {{"share", nullptr}, {"count", nullptr}}).find("facts.quota"),
            std::string::npos);
  EXPECT_NE(error_with("quota", {{"share", {{"of_one", 0.1}}}, {"count", 1}}).find("facts.quota"),
            std::string::npos);
}

TEST(FactsJson, IgnoresKeysItDoesNotKnow) {
  EXPECT_EQ(error_with("colour", "red"), "");
}

TEST(FactsJson, RefusesSomethingThatIsNoObject) {
  EXPECT_EQ(facts_from_json(boost::json::value(7)).error(), "facts: expected an object, found 7");
}

TEST(QuotaRule, RoundsDownButNotBelowAnExactShare) {
  const auto coupons = [](double share, std::uint64_t roster) {
    return QuotaRule{.share = Share{share}, .count = {}}.coupons(roster);
  };
  EXPECT_EQ(coupons(0.2, 300), 60U);
  EXPECT_EQ(coupons(0.2, 299), 59U);
  EXPECT_EQ(coupons(0.2, 4), 0U);
  EXPECT_EQ(coupons(0.29, 100), 29U);  // 0.29 · 100 is 28.999999999999996 in doubles
  EXPECT_EQ(coupons(0.2, 0), 0U);
  EXPECT_EQ(coupons(1.0, 500'000), 500'000U);
  EXPECT_EQ((QuotaRule{.share = {}, .count = 60}.coupons(7)), 60U);
}

}  // namespace
}  // namespace fairrush::analysis
