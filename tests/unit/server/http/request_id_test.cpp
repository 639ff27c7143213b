#include "server/http/request_id.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

std::string chosen(RequestIds& ids, std::string_view sent) {
  std::string id = "left over from the request before";
  ids.choose(sent, id);
  return id;
}

TEST(RequestIdTest, IsTheClientsWhereItIsHarmless) {
  RequestIds ids("here");
  const std::string longest(64, 'x');
  for (const std::string& sent : {std::string("a"), std::string("7f.A_-9"), longest}) {
    EXPECT_EQ(chosen(ids, sent), sent);
  }
}

TEST(RequestIdTest, IsMadeWhereTheClientsWouldBreakSomething) {
  RequestIds ids("here");
  const std::string too_long(65, 'x');
  for (const std::string& sent :
       {std::string(), std::string("a b"), std::string("a\r\nX: y"), std::string("\"},{\""),
        std::string("\xC3\xA9"), std::string(1, '\0'), too_long}) {
    EXPECT_TRUE(chosen(ids, sent).starts_with("here-")) << sent;
  }
}

TEST(RequestIdTest, IsMadeOnce) {
  RequestIds ids;
  RequestIds of_another_process;
  const std::string first = chosen(ids, {});
  EXPECT_NE(first, chosen(ids, {}));
  EXPECT_NE(first, chosen(of_another_process, {}));
  EXPECT_TRUE(is_request_id(first)) << first;
}

}  // namespace
}  // namespace fairrush::server
