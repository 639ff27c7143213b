#include "loadgen/target/answer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "loadgen/target/outcome_table.hpp"

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

class EveryAnswer : public testing::TestWithParam<Case> {};

TEST_P(EveryAnswer, MeansWhatTheTableSays) {
  const Case& expected = GetParam();
  AnswerReader reader;
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
        Case{Op::reserve, 201, R"({"ticket":17})", Outcome::indeterminate, Reason::unparseable},
        Case{Op::reserve, 200, R"({"token":"abc"})", Outcome::indeterminate, Reason::unparseable}));

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
                    Case{Op::claim, 503, R"({"code":"LEDGER_UNAVAILABLE"})", Outcome::indeterminate,
                         Reason::server_error},
                    Case{Op::claim, 503, "", Outcome::indeterminate, Reason::server_error},
                    Case{Op::reserve, 500, "oops", Outcome::indeterminate, Reason::server_error},
                    Case{Op::claim, 302, "", Outcome::indeterminate, Reason::unparseable},
                    Case{Op::claim, 204, "", Outcome::indeterminate, Reason::unparseable}));

INSTANTIATE_TEST_SUITE_P(
    SuccessThatCannotBeRead, EveryAnswer,
    testing::Values(
        Case{Op::claim, 200, "", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, "coupon", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"({"coupon":"C-1")", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"({"coupon":"C-1"} x)", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"({"coupon":7})", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"({"coupon":""})", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"(["coupon","C-1"])", Outcome::indeterminate, Reason::unparseable},
        Case{Op::claim, 200, R"({"inner":{"coupon":"C-1"}})", Outcome::indeterminate,
             Reason::unparseable}));

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
                         Outcome::indeterminate, Reason::unparseable},
                    Case{Op::status, 200, "{}", Outcome::indeterminate, Reason::unparseable},
                    Case{Op::status, 200, "", Outcome::indeterminate, Reason::unparseable},
                    Case{Op::status, 404, R"({"code":"UNKNOWN_EVENT"})", Outcome::refusal,
                         Reason::unknown_event}));

INSTANTIATE_TEST_SUITE_P(
    Redemptions, EveryAnswer,
    testing::Values(
        Case{Op::redeem, 200, R"({"coupon":"C-1","final":9000})", Outcome::accepted, Reason::none,
             "C-1"},
        Case{Op::redeem, 200, R"({"success":false})", Outcome::indeterminate, Reason::unparseable},
        Case{Op::redeem, 409, R"({"code":"ALREADY_USED"})", Outcome::refusal, Reason::already_used},
        Case{Op::redeem, 403, R"({"code":"NOT_OWNED"})", Outcome::refusal, Reason::not_owned},
        Case{Op::redeem, 404, R"({"code":"UNKNOWN_COUPON"})", Outcome::refusal,
             Reason::unknown_coupon},
        Case{Op::redeem, 422, R"({"code":"COUPON_EXPIRED"})", Outcome::refusal,
             Reason::condition_not_met},
        Case{Op::redeem, 422, "", Outcome::refusal, Reason::bad_request},
        Case{Op::redeem, 500, "", Outcome::indeterminate, Reason::server_error}));

TEST(AnswerReader, ReadsEscapesAndStepsOverOtherMembers) {
  AnswerReader reader;
  const auto body =
      R"( {"list":[1,{"coupon":"no"},"x"],"coupon":"A\u0042\"C","n":null,"t":true,"d":1.5} )";
  EXPECT_EQ(reader.read(Op::claim, 200, body).receipt, "AB\"C");
}

TEST(AnswerReader, RemembersNothingOfTheLastAnswer) {
  AnswerReader reader;
  ASSERT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-1"})").receipt, "C-1");
  EXPECT_EQ(reader.read(Op::claim, 200, "{}").reason, Reason::unparseable);
  ASSERT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-)").reason, Reason::unparseable);
  EXPECT_EQ(reader.read(Op::claim, 200, R"({"coupon":"C-2"})").receipt, "C-2");
  EXPECT_EQ(reader.read(Op::status, 200, R"({"coupons":[]})").receipt, "");
}

TEST(AnswerReader, BelievesReceiptsUpToTheirLongestLength) {
  AnswerReader reader;
  const std::string longest(analysis::kReceiptBytesMax, 'x');
  EXPECT_EQ(reader.read(Op::claim, 200, "{\"coupon\":\"" + longest + "\"}").receipt, longest);
  EXPECT_EQ(reader.read(Op::claim, 200, "{\"coupon\":\"" + longest + "x\"}").reason,
            Reason::unparseable);
}

TEST(AnswerReader, TakesTheWalletsCouponOfItsOwnEvent) {
  AnswerReader reader("today");
  const auto body = R"({"coupons":[{"coupon":"OLD","event":"yesterday"},)"
                    R"({"event":"today","coupon":"NEW"},{"event":"today","coupon":"NEXT"}]})";
  EXPECT_EQ(reader.read(Op::status, 200, body).receipt, "NEW");
  EXPECT_EQ(reader.read(Op::status, 200, R"({"coupons":[{"event":"other","coupon":"A"}]})").receipt,
            "");
}

TEST(OutcomeTable, DecidesAboutEveryStatus) {
  for (const Op op : {Op::reserve, Op::claim, Op::status, Op::redeem}) {
    for (unsigned status = 0; status <= 999; ++status) {
      EXPECT_EQ(outcome_row(op, status, "ANYTHING").op, op) << status;
    }
  }
}

}  // namespace
}  // namespace fairrush::loadgen
