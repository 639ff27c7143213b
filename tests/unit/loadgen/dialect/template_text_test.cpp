#include "loadgen/dialect/template_text.hpp"

#include <gtest/gtest.h>

#include "loadgen/dialect/variables.hpp"

namespace fairrush::loadgen {
namespace {

/// A template written with its variables in angle brackets.
std::string marked(std::string_view text) {
  std::string marked;
  for (const TemplatePart& part : split_template(text)) {
    if (part.variable.empty()) {
      marked += part.literal;
    } else {
      marked += "<" + part.variable + (part.format.empty() ? "" : ":" + part.format) + ">";
    }
  }
  return marked;
}

TEST(Template, FindsVariablesAndTheirFormats) {
  EXPECT_EQ(marked("/a/{user}?t={now:iso}&n={index:06}"), "/a/<user>?t=<now:iso>&n=<index:06>");
  EXPECT_EQ(marked("{_x-1.y}{b}"), "<_x-1.y><b>");
  EXPECT_EQ(marked(""), "");
}

TEST(Template, LeavesEveryOtherBraceAsItIs) {
  for (const char* const text :
       {R"({"a":{"b":[{}]},"c":{"d":1}})", "{", "}", "{}", "{ user }", "{1}", "{user", "{user:}",
        "{user:a b}", "{user:iso", "{{", "}}"}) {
    EXPECT_EQ(marked(text), text);
  }
}

TEST(Template, WritesAVariableWithItsBracesWhenTheyAreDoubled) {
  EXPECT_EQ(marked("{{user}} {{now:iso}} {user}"), "{user} {now:iso} <user>");
  EXPECT_EQ(marked(R"({"a":{"who":{user}}})"), R"({"a":{"who":<user>}})");
}

TEST(Variables, AreRefusedByNameWithThoseThatAreKnown) {
  const std::vector<std::string> columns{"email"};
  const auto problem = variable_problem("/x/{usr}", Place::attempt, columns);
  ASSERT_TRUE(problem);
  EXPECT_TRUE(problem->starts_with("unknown variable {usr}: known here are {user}, {index}"))
      << *problem;
  EXPECT_TRUE(problem->ends_with("{email}")) << *problem;
  EXPECT_FALSE(variable_problem("{email}{user}{claim_open:s}", Place::attempt, columns));
}

TEST(Variables, BelongToTheirPlaces) {
  EXPECT_TRUE(variable_problem("{coupon}", Place::attempt, {}));
  EXPECT_FALSE(variable_problem("{coupon}", Place::redemption, {}));
  EXPECT_TRUE(variable_problem("{admin_token}", Place::attempt, {}));
  EXPECT_FALSE(variable_problem("{admin_token}", Place::control, {}));
  EXPECT_TRUE(variable_problem("{user}", Place::identity, {}));
}

TEST(Variables, TakeOnlyTheirOwnFormats) {
  for (const char* const text : {"{user:iso}", "{now:06}", "{index:x}", "{index:00}", "{now:us}"}) {
    EXPECT_TRUE(variable_problem(text, Place::attempt, {})) << text;
  }
}

TEST(Variables, WriteTimesAsPeopleDo) {
  EXPECT_EQ(time_text(1'700'000'000'045, ""), "1700000000045");
  EXPECT_EQ(time_text(1'700'000'000'045, "s"), "1700000000");
  EXPECT_EQ(time_text(1'700'000'000'045, "iso"), "2023-11-14T22:13:20.045Z");
}

}  // namespace
}  // namespace fairrush::loadgen
