#include "loadgen/ledger/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/ledger/readers.hpp"

namespace fairrush::loadgen {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(LedgerSource, IsToldByItsFirstWordOrItsEnding) {
  const auto kind = [](std::string_view text) { return parse_ledger_source(text)->kind; };
  EXPECT_EQ(kind("http://127.0.0.1:8080"), LedgerKind::http);
  EXPECT_EQ(kind("http://127.0.0.1:8080/export?round=1"), LedgerKind::http);
  EXPECT_EQ(kind("postgresql://me@db:5432/shop"), LedgerKind::postgresql);
  EXPECT_EQ(kind("postgres://db/shop"), LedgerKind::postgresql);
  EXPECT_EQ(kind("redis://127.0.0.1:6379/0"), LedgerKind::redis);
  EXPECT_EQ(kind("sqlite:orders.db"), LedgerKind::sqlite);
  EXPECT_EQ(kind("export.csv"), LedgerKind::csv);
  EXPECT_EQ(kind("export.jsonl"), LedgerKind::ndjson);
  EXPECT_EQ(parse_ledger_source("sqlite:orders.db")->place, "orders.db");
  EXPECT_EQ(parse_ledger_source("csv:export.txt")->place, "export.txt");
  EXPECT_EQ(parse_ledger_source("ndjson:a.csv")->place, "a.csv");
  EXPECT_EQ(parse_ledger_source("http://h/x.csv")->kind, LedgerKind::http);
}

TEST(LedgerSource, ListsWhatIsAcceptedWhenItIsNone) {
  for (const std::string_view text :
       {"", "ledger.txt", "mysql://h/d", "http://", "sqlite:", "http://h/a b", "redis://h\r\nX"}) {
    const auto source = parse_ledger_source(text);
    ASSERT_FALSE(source) << text;
    EXPECT_THAT(source.error(), HasSubstr("expected http://HOST:PORT[/PATH], postgresql://"));
  }
}

TEST(LedgerSource, RefusesAPasswordWithoutRepeatingIt) {
  for (const std::string_view text : {"postgresql://me:sesame@db/shop", "redis://:sesame@h/0",
                                      "postgresql://db/shop?password=sesame"}) {
    const auto source = parse_ledger_source(text);
    ASSERT_FALSE(source) << text;
    EXPECT_THAT(source.error(), AllOf(HasSubstr("PGPASSWORD"), Not(HasSubstr("sesame"))));
  }
}

std::string why_not(std::string_view place, std::string query, std::string key,
                    std::string member = {}) {
  LedgerSource source = *parse_ledger_source(place);
  source.query = std::move(query);
  source.key = std::move(key);
  source.member = std::move(member);
  const auto fits = check_ledger_source(source);
  return fits ? "it was accepted" : fits.error();
}

TEST(LedgerSource, NeedsWhatItsKindNeedsAndNothingElse) {
  EXPECT_THAT(why_not("sqlite:a.db", "", ""), HasSubstr("a ledger query is missing"));
  EXPECT_THAT(why_not("a.csv", "SELECT 1", ""), HasSubstr("for PostgreSQL or SQLite only"));
  EXPECT_THAT(why_not("redis://h", "", ""), HasSubstr("a ledger key is missing"));
  EXPECT_THAT(why_not("a.csv", "", "k"), HasSubstr("for Redis only"));
  EXPECT_THAT(why_not("redis://h", "", "{user}{coupon}"), HasSubstr("the ledger key"));
  EXPECT_THAT(why_not("redis://h", "", "k", "{user}"), HasSubstr("{user} and {coupon}"));
  EXPECT_THAT(why_not("sqlite:a.db", "SELECT * FROM t WHERE e = '{event}'", ""),
              HasSubstr("in quotes"));
  EXPECT_EQ(why_not("sqlite:a.db", "SELECT user, coupon FROM t WHERE e = {event}", ""),
            "it was accepted");
  EXPECT_EQ(why_not("redis://h", "", "coupon:{user}:{coupon}"), "it was accepted");
}

TEST(LedgerOrder, IsNoneACheckedSourceOrAReason) {
  EXPECT_EQ(ledger_source({}, "t")->has_value(), false);
  EXPECT_THAT(
      ledger_source({.source = {}, .query = "SELECT 1", .key = {}, .member = {}}, "").error(),
      HasSubstr("without a ledger source"));
  const LedgerOrder http{.source = "http://h", .query = {}, .key = {}, .member = {}};
  EXPECT_EQ(ledger_source(http, "token")->value().admin_token, "token");
  const LedgerOrder sqlite{.source = "sqlite:a.db", .query = {}, .key = {}, .member = {}};
  EXPECT_THAT(ledger_source(sqlite, "").error(), HasSubstr("a ledger query is missing"));
}

TEST(LedgerSource, PutsTheEventsNameWhereItIsAskedFor) {
  EXPECT_EQ(with_event("/e/{event}/x/{event}", "a{event}b"), "/e/a{event}b/x/a{event}b");
  EXPECT_EQ(with_event("plain", "e"), "plain");
}

}  // namespace
}  // namespace fairrush::loadgen
