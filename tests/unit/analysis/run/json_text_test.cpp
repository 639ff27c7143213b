#include "analysis/run/json_text.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

namespace fairrush::analysis {
namespace {

using testing::StartsWith;

std::string error_of(std::string_view text) {
  const auto value = parse_json(text);
  return value ? "no error" : value.error();
}

TEST(JsonText, IsReadAsTheLibraryReadsIt) {
  for (const char* text :
       {"null", " [true, false, 1, -1, 18446744073709551615, 1.5e3, \"\"] \n", "{}",
        R"({"a":{"b":[{"a":1},{"a":2}]},"b":"\u00fc\ud83d\ude00","\n":[]})",
        R"({"":{"":{"":0}},"a":"a","aa":"","ab":null})"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text << value.error();
    EXPECT_EQ(*value, boost::json::parse(text)) << text;
  }
  const std::string many =
      "[" + std::string(100'000, ' ') + "\"" + std::string(100'000, 'x') + "\"]";
  EXPECT_EQ(*parse_json(many), boost::json::parse(many));
}

TEST(JsonText, MayNotHaveAKeyTwiceInOneObject) {
  EXPECT_EQ(error_of(R"({"a":1,"b":2,"a":1})"), "the key \"a\" stands twice in one object");
  EXPECT_EQ(error_of(R"([{"x":{"a":1}},{"x":{"ab":1,"a\u0062":1}}])"),
            "the key \"ab\" stands twice in one object");
  EXPECT_EQ(error_of(R"({"":1,"":2})"), "the key \"\" stands twice in one object");
  EXPECT_EQ(error_of(R"({"a":{"b":1},"b":{"a":1}})"), "no error");
}

TEST(JsonText, MayNotHaveAKeyTwiceAmongManyEither) {
  for (const std::size_t keys : {2U, 8U, 9U, 1000U}) {
    std::string text = "{";
    for (std::size_t key = 0; key < keys; ++key) text += fmt::format("\"k{}\":{},", key, key);
    EXPECT_EQ(error_of(text + "\"k\":0}"), "no error") << keys;
    EXPECT_EQ(error_of(text + "\"k1\":0}"), "the key \"k1\" stands twice in one object") << keys;
  }
}

TEST(JsonText, ThatIsNoneIsCalledSo) {
  for (const std::string_view text :
       {"", " ", "{", "{\"a\":1,}", "[1", "1 2", "nul", "\"caf\xE9\"", "<html>", "{'a':1}"}) {
    EXPECT_THAT(error_of(text), StartsWith("not JSON: ")) << text;
  }
  EXPECT_THAT(error_of(std::string(100'000, '[')), StartsWith("not JSON: "));
}

TEST(JsonText, IsReadOneAfterTheOtherWhateverCameBefore) {
  JsonParser parse;
  for (int round = 0; round < 3; ++round) {
    std::array<unsigned char, 64> storage{};
    boost::json::monotonic_resource memory(storage.data(), storage.size());
    EXPECT_FALSE(parse(R"({"a":[1,{"long enough to need memory of its own":)", &memory));
    EXPECT_FALSE(parse(R"({"a":1,"a":1})", &memory));
    const auto value = parse(R"({"a":[1,2,3]})", &memory);
    ASSERT_TRUE(value) << value.error();
    EXPECT_EQ(boost::json::serialize(*value), R"({"a":[1,2,3]})");
  }
}

}  // namespace
}  // namespace fairrush::analysis
