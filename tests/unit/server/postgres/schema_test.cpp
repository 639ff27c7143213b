#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "server/postgres/address.hpp"
#include "server/postgres/array.hpp"
#include "server/postgres/error.hpp"
#include "server/postgres/migrations.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;
using Kind = PostgresError::Kind;

const std::vector<Migration> kKnown{{1, "001_one", "a"}, {2, "002_two", "b"}};

AppliedMigration applied(const Migration& step) {
  return {step.version, std::string(step.name), checksum_of(step)};
}

TEST(MissingSteps, AreThoseBehindTheLastThatWasApplied) {
  EXPECT_EQ(missing_steps(kKnown, {})->size(), 2U);
  const std::vector<AppliedMigration> first{applied(kKnown[0])};
  const auto missing = missing_steps(kKnown, first);
  ASSERT_TRUE(missing);
  ASSERT_EQ(missing->size(), 1U);
  EXPECT_EQ(missing->front().version, 2);
  const std::vector<AppliedMigration> all{applied(kKnown[0]), applied(kKnown[1])};
  EXPECT_TRUE(missing_steps(kKnown, all)->empty());
}

TEST(MissingSteps, AreNotToldOfADatabaseThatWentAnotherWay) {
  const std::vector<AppliedMigration> changed{
      {1, "001_one", checksum_of(Migration{1, "001_one", "A"})}};
  EXPECT_THAT(missing_steps(kKnown, changed).error(),
              HasSubstr("001_one was changed after it was applied"));
  const std::vector<AppliedMigration> gap{applied(kKnown[1])};
  EXPECT_THAT(missing_steps(kKnown, gap).error(), HasSubstr("lacks migration 001_one"));
  const std::vector<AppliedMigration> newer{applied(kKnown[0]), applied(kKnown[1]), {3, "003", ""}};
  EXPECT_THAT(missing_steps(kKnown, newer).error(), HasSubstr("003, which this server does not"));
}

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
  int version = 0;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, ++version);
}

TEST(SchemaDrift, IsNamed) {
  const std::vector<SchemaPart> expected{{"column 'a'", "text"}, {"column 'b'", "text"}};
  EXPECT_EQ(describe_drift(expected, expected), "");
  EXPECT_EQ(describe_drift(expected, std::vector<SchemaPart>{{"column 'a'", "text"}}),
            "column 'b' is missing");
  EXPECT_EQ(describe_drift(std::vector<SchemaPart>{{"column 'a'", "text"}}, expected),
            "column 'b' is foreign");
  EXPECT_EQ(describe_drift(expected, std::vector<SchemaPart>{{"column 'a'", "text"},
                                                             {"column 'b'", "bigint"}}),
            "column 'b' is 'bigint', expected 'text'");
}

TEST(PostgresArrays, QuoteWhatTheyHold) {
  PostgresArray array;
  EXPECT_EQ(array.take(), "{}");
  array.add(-7);
  array.add(4'294'967'295);
  array.add_null();
  EXPECT_EQ(array.take(), "{-7,4294967295,NULL}");
  array.add(R"(a"b\c,{})");
  array.add("");
  EXPECT_EQ(array.take(), R"({"a\"b\\c,{}",""})");
}

TEST(PostgresBytes, GoThereAndBack) {
  const Bytes bytes{0, 255, 16};
  EXPECT_EQ(postgres_bytes(bytes), "\\x00ff10");
  EXPECT_EQ(parse_postgres_bytes("\\x00ff10"), bytes);
  EXPECT_TRUE(parse_postgres_bytes("00ff10").empty());
  EXPECT_TRUE(parse_postgres_bytes("\\x0").empty());
}

TEST(PrintableKeys, GoThereAndBackWhateverTheirBytes) {
  EXPECT_EQ(to_printable("key-1"), "key-1");
  EXPECT_EQ(to_printable("50%\xff"), "50%25%ff");
  EXPECT_EQ(from_printable("50%25%ff"), "50%\xff");
  EXPECT_EQ(from_printable("cut%2"), "cut");
}

TEST(DatabaseAddress, IsShownWithoutItsPassword) {
  const auto address = parse_postgres_url("postgresql://me:it's@db:5433/rush?sslmode=require");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->shown, "postgresql://me@db:5433/rush");
  EXPECT_THAT(address->conninfo, HasSubstr("password='it\\'s'"));
  EXPECT_THAT(address->conninfo, HasSubstr("sslmode='require'"));
  for (const char* text : {"", "db", "postgresql://db", "postgresql://u@h:x/y?nonsense=1"}) {
    EXPECT_FALSE(parse_postgres_url(text)) << text;
  }
}

TEST(DatabaseErrors, AreWorthAnotherTryWhereTimeCanMendThem) {
  EXPECT_EQ(kind_of_sqlstate("57P01"), Kind::away) << "shut down by an administrator";
  EXPECT_EQ(kind_of_sqlstate("53100"), Kind::away) << "disk full";
  EXPECT_EQ(kind_of_sqlstate("40P01"), Kind::away) << "deadlock";
  EXPECT_EQ(kind_of_sqlstate("08006"), Kind::away) << "connection failure";
  EXPECT_EQ(kind_of_sqlstate("23505"), Kind::clash) << "unique violation";
  EXPECT_EQ(kind_of_sqlstate("23503"), Kind::refused) << "foreign key violation";
  EXPECT_EQ(kind_of_sqlstate(""), Kind::refused);
}

}  // namespace
}  // namespace fairrush::server
