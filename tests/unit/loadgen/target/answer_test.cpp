#include "loadgen/target/answer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/loadgen/target/spoken.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

struct Case {
  Op op;
  unsigned status;
  const char* body;
  Outcome outcome;
  Reason reason;
  const char* receipt = "";
};

/// Reads answers as the reference server gives them, for the event "e".
class ReferenceReader {
 public:
  Meaning read(Op op, unsigned status, std::string_view body) {
    return reader_.read(op, {.status = status, .body = body});
  }
  Meaning read(Errand errand, unsigned status, std::string_view body) {
    return reader_.read(errand, {.status = status, .body = body});
  }

 private:
  const Dialect dialect_ = spoken();
  AnswerReader reader_{dialect_, {.texts = {{"event", "e"}}, .times_ms = {}}};
};

class EveryAnswer : public testing::TestWithParam<Case> {};

TEST_P(EveryAnswer, MeansWhatTheTableSays) {
  const Case& expected = GetParam();
  ReferenceReader reader;
  const Meaning meaning = reader.read(expected.op, expected.status, expected.body);
  EXPECT_EQ(meaning.outcome, expected.outcome);
  EXPECT_EQ(meaning.reason, expected.reason);
  EXPECT_EQ(meaning.receipt, expected.receipt);
}

INSTANTIATE_TEST_SUITE_P(
    Reservations, EveryAnswer,
    testing::Values(
        Case{Op::reserve, 201, R"({"ticket":17,"token":"abc"})", Outcome::accepted, Reason::none,
             "abc"},
        Case{Op::reserve, 409, R"({"code":"ERROR_DUPLICATED_RESERVATION","token":"abc"})",
             Outcome::refusal, Reason::duplicate_reservation, "abc"},
        Case{Op::reserve, 403, R"({"code":"NOT_IN_ACTIVE_TIME"})", Outcome::refusal,
             Reason::outside_window},
        Case{Op::reserve, 201, R"({"ticket":17})", Outcome::indeterminate, Reason::receipt_missing},
        Case{Op::reserve, 200, R"({"token":"abc"})", Outcome::indeterminate, Reason::unmatched}));

INSTANTIATE_TEST_SUITE_P(
    Claims, EveryAnswer,
    testing::Values(
        Case{Op::claim, 200, R"({"coupon":"C-1","discount":10})", Outcome::win, Reason::none,
             "C-1"},
        Case{Op::claim, 409, R"({"code":"ALREADY_CLAIMED","coupon":"C-1"})", Outcome::refusal,
             Reason::already_claimed, "C-1"},
        Case{Op::claim, 409, R"({"code":"ALREADY_CLAIMED"})", Outcome::refusal,
             Reason::already_claimed},
        Case{Op::claim, 410, R"({"code":"SOLD_OUT"})", Outcome::loss, Reason::sold_out},
        Case{Op::claim, 410, R"({"code":"NOT_DRAWN"})", Outcome::loss, Reason::not_drawn},
        Case{Op::claim, 410, R"({"code":"ELSE"})", Outcome::indeterminate, Reason::server_error},
        Case{Op::claim, 403, R"({"code":"NOT_RESERVATION"})", Outcome::refusal,
             Reason::not_reserved},
        Case{Op::claim, 404, R"({"code":"UNKNOWN_EVENT"})", Outcome::refusal,
             Reason::unknown_event},
        Case{Op::claim, 404, "<html>", Outcome::refusal, Reason::other_refusal},
        Case{Op::claim, 401, "", Outcome::refusal, Reason::unauthorized},
        Case{Op::claim, 431, "", Outcome::refusal, Reason::bad_request},
        Case{Op::claim, 404, "", Outcome::refusal, Reason::other_refusal},
        Case{Op::claim, 408, "", Outcome::indeterminate, Reason::server_error},
        Case{Op::claim, 429, "", Outcome::indeterminate, Reason::server_error}));

INSTANTIATE_TEST_SUITE_P(
    ServersInTrouble, EveryAnswer,
    testing::Values(Case{Op::claim, 503, R"({"code":"DRAINING"})", Outcome::refusal,
                         Reason::overloaded},
                    Case{Op::claim, 503, R"({"code":"STORE_UNAVAILABLE"})", Outcome::refusal,
                         Reason::overloaded},
                    Case{Op::claim, 503, R"({"code":"OUTCOME_UNKNOWN"})", Outcome::indeterminate,
                         Reason::server_error},
                    Case{Op::claim, 503, R"({"code":"LEDGER_UNAVAILABLE"})", Outcome::indeterminate,
                         Reason::server_error},
                    Case{Op::claim, 503, "", Outcome::indeterminate, Reason::server_error},
                    Case{Op::reserve, 500, "oops", Outcome::indeterminate, Reason::server_error},
                    Case{Op::claim, 302, "", Outcome::indeterminate, Reason::redirected},
                    Case{Op::claim, 204, "", Outcome::indeterminate, Reason::unmatched}));

INSTANTIATE_TEST_SUITE_P(
    SuccessThatCannotBeRead, EveryAnswer,
    testing::Values(
        Case{Op::claim, 200, "", Outcome::indeterminate, Reason::not_json},
        Case{Op::claim, 200, "coupon", Outcome::indeterminate, Reason::not_json},
        Case{Op::claim, 200, R"({"coupon":"C-1")", Outcome::indeterminate, Reason::not_json},
        Case{Op::claim, 200, R"({"coupon":"C-1"} x)", Outcome::indeterminate, Reason::not_json},
        Case{Op::claim, 200, "{\"coupon\":\"\xff\"}", Outcome::indeterminate, Reason::not_utf8},
        Case{Op::claim, 200, R"({"coupon":true})", Outcome::indeterminate,
             Reason::receipt_mistyped},
        Case{Op::claim, 200, R"({"coupon":["C-1"]})", Outcome::indeterminate,
             Reason::receipt_mistyped},
        Case{Op::claim, 200, R"({"coupon":""})", Outcome::indeterminate, Reason::receipt_missing},
        Case{Op::claim, 200, R"(["coupon","C-1"])", Outcome::indeterminate,
             Reason::receipt_missing},
        Case{Op::claim, 200, R"({"inner":{"coupon":"C-1"}})", Outcome::indeterminate,
             Reason::receipt_missing}));

INSTANTIATE_TEST_SUITE_P(NumbersAsReceipts, EveryAnswer,
                         testing::Values(Case{Op::claim, 200, R"({"coupon":7})", Outcome::win,
                                              Reason::none, "7"}));

INSTANTIATE_TEST_SUITE_P(
    Wallets, EveryAnswer,
    testing::Values(Case{Op::status, 200, R"({"coupons":[]})", Outcome::accepted, Reason::none},
                    Case{Op::status, 200,
                         R"({"coupons":[{"event":"e","coupon":"C-1","redeemed":false}]})",
                         Outcome::accepted, Reason::none, "C-1"},
                    Case{Op::status, 200, R"({"coupons":[{"coupon":"C-1"},{"coupon":"C-2"}]})",
                         Outcome::accepted, Reason::none, "C-1"},
                    Case{Op::status, 200, R"({"coupons":[],"history":[{"coupon":"OLD"}]})",
                         Outcome::accepted, Reason::none},
                    Case{Op::status, 200,
                         R"({"history":[{"coupon":"OLD"}],"coupons":[{"coupon":"C-1"}]})",
                         Outcome::accepted, Reason::none, "C-1"},
                    Case{Op::status, 200, R"({"wallet":[{"coupon":"C-1"}]})",
                         Outcome::indeterminate, Reason::receipt_missing},
                    Case{Op::status, 200, "{}", Outcome::indeterminate, Reason::receipt_missing},
                    Case{Op::status, 200, "", Outcome::indeterminate, Reason::not_json},
                    Case{Op::status, 404, R"({"code":"UNKNOWN_EVENT"})", Outcome::refusal,
                         Reason::unknown_event}));

INSTANTIATE_TEST_SUITE_P(
    Redemptions, EveryAnswer,
    testing::Values(
        Case{Op::redeem, 200, R"({"coupon":"C-1","final":9000})", Outcome::accepted, Reason::none,
             "C-1"},
        Case{Op::redeem, 200, R"({"success":false})", Outcome::indeterminate,
             Reason::receipt_missing},
        Case{Op::redeem, 409, R"({"code":"ALREADY_USED"})", Outcome::refusal, Reason::already_used},
        Case{Op::redeem, 403, R"({"code":"NOT_OWNED"})", Outcome::refusal, Reason::not_owned},
        Case{Op::redeem, 404, R"({"code":"UNKNOWN_COUPON"})", Outcome::refusal,
             Reason::unknown_coupon},
        Case{Op::redeem, 422, R"({"code":"COUPON_EXPIRED"})", Outcome::refusal,
             Reason::condition_not_met},
        Case{Op::redeem, 422, "", Outcome::refusal, Reason::bad_request},
        Case{Op::redeem, 500, "", Outcome::indeterminate, Reason::server_error}));

TEST(AnswerReader, ReadsEscapesAndStepsOverOtherMembers) {
  ReferenceReader reader;
  const auto body =
      R"( {"list":[1,{"coupon":"no"},"x"],"coupon":"A\u0042\"C","n":null,"t":true,"d":1.5} )";
  EXPECT_EQ(reader.read(Op::claim, 200, body).receipt, "AB\"C");
}

TEST(AnswerReader, RemembersNothingOfTheLastAnswer) {
  ReferenceReader reader;
  ASSERT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-1"})").receipt, "C-1");
  EXPECT_EQ(reader.read(Op::claim, 200, "{}").reason, Reason::receipt_missing);
  ASSERT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-)").reason, Reason::not_json);
  EXPECT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-2"})").receipt, "C-2");
  EXPECT_EQ(reader.read(Op::status, 200, R"({"coupons":[]})").receipt, "");
}

TEST(AnswerReader, BelievesReceiptsUpToTheirLongestLength) {
  ReferenceReader reader;
  const std::string longest(analysis::kReceiptBytesMax, 'x');
  EXPECT_EQ(reader.read(Op::claim, 200, "{\"coupon\":\"" + longest + "\"}").receipt, longest);
  EXPECT_EQ(reader.read(Op::claim, 200, "{\"coupon\":\"" + longest + "x\"}").reason,
            Reason::unparseable);
}

TEST(AnswerReader, TakesTheWalletsCouponOfItsOwnEvent) {
  ReferenceReader reader;
  const auto body = R"({"coupons":[{"coupon":"OLD","event":"yesterday"},)"
                    R"({"event":"e","coupon":"NEW"},{"event":"e","coupon":"NEXT"}]})";
  EXPECT_EQ(reader.read(Op::status, 200, body).receipt, "NEW");
  EXPECT_EQ(reader.read(Op::status, 200, R"({"coupons":[{"event":"other","coupon":"A"}]})").receipt,
            "");
}

TEST(AnswerReader, DecidesAboutEveryStatus) {
  ReferenceReader reader;
  for (const Op op : {Op::reserve, Op::claim, Op::status, Op::redeem}) {
    for (unsigned status = 200; status <= 999; ++status) {
      EXPECT_NE(reader.read(op, status, "ANYTHING").outcome, Outcome::win) << status;
    }
  }
}

/// Reads claims by rules of a scenario's own.
class OwnRules {
 public:
  explicit OwnRules(std::string answers, const char* extract = "{}") {
    TargetOrder target;
    std::ranges::replace(answers, '\n', ' ');  // as a scenario file's tables are handed on
    order_of(target, Op::claim).answers = answers;
    order_of(target, Op::claim).extract = extract;
    dialect_ = spoken(target);
    reader_.emplace(dialect_, Constants{.texts = {{"event", "e"}}, .times_ms = {}});
  }
  AnswerReader& reader() { return *reader_; }
  Meaning read(unsigned status, std::string_view body, std::vector<std::string> headers = {}) {
    headers_ = std::move(headers);
    return reader_->hear(UserIndex(7), Op::claim,
                         {.status = status, .body = body, .headers = headers_});
  }

 private:
  Dialect dialect_;
  std::vector<std::string> headers_;
  std::optional<AnswerReader> reader_;
};

TEST(AnswerRules, TellAFieldThatSaysNoFromTheStatusThatSaysYes) {
  OwnRules rules(R"([
    { status = 200, json = { "/success" = true }, means = "win", receipt = "/data/code" },
    { status = 200, json = { "/success" = false, "/error/kind" = { matches = "^SOLD" } },
      means = "loss", reason = "sold_out" }])");
  const Meaning win = rules.read(200, R"({"data":{"code":"A"},"success":true})");
  EXPECT_EQ(win.outcome, Outcome::win);
  EXPECT_EQ(win.receipt, "A");
  const Meaning loss = rules.read(200, R"({"success":false,"error":{"kind":"SOLD_OUT"}})");
  EXPECT_EQ(loss.outcome, Outcome::loss);
  EXPECT_EQ(loss.reason, Reason::sold_out);
  EXPECT_EQ(rules.read(200, R"({"success":"true","data":{"code":"A"}})").reason, Reason::unmatched);
}

TEST(AnswerRules, TellAClaimThatIsPendingFromItsOutcome) {
  ReferenceReader reader;
  const Meaning told = reader.read(Op::claim, 202, R"({"request":"R-1","status":"PROCESSING"})");
  EXPECT_TRUE(told.pending);
  EXPECT_EQ(told.receipt, "R-1");
  const Meaning nameless = reader.read(Op::claim, 202, R"({"status":"PROCESSING"})");
  EXPECT_FALSE(nameless.pending) << "there is nothing to ask with";
  EXPECT_EQ(nameless.reason, Reason::receipt_missing);
  EXPECT_TRUE(reader.read(Errand::outcome, 200, R"({"status":"QUEUED","position":3})").pending);
  EXPECT_TRUE(reader.read(Errand::outcome, 503, R"({"code":"OVERLOADED"})").pending);
  const Meaning win = reader.read(Errand::outcome, 200, R"({"status":"COMPLETED","coupon":"C"})");
  EXPECT_FALSE(win.pending);
  EXPECT_EQ(win.outcome, Outcome::win);
  EXPECT_EQ(win.receipt, "C");
  EXPECT_EQ(reader.read(Errand::outcome, 200, R"({"status":"FAILED","code":"SOLD_OUT"})").outcome,
            Outcome::loss);
  EXPECT_EQ(reader.read(Errand::outcome, 404, R"({"code":"UNKNOWN_REQUEST"})").outcome,
            Outcome::indeterminate)
      << "a question that is refused says nothing of the claim";
}

TEST(AnswerRules, FollowPointersThroughListsAndEscapes) {
  OwnRules rules(R"([{ status = 200, means = "win", receipt = "/a~1b/1/m~0n" }])");
  EXPECT_EQ(rules.read(200, R"({"a/b":[{"m~n":"no"},{"m~n":"yes"}]})").receipt, "yes");
  EXPECT_EQ(rules.read(200, R"({"a/b":{"1":{"m~n":"key"}}})").receipt, "key");
  EXPECT_EQ(rules.read(200, R"({"a/b":[{"m~n":"no"}]})").reason, Reason::receipt_missing);
}

TEST(AnswerRules, CompareNumbersByValueAndEverythingByType) {
  OwnRules rules(R"([{ json = { "/code" = 0 }, means = "win", receipt = "/c" },
                     { json = { "/code" = "0" }, means = "loss", reason = "not_drawn" },
                     { json = { "/code" = { exists = false } }, means = "refusal" }])");
  EXPECT_EQ(rules.read(200, R"({"code":0.0,"c":"x"})").outcome, Outcome::win);
  EXPECT_EQ(rules.read(200, R"({"code":"0","c":"x"})").outcome, Outcome::loss);
  EXPECT_EQ(rules.read(200, R"({"c":"x"})").outcome, Outcome::refusal);
  EXPECT_EQ(rules.read(200, "no JSON at all").outcome, Outcome::refusal);
}

TEST(AnswerRules, LookAtHeadersAndBodies) {
  OwnRules rules(R"rules([
    { header = { "X-Result" = "won" }, means = "win",
      receipt = { header = "Location", matches = "/coupons/([A-Z]+)$" } },
    { body = "(?i)sold out", means = "loss", reason = "sold_out" },
    { body = "code: ", means = "win", receipt = { body = "code: (\\w+)" } }])rules");
  EXPECT_EQ(rules.read(302, "", {"won", "http://x/coupons/ABC"}).receipt, "ABC");
  EXPECT_EQ(rules.read(302, "", {"won", "/else"}).reason, Reason::receipt_missing);
  EXPECT_EQ(rules.read(200, "<b>Sold Out</b>", {"", ""}).outcome, Outcome::loss);
  EXPECT_EQ(rules.read(200, "your code: q7!", {"", ""}).receipt, "q7");
  EXPECT_EQ(rules.read(302, "", {"", ""}).reason, Reason::redirected);
}

TEST(AnswerRules, TakeNoWinFromAListThatNamesNoCoupon) {
  OwnRules rules(R"([{ means = "win", receipt = { list = "/coupons", json = "" } }])");
  EXPECT_EQ(rules.read(200, R"({"coupons":["A"]})").receipt, "A");
  EXPECT_EQ(rules.read(200, R"({"coupons":[]})").reason, Reason::receipt_missing);
}

TEST(AnswerRules, KeepWhatASuccessGivesToItsUser) {
  OwnRules rules(R"([{ status = 200, means = "win", receipt = "/c" }])",
                 R"({ order = "/order/id" })");
  rules.read(500, R"({"c":"x","order":{"id":1}})");
  EXPECT_EQ(rules.reader().values().of(UserIndex(7), 0), "");
  rules.read(200, R"({"c":"x","order":{"id":1234}})");
  EXPECT_EQ(rules.reader().values().of(UserIndex(7), 0), "1234");
  EXPECT_EQ(rules.reader().values().of(UserIndex(8), 0), "");
}

}  // namespace
}  // namespace fairrush::loadgen
