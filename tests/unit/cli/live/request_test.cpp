#include "cli/live/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairrush::cli {
namespace {

std::optional<Asked> asked(std::string_view bytes) {
  return RequestHead().feed(bytes);
}

TEST(RequestHead, TellsPagesApart) {
  EXPECT_EQ(asked("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Asked::page);
  EXPECT_EQ(asked("GET /?dark HTTP/1.1\r\n\r\n"), Asked::page);
  EXPECT_EQ(asked("GET /events HTTP/1.1\r\n\r\n"), Asked::events);
  EXPECT_EQ(asked("GET /metrics HTTP/1.0\r\n\r\n"), Asked::metrics);
  EXPECT_EQ(asked("GET /metrics/ HTTP/1.1\r\n\r\n"), Asked::unknown_path);
  EXPECT_EQ(asked("GET /../etc/passwd HTTP/1.1\r\n\r\n"), Asked::unknown_path);
}

TEST(RequestHead, RefusesEveryMethodButGetWithoutWaitingForABody) {
  for (const char* method : {"POST", "HEAD", "PUT", "OPTIONS", "BREW"}) {
    EXPECT_EQ(asked(std::string(method) + " / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"),
              Asked::wrong_method)
        << method;
  }
}

TEST(RequestHead, TakesARequestByteByByte) {
  RequestHead head;
  const std::string_view request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char& byte : request.substr(0, request.size() - 1)) {
    EXPECT_FALSE(head.feed({&byte, 1}));
  }
  EXPECT_EQ(head.feed("\n"), Asked::metrics);
}

TEST(RequestHead, RefusesWhatIsNoHttp) {
  for (const char* bytes : {"\x16\x03\x01\x02 hello\r\n\r\n", "GET /\r\n\r\n", "\r\n \r\n\r\n",
                            "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"}) {
    EXPECT_EQ(asked(bytes), Asked::malformed) << bytes;
  }
}

TEST(RequestHead, HoldsNoMoreThanItsLimitHoweverItComes) {
  const std::string lines(RequestHead::kBytesMax, 'x');
  EXPECT_EQ(asked("GET /" + lines + " HTTP/1.1\r\n\r\n"), Asked::header_too_big);
  EXPECT_EQ(asked("GET / HTTP/1.1\r\nA: " + lines), Asked::header_too_big);
  RequestHead head;
  std::optional<Asked> answer = head.feed("GET / HTTP/1.1\r\n");
  std::size_t fed = 0;
  while (!answer && fed < 4 * RequestHead::kBytesMax) {
    static constexpr std::string_view kField = "A: 1234567890\r\n";
    answer = head.feed(kField);
    fed += kField.size();
  }
  EXPECT_EQ(answer, Asked::header_too_big);
  EXPECT_LE(fed, RequestHead::kBytesMax + 100);
}

}  // namespace
}  // namespace fairrush::cli
