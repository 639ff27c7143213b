#include "loadgen/wire/exchange.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace fairrush::loadgen {
namespace {

using State = Exchange::State;

constexpr std::string_view kPlain =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    "{\"coupon\":\"AB\"}";
constexpr std::string_view kChunked =
    "HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nTrailer: t\r\n\r\n";
constexpr std::string_view kEmptyChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

/// Feeds one byte at a time and expects that only the last one completes the answer.
void feed_by_bytes(Exchange& exchange, std::string_view text) {
  for (std::size_t place = 0; place + 1 < text.size(); ++place) {
    ASSERT_EQ(exchange.feed(text.substr(place, 1)), State::reading) << "after byte " << place;
  }
  ASSERT_EQ(exchange.feed(text.substr(text.size() - 1)), State::complete);
}

TEST(Exchange, ReadsAnAnswerInOnePiece) {
  Exchange exchange;
  ASSERT_EQ(exchange.feed(kPlain), State::complete);
  EXPECT_EQ(exchange.status(), 200U);
  EXPECT_EQ(exchange.body(), "{\"coupon\":\"AB\"}");
  EXPECT_TRUE(exchange.keep_alive());
}

TEST(Exchange, ReadsAnAnswerByteByByte) {
  Exchange exchange;
  feed_by_bytes(exchange, kPlain);
  EXPECT_EQ(exchange.status(), 200U);
  EXPECT_EQ(exchange.body(), "{\"coupon\":\"AB\"}");
  EXPECT_TRUE(exchange.keep_alive());
}

TEST(Exchange, ReadsAChunkedAnswerByteByByte) {
  Exchange exchange;
  feed_by_bytes(exchange, kChunked);
  EXPECT_EQ(exchange.status(), 410U);
  EXPECT_EQ(exchange.body(), "hello, world");
}

TEST(Exchange, ReadsAnEmptyChunkedAnswerByteByByte) {
  Exchange exchange;
  feed_by_bytes(exchange, kEmptyChunked);
  EXPECT_EQ(exchange.status(), 200U);
  EXPECT_EQ(exchange.body(), "");
}

TEST(Exchange, ReadsAnswersCutAnywhere) {
  for (const std::string_view text : {kPlain, kChunked, kEmptyChunked}) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      Exchange exchange;
      ASSERT_EQ(exchange.feed(text.substr(0, cut)), State::reading) << cut;
      ASSERT_EQ(exchange.feed(text.substr(cut)), State::complete) << cut;
    }
  }
}

TEST(Exchange, ServesOneAnswerAfterTheOther) {
  Exchange exchange;
  ASSERT_EQ(exchange.feed(kChunked), State::complete);
  exchange.start();
  ASSERT_EQ(exchange.state(), State::reading);
  ASSERT_EQ(exchange.feed(kPlain), State::complete);
  EXPECT_EQ(exchange.body(), "{\"coupon\":\"AB\"}");
}

TEST(Exchange, ReadsAnAnswerWithAKnownHeadAsIfItHadParsedIt) {
  Exchange exchange({}, {"X-Queue"});
  const auto answer = [](std::string_view body) {
    return fmt::format("HTTP/1.1 201 Created\r\nX-Queue: 7\r\nContent-Length: {}\r\n\r\n{}",
                       body.size(), body);
  };
  for (const char* const body : {"first", "other", "third", "longer than those", "after"}) {
    exchange.start();
    ASSERT_EQ(exchange.feed(answer(body)), Exchange::State::complete);
    EXPECT_EQ(exchange.status(), 201U);
    EXPECT_EQ(exchange.body(), body);
    EXPECT_EQ(exchange.headers().front(), "7");
    EXPECT_TRUE(exchange.keep_alive());
  }
}

TEST(Exchange, TakesNoAnswerForAKnownOneThatIsCutOrHasMoreBehindIt) {
  Exchange exchange;
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
  ASSERT_EQ(exchange.feed(answer), Exchange::State::complete);
  exchange.start();
  ASSERT_EQ(exchange.feed(answer.substr(0, answer.size() - 1)), Exchange::State::reading);
  EXPECT_EQ(exchange.end(), Exchange::State::cut_off);
  exchange.start();
  ASSERT_EQ(exchange.feed(answer + "HTTP"), Exchange::State::complete);
  EXPECT_FALSE(exchange.keep_alive());
  exchange.start();
  ASSERT_EQ(exchange.feed(answer), Exchange::State::complete) << "as before";
  EXPECT_TRUE(exchange.keep_alive());
}

TEST(Exchange, KnowsTheHeadOfAnAnswerThatEndsTheConnection) {
  Exchange exchange;
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  for (int turn = 0; turn < 2; ++turn) {
    exchange.start();
    ASSERT_EQ(exchange.feed(last), Exchange::State::complete);
    EXPECT_FALSE(exchange.keep_alive());
  }
}

TEST(Exchange, AnswersWithoutABodyAreComplete) {
  Exchange exchange;
  ASSERT_EQ(exchange.feed("HTTP/1.1 204 No Content\r\n\r\n"), State::complete);
  EXPECT_EQ(exchange.body(), "");
  exchange.start();
  ASSERT_EQ(exchange.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), State::complete);
  EXPECT_TRUE(exchange.keep_alive());
}

TEST(Exchange, StepsOverInterimAnswers) {
  const std::string text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" +
      std::string(kPlain);
  Exchange whole;
  ASSERT_EQ(whole.feed(text), State::complete);
  EXPECT_EQ(whole.status(), 200U);
  Exchange by_bytes;
  feed_by_bytes(by_bytes, text);
  EXPECT_EQ(by_bytes.status(), 200U);
}

TEST(Exchange, ForgetsWhatAnInterimAnswerSaid) {
  Exchange exchange({}, {"x-result"});
  ASSERT_EQ(exchange.feed("HTTP/1.1 103 Early Hints\r\nX-Result: early\r\n\r\n" +
                          std::string(kPlain)),
            State::complete);
  EXPECT_EQ(exchange.headers().front(), "");
}

TEST(Exchange, RefusesInterimAnswersWithoutEnd) {
  Exchange exchange;
  State state = State::reading;
  for (int i = 0; i < 100 && state == State::reading; ++i) {
    state = exchange.feed("HTTP/1.1 100 Continue\r\n\r\n");
  }
  EXPECT_EQ(state, State::broken);
}

TEST(Exchange, EndsAnAnswerOfUnknownLengthWithTheConnection) {
  Exchange exchange;
  ASSERT_EQ(exchange.feed("HTTP/1.0 200 OK\r\n\r\nuntil the "), State::reading);
  ASSERT_EQ(exchange.feed("end"), State::reading);
  ASSERT_EQ(exchange.end(), State::complete);
  EXPECT_EQ(exchange.body(), "until the end");
  EXPECT_FALSE(exchange.keep_alive());
}

TEST(Exchange, DoesNotReuseAConnectionOfHttp10OrOneThatSaysClose) {
  Exchange old;
  ASSERT_EQ(old.feed("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), State::complete);
  EXPECT_FALSE(old.keep_alive());
  Exchange closing;
  ASSERT_EQ(closing.feed("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
            State::complete);
  EXPECT_FALSE(closing.keep_alive());
}

TEST(Exchange, DoesNotReuseAConnectionThatSaysMoreThanItWasAsked) {
  Exchange exchange;
  ASSERT_EQ(exchange.feed(std::string(kPlain) + "HTTP/1.1 200"), State::complete);
  EXPECT_EQ(exchange.status(), 200U);
  EXPECT_FALSE(exchange.keep_alive());
}

TEST(Exchange, IsCutOffWhenThePeerEndsAnywhereBeforeTheEnd) {
  for (const std::string_view text : {kPlain, kChunked}) {
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      Exchange exchange;
      if (cut > 0) exchange.feed(text.substr(0, cut));
      EXPECT_EQ(exchange.end(), State::cut_off) << "after " << cut << " bytes";
    }
  }
}

TEST(Exchange, CallsWhatIsNotHttpBroken) {
  for (const std::string_view text :
       {"garbage garbage garbage\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 two hundred\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    Exchange exchange;
    State state = exchange.feed(text);
    if (state == State::reading) state = exchange.feed("\r\n\r\n\r\n\r\n");
    EXPECT_EQ(state, State::broken) << text;
    EXPECT_NE(exchange.failure(), "") << text;
  }
}

TEST(Exchange, TakesABodyUpToItsLimitAndNoByteMore) {
  const AnswerLimits limits{.header_bytes = 1024, .body_bytes = 10};
  Exchange fits(limits);
  EXPECT_EQ(fits.feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"), State::complete);
  Exchange announced(limits);
  EXPECT_EQ(announced.feed("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), State::broken);
  Exchange chunked(limits);
  EXPECT_EQ(chunked.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "6\r\n012345\r\n6\r\n012345\r\n"),
            State::broken);
  Exchange open_ended(limits);
  EXPECT_EQ(open_ended.feed("HTTP/1.0 200 OK\r\n\r\n0123456789X"), State::broken);
}

TEST(Exchange, TakesAHeaderUpToItsLimitOnly) {
  const AnswerLimits limits{.header_bytes = 256, .body_bytes = 10};
  Exchange exchange(limits);
  State state = exchange.feed("HTTP/1.1 200 OK\r\nX: ");
  for (int i = 0; i < 300 && state == State::reading; ++i) state = exchange.feed("y");
  EXPECT_EQ(state, State::broken);
}

}  // namespace
}  // namespace fairrush::loadgen
