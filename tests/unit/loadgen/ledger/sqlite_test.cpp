#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/unit/loadgen/ledger/ledger_files.hpp"

namespace fairrush::loadgen {
namespace {

using testing::HasSubstr;

class SqliteLedger : public LedgerFiles {
 protected:
  SqliteLedger() {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(at("shop.db").c_str(), &database), SQLITE_OK);
    const char* const kSetUp =
        "CREATE TABLE issued(id INTEGER PRIMARY KEY, buyer, code, event, edition);"
        "INSERT INTO issued(buyer, code, event, edition) VALUES"
        " (17, 'A', 'spring', 0), ('3', 'B', 'spring', 1), (4, 'C', 'autumn', NULL),"
        " (NULL, 'D', 'broken', 0), (5, NULL, 'broken2', 0), (6.5, 'E', 'broken3', 0)";
    EXPECT_EQ(sqlite3_exec(database, kSetUp, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  std::string query(const std::string& sql) const { return read("sqlite:" + at("shop.db"), sql); }
};

TEST_F(SqliteLedger, YieldsColumnsByNameWhateverTheirOrder) {
  EXPECT_EQ(query("SELECT code AS coupon, id, buyer AS user, edition AS round FROM issued "
                  "WHERE event IN ('spring', 'autumn') ORDER BY id;"),
            "17=A 3=B@1 4=C");
}

TEST_F(SqliteLedger, BindsTheEventsName) {
  EXPECT_EQ(query("SELECT buyer AS user, code AS coupon FROM issued WHERE event = {event}"),
            "17=A 3=B");
}

TEST_F(SqliteLedger, NamesTheColumnsThatAreThereWhenOneIsMissing) {
  EXPECT_THAT(query("SELECT buyer, code AS coupon FROM issued"),
              HasSubstr("the query yields the columns 'buyer,coupon', expected user and coupon"));
}

TEST_F(SqliteLedger, NamesTheRowThatIsNone) {
  const std::string select = "SELECT buyer AS user, code AS coupon FROM issued WHERE event = ";
  EXPECT_THAT(query(select + "'broken'"), HasSubstr("row 1: user is null"));
  EXPECT_THAT(query(select + "'broken2'"), HasSubstr("row 1: coupon is null"));
  EXPECT_THAT(query(select + "'broken3'"), HasSubstr("row 1: user '6.5', expected a population"));
}

TEST_F(SqliteLedger, ReadsAndNeverWrites) {
  EXPECT_THAT(query("DELETE FROM issued"), HasSubstr("yields no rows"));
  EXPECT_THAT(query("DELETE FROM issued RETURNING buyer AS user, code AS coupon"),
              HasSubstr("readonly"));
  EXPECT_THAT(query("SELECT 1 AS user, 2 AS coupon; DELETE FROM issued"),
              HasSubstr("several statements"));
  EXPECT_EQ(query("SELECT count(*) AS user, 'x' AS coupon FROM issued"), "6=x");
}

TEST_F(SqliteLedger, SaysWhatSqliteSaysOfABadQueryOrFile) {
  EXPECT_THAT(query("SELEC"), HasSubstr("syntax error"));
  EXPECT_THAT(query("  "), HasSubstr("yields no rows"));
  EXPECT_THAT(read("sqlite:" + at("absent.db"), "SELECT 1"), HasSubstr("unable to open"));
  EXPECT_THAT(read("sqlite:" + write("text.db", "this is no database, whatever its name says"),
                   "SELECT * FROM t"),
              HasSubstr("not a database"));
}

}  // namespace
}  // namespace fairrush::loadgen
