#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/loadgen/ledger/ledger_files.hpp"

namespace fairrush::loadgen {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(LedgerFiles, OfCsvAndNdjsonAreRead) {
  EXPECT_EQ(read(write("a.csv", "coupon,user\nA,17\nB,3\n")), "17=A 3=B");
  EXPECT_EQ(read(write("b.ndjson", "{\"user\":17,\"coupon\":\"A\"}\n")), "17=A");
  EXPECT_EQ(read("csv:" + write("c.txt", "user,coupon\n1,X\n")), "1=X");
}

TEST_F(LedgerFiles, LargerThanAReadAreReadWhole) {
  std::string text = "user,coupon\n";
  for (int user = 0; user < 200'000; ++user) text += std::to_string(user) + ",coupon\n";
  ASSERT_GT(text.size(), std::size_t{2} << 20);
  const auto ledger = read_ledger(*parse_ledger_source(write("big.csv", text)), "");
  ASSERT_TRUE(ledger) << ledger.error();
  EXPECT_EQ(ledger->size(), 200'000U);
  EXPECT_EQ(ledger->back().user.value(), 199'999U);
}

TEST_F(LedgerFiles, ThatCannotBeUsedAreNamed) {
  EXPECT_THAT(read(at("absent.csv")),
              AllOf(HasSubstr("absent.csv"), HasSubstr("cannot be opened")));
  EXPECT_THAT(read("csv:" + at("")), HasSubstr("a directory"));
  EXPECT_THAT(read(write("bad.csv", "user,coupon\nx,A\n")),
              AllOf(HasSubstr("bad.csv: line 2: user 'x'")));
}

}  // namespace
}  // namespace fairrush::loadgen
