#include "base/units.hpp"

#include <gtest/gtest.h>

namespace fairrush {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Durations, AreReadInEveryUnit) {
  EXPECT_EQ(*parse_duration("17ns"), Duration(17));
  EXPECT_EQ(*parse_duration("250us"), microseconds(250));
  EXPECT_EQ(*parse_duration("250µs"), microseconds(250));
  EXPECT_EQ(*parse_duration("200ms"), milliseconds(200));
  EXPECT_EQ(*parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(*parse_duration("4m"), minutes(4));
  EXPECT_EQ(*parse_duration("1h"), hours(1));
  EXPECT_EQ(*parse_duration("10 s"), seconds(10));
  EXPECT_EQ(*parse_duration("0"), Duration(0));
  EXPECT_EQ(*parse_duration("0s"), Duration(0));
}

TEST(Durations, RefuseWhatIsNoneWithAnExample) {
  for (const char* text : {"", "5", "s", "-1s", "1.5.5s", "1 week", "1e3s", "inf s", "nans", "5s5",
                           "1e400s", "99999999999h", "\x01"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().expected.find("200ms"), std::string::npos);
  }
}

TEST(Durations, ArePrintedInTheUnitThatReadsBest) {
  EXPECT_EQ(format_duration(Duration(0)), "0s");
  EXPECT_EQ(format_duration(Duration(17)), "17ns");
  EXPECT_EQ(format_duration(microseconds(250)), "250us");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1.5s");
  EXPECT_EQ(format_duration(minutes(4)), "4m");
  EXPECT_EQ(format_duration(hours(3)), "3h");
  EXPECT_EQ(format_duration(-milliseconds(20)), "-20ms");
}

TEST(Durations, ThatArePrintedAreReadBack) {
  for (Duration duration : {Duration(1), Duration(milliseconds(60)), Duration(seconds(90)),
                            Duration(minutes(5)), Duration(hours(2))}) {
    EXPECT_EQ(*parse_duration(format_duration(duration)), duration);
  }
}

TEST(Rates, AreReadAndPrinted) {
  EXPECT_EQ(parse_rate("500/s")->per_second, 500);
  EXPECT_EQ(parse_rate("1.5k/s")->per_second, 1500);
  EXPECT_EQ(parse_rate("2M/s")->per_second, 2e6);
  EXPECT_EQ(parse_rate("60/m")->per_second, 1);
  EXPECT_FALSE(parse_rate("500"));
  EXPECT_FALSE(parse_rate("-1/s"));
  EXPECT_EQ(format_rate(Rate{500}), "500/s");
  EXPECT_EQ(format_rate(Rate{12'340}), "12.3k/s");
  EXPECT_EQ(format_rate(Rate{2.5e6}), "2.5M/s");
}

TEST(ByteCounts, KnowPowersOfTwoAndOfTen) {
  EXPECT_EQ(parse_byte_count("512")->bytes, 512U);
  EXPECT_EQ(parse_byte_count("64KiB")->bytes, 65'536U);
  EXPECT_EQ(parse_byte_count("64kB")->bytes, 64'000U);
  EXPECT_EQ(parse_byte_count("8MiB")->bytes, 8U << 20);
  EXPECT_EQ(parse_byte_count("1GiB")->bytes, 1U << 30);
  EXPECT_FALSE(parse_byte_count("8mb"));
  EXPECT_FALSE(parse_byte_count("1e30GiB"));
  EXPECT_FALSE(parse_byte_count("9999999999999999999"));
  EXPECT_EQ(format_byte_count(ByteCount{512}), "512 B");
  EXPECT_EQ(format_byte_count(ByteCount{4096}), "4.0 KiB");
  EXPECT_EQ(format_byte_count(ByteCount{std::uint64_t{3} << 30}), "3.0 GiB");
}

TEST(Shares, AreReadAsPercentPointsOrFraction) {
  EXPECT_DOUBLE_EQ(parse_share("20%")->of_one, 0.2);
  EXPECT_DOUBLE_EQ(parse_share("1pp")->of_one, 0.01);
  EXPECT_DOUBLE_EQ(parse_share("0.2")->of_one, 0.2);
  EXPECT_DOUBLE_EQ(parse_share("0")->of_one, 0);
  EXPECT_DOUBLE_EQ(parse_share("100%")->of_one, 1);
  EXPECT_FALSE(parse_share("101%"));
  EXPECT_FALSE(parse_share("-5%"));
  EXPECT_FALSE(parse_share("twenty"));
  EXPECT_EQ(format_share(Share{0.2}), "20.00%");
}

TEST(Counts, ArePrintedInGroupsOfThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'000), "1,000");
  EXPECT_EQ(format_count(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace fairrush
