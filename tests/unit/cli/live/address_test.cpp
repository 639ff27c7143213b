#include "cli/live/address.hpp"

#include <gtest/gtest.h>

namespace fairrush::cli {
namespace {

std::string read(std::string_view text) {
  const auto endpoint = parse_live_address(text);
  return endpoint ? authority_of(*endpoint) : "refused";
}

TEST(LiveAddress, IsLoopbackUnlessItSaysOtherwise) {
  EXPECT_EQ(read(":8099"), "127.0.0.1:8099");
  EXPECT_EQ(read("localhost:0"), "127.0.0.1:0");
  EXPECT_EQ(read("0.0.0.0:65535"), "0.0.0.0:65535");
  EXPECT_EQ(read("[::1]:8099"), "[::1]:8099");
}

TEST(LiveAddress, IsRefusedWhenItNamesNoAddressAndPort) {
  for (const char* text : {"", ":", "8099", ":65536", ":-1", ":+1", ":80a", ": 80", "::1:80",
                           "[::1]", "[127.0.0.1]:80", "example.org:80", "127.0.0.1:",
                           "http://127.0.0.1:80", "127.0.0.1:80/", "[]:80", "999.0.0.1:80"}) {
    EXPECT_EQ(read(text), "refused") << text;
  }
}

}  // namespace
}  // namespace fairrush::cli
