#include "server/http/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace fairrush::server {
namespace {

using State = RequestReader::State;

constexpr RequestLimits kLimits{.header = ByteCount{512}, .body = ByteCount{64}};

/// Gives the reader bytes as they fit, `step` at a time, until it has an opinion.
State feed(RequestReader& reader, std::string_view bytes, std::size_t step = 4096) {
  State state = reader.advance();
  while (state == State::need_more && !bytes.empty()) {
    const std::span<char> room = reader.free_space();
    const std::size_t count = std::min({bytes.size(), step, room.size()});
    std::copy_n(bytes.begin(), count, room.begin());
    reader.received(count);
    bytes.remove_prefix(count);
    state = reader.advance();
  }
  return state;
}

constexpr std::string_view kClaim =
    "POST /api/v1/events/e/claims?x=1 HTTP/1.1\r\nHost: h\r\nx-user-id: 17\r\n"
    "IDEMPOTENCY-KEY: k\r\nAuthorization: Bearer t\r\nContent-Length: 2\r\n\r\n{}";

TEST(RequestReader, ReadsWhatTheServerNeeds) {
  RequestReader reader(kLimits);
  ASSERT_EQ(feed(reader, kClaim), State::complete);
  const Request& request = reader.request();
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.target, "/api/v1/events/e/claims?x=1");
  EXPECT_EQ(request.user_id, "17");
  EXPECT_EQ(request.idempotency_key, "k");
  EXPECT_EQ(request.authorization, "Bearer t");
  EXPECT_EQ(request.body, "{}");
  EXPECT_TRUE(reader.keep_alive());
}

TEST(RequestReader, DoesNotCareHowTheBytesAreCut) {
  for (std::size_t step = 1; step < kClaim.size(); ++step) {
    RequestReader reader(kLimits);
    ASSERT_EQ(feed(reader, kClaim, step), State::complete) << step;
    EXPECT_EQ(reader.request().user_id, "17");
    EXPECT_EQ(reader.request().body, "{}");
  }
}

TEST(RequestReader, KeepsPipelinedRequestsApart) {
  RequestReader reader(kLimits);
  const std::string second = "GET /time HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(feed(reader, std::string(kClaim) + second + "GET /li"), State::complete);
  reader.next();
  ASSERT_EQ(reader.advance(), State::complete);
  EXPECT_EQ(reader.request().method, Method::get);
  EXPECT_EQ(reader.request().target, "/time");
  EXPECT_EQ(reader.request().user_id, "") << "nothing of the first request is left";
  EXPECT_EQ(reader.request().body, "");
  reader.next();
  EXPECT_EQ(reader.advance(), State::need_more);
  EXPECT_TRUE(reader.started());
}

TEST(RequestReader, KnowsWhetherARequestHasBegun) {
  RequestReader reader(kLimits);
  EXPECT_FALSE(reader.started());
  feed(reader, "G");
  EXPECT_TRUE(reader.started());
}

TEST(RequestReader, ReadsChunkedBodies) {
  RequestReader reader(kLimits);
  ASSERT_EQ(feed(reader,
                 "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2\r\n{\"\r\n3;x=y\r\na\"}\r\n0\r\n\r\n",
                 1),
            State::complete);
  EXPECT_EQ(reader.request().body, "{\"a\"}");
}

TEST(RequestReader, DoesNotBelieveATrailerWhoAsks) {
  for (const char* trailer : {"X-User-ID: 7", "Authorization: Bearer t", "Idempotency-Key: k"}) {
    RequestReader reader(kLimits);
    const std::string bytes =
        std::string("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n") +
        trailer + "\r\n\r\n";
    ASSERT_EQ(feed(reader, bytes), State::complete) << trailer;
    EXPECT_EQ(reader.request().user_id, "");
    EXPECT_EQ(reader.request().authorization, "");
    EXPECT_EQ(reader.request().idempotency_key, "");
  }
}

TEST(RequestReader, ClosesWhereTheProtocolSaysSo) {
  const auto keeps = [](std::string_view text) {
    RequestReader reader(kLimits);
    EXPECT_EQ(feed(reader, text), State::complete);
    return reader.keep_alive();
  };
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestReader, RefusesWhatIsNotHttp) {
  for (const char* text :
       {"\x16\x03\x01\x02", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nHost h\r\n",
        "GET / HTTP/1.1\r\n Host: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\nX: y\n\n",
        "GET  / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    RequestReader reader(kLimits);
    EXPECT_EQ(feed(reader, text), State::malformed) << text;
  }
}

TEST(RequestReader, RefusesABodyWhoseEndAProxyCouldSeeElsewhere) {
  for (const char* fields :
       {"Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding:", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6"}) {
    RequestReader reader(kLimits);
    EXPECT_EQ(
        feed(reader, "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n\r\n0\r\n\r\n"),
        State::malformed)
        << fields;
  }
}

TEST(RequestReader, ReadsTheNameOfTheChunkedCodingInAnyCase) {
  RequestReader reader(kLimits);
  ASSERT_EQ(feed(reader,
                 "POST / HTTP/1.1\r\nHost: h\r\ntransfer-encoding:  Chunked \r\n\r\n"
                 "2\r\n{}\r\n0\r\n\r\n"),
            State::complete);
  EXPECT_EQ(reader.request().body, "{}");
}

TEST(RequestReader, RefusesATransferCodingFromAnOldClient) {
  RequestReader reader(kLimits);
  EXPECT_EQ(feed(reader, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            State::malformed);
}

TEST(RequestReader, RefusesASecondHost) {
  for (const char* version : {"1.0", "1.1"}) {
    RequestReader reader(kLimits);
    EXPECT_EQ(feed(reader, "GET / HTTP/" + std::string(version) + "\r\nHost: a\r\nHost: a\r\n\r\n"),
              State::malformed)
        << version;
  }
}

TEST(RequestReader, RefusesARequestWithoutAHost) {
  RequestReader reader(kLimits);
  EXPECT_EQ(feed(reader, "GET / HTTP/1.1\r\n\r\n"), State::malformed);
}

TEST(RequestReader, RefusesTwoAnswersToTheQuestionWhoAsks) {
  for (const char* name : {"X-User-ID", "Authorization", "Idempotency-Key"}) {
    RequestReader reader(kLimits);
    const std::string field = std::string(name) + ": 1\r\n";
    EXPECT_EQ(feed(reader, "POST / HTTP/1.1\r\nHost: h\r\n" + field + field + "\r\n"),
              State::malformed)
        << name;
  }
}

TEST(RequestReader, RefusesAHeaderThatIsTooLong) {
  RequestReader many(kLimits);
  std::string fields;
  while (fields.size() < 600) fields += "X: 1234567890\r\n";
  EXPECT_EQ(feed(many, "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"), State::header_too_large);
  RequestReader one(kLimits);
  EXPECT_EQ(feed(one, "GET /" + std::string(600, 'x')), State::header_too_large);
  RequestReader field(kLimits);
  EXPECT_EQ(feed(field, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'x')),
            State::header_too_large);
}

TEST(RequestReader, RefusesABodyThatIsTooLong) {
  RequestReader announced(kLimits);
  EXPECT_EQ(feed(announced, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65\r\n\r\n"),
            State::body_too_large);
  RequestReader chunked(kLimits);
  EXPECT_EQ(feed(chunked, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n"),
            State::body_too_large);
  RequestReader exact(kLimits);
  EXPECT_EQ(feed(exact,
                 "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x')),
            State::complete);
}

TEST(RequestReader, TakesABodyLongerThanItsBuffer) {
  RequestReader reader({.header = ByteCount{256}, .body = ByteCount{10'000}});
  const std::string body(10'000, 'x');
  ASSERT_EQ(feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n" + body),
            State::complete);
  EXPECT_EQ(reader.request().body, body);
}

TEST(RequestReader, KnowsAClientThatWaitsBeforeItsBody) {
  RequestReader reader(kLimits);
  EXPECT_EQ(feed(reader,
                 "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                 "Content-Length: 2\r\n\r\n"),
            State::need_more);
  EXPECT_TRUE(reader.expects_continue());
  EXPECT_EQ(feed(reader, "{}"), State::complete);
}

}  // namespace
}  // namespace fairrush::server
