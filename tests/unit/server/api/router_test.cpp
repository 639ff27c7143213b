#include "server/api/router.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

TEST(Router, FindsTheEventInThePath) {
  EXPECT_EQ(find_route(Method::post, "/api/v1/events/a/claims").name, "a");
  EXPECT_EQ(find_route(Method::get, "/api/v1/events/a-1.b/draw/proof?ticket=3").name, "a-1.b");
  EXPECT_EQ(find_route(Method::get, "/api/v1/events/reset").name, "reset");
  EXPECT_NE(find_route(Method::get, "/time?x=1").handler, nullptr);
}

TEST(Router, FindsNothingWhereNothingIs) {
  for (const char* target : {"", "/", "*", "/api/v1/events/", "/api/v1/events//claims",
                             "/api/v1/events/a/b/claims", "/api/v1/events/a/claims/", "/timex"}) {
    const RouteMatch match = find_route(Method::post, target);
    EXPECT_EQ(match.handler, nullptr) << target;
    EXPECT_EQ(match.allow, "") << target;
  }
}

TEST(Router, NamesTheMethodThatIsAllowed) {
  EXPECT_EQ(find_route(Method::get, "/api/v1/events/a/claims").allow, "POST");
  EXPECT_EQ(find_route(Method::post, "/time").allow, "GET");
  EXPECT_EQ(find_route(Method::other, "/api/v1/events/a").allow, "GET");
  World world;
  const auto call = world.post("/time");
  EXPECT_EQ(call->status(), 405U);
  EXPECT_EQ(call->response.allow, "GET");
  EXPECT_EQ(world.get("/nowhere")->code(), "UNKNOWN_PATH");
}

TEST(Router, ReadsAQuerysValues) {
  EXPECT_EQ(query_value("/a?ticket=17", "ticket"), "17");
  EXPECT_EQ(query_value("/a?x=1&ticket=17&y=2", "ticket"), "17");
  EXPECT_EQ(query_value("/a?ticket=", "ticket"), "");
  EXPECT_EQ(query_value("/a?tickets=1", "ticket"), std::nullopt);
  EXPECT_EQ(query_value("/a", "ticket"), std::nullopt);
  EXPECT_EQ(query_value("/a?&&", "ticket"), std::nullopt);
}

}  // namespace
}  // namespace fairrush::server
