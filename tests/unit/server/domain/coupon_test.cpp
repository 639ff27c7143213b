#include "server/domain/coupon.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

namespace fairrush::server {
namespace {

TEST(CouponMint, GivesEverySerialACodeOfItsOwn) {
  const CouponMint mint(Bytes(32, 7));
  std::set<std::string> codes;
  for (CouponSerial serial = 1; serial <= 20'000; ++serial) {
    codes.emplace(mint.code(serial).view());
  }
  EXPECT_EQ(codes.size(), 20'000U);
}

TEST(CouponMint, GivesTheSameSerialTheSameCodeAgain) {
  EXPECT_EQ(CouponMint(Bytes(32, 7)).code(1), CouponMint(Bytes(32, 7)).code(1));
}

TEST(CouponMint, CannotBeFollowedWithoutTheKey) {
  const CouponCode ours = CouponMint(Bytes(32, 7)).code(1);
  const CouponCode guess = CouponMint(Bytes(32, 8)).code(1);
  EXPECT_EQ(ours.view().substr(0, 8), guess.view().substr(0, 8)) << "the serial is no secret";
  EXPECT_NE(ours.view().substr(8), guess.view().substr(8));
}

TEST(CouponMint, WritesSerialAndChecksumInCrockfordsAlphabet) {
  const CouponMint mint(Bytes(32, 7));
  EXPECT_EQ(mint.code(33).view().substr(0, 8), "0000011-");
  EXPECT_EQ(mint.code(std::numeric_limits<CouponSerial>::max()).view().substr(0, 8), "3ZZZZZZ-");
  for (const char c : mint.code(5).view().substr(8)) {
    EXPECT_NE(std::string("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(c), std::string::npos);
  }
}

TEST(SerialOf, ReadsTheNumberThatACodeStates) {
  const CouponMint mint(bytes_of("key"));
  for (const CouponSerial serial : {0U, 1U, 32U, 4'294'967'295U}) {
    EXPECT_EQ(serial_of(mint.code(serial)), serial);
  }
  for (const char* const text : {"ZZZZZZZ-0000000000000000", "000000u-0000000000000000"}) {
    EXPECT_FALSE(serial_of(*parse_coupon_code(text))) << text;
  }
}

}  // namespace
}  // namespace fairrush::server
