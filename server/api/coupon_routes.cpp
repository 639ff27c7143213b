#include <fmt/format.h>

#include <array>
#include <iterator>

#include "server/api/app.hpp"
#include "server/api/json_request.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {
namespace {

constexpr std::array<std::string_view, 2> kOrderMembers{"coupon", "amount"};

struct OrderBody {
  std::string coupon;
  Amount amount;
};

std::expected<OrderBody, std::string> parse_order(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  if (const auto names = check_names(*object, kOrderMembers); !names) {
    return std::unexpected(names.error());
  }
  const auto* const coupon = member(*object, "coupon");
  if (coupon == nullptr || !coupon->is_string()) {
    return not_accepted("coupon", coupon, "a coupon's code");
  }
  const auto amount = integer_member(*object, "amount", {0, kAmountMax.minor},
                                     "the order's amount in the currency's smallest unit");
  if (!amount) return std::unexpected(amount.error());
  return OrderBody{std::string(text_of(coupon->get_string())), Amount{*amount}};
}

}  // namespace

void App::get_wallet(Exchange& exchange, std::string_view) {
  const auto request = authenticate(exchange);
  if (!request) return;
  auto only = query_value(exchange.request.target, "event");
  if (only && daily_.find(*only) != nullptr) {
    exchange.today = daily_.resolve(*only, exchange.arrived);
    only = exchange.today;
  }
  service_.wallet(*request, only,
                  [this, &exchange](const std::expected<Wallet, ErrorCode>& wallet) {
                    if (!wallet) return refuse(exchange, wallet.error());
                    answer_wallet(exchange, *wallet);
                  });
}

void App::answer_wallet(Exchange& exchange, const Wallet& wallet) {
  std::string& body = exchange.response.body;
  body = R"({"coupons":[)";
  for (const WalletEntry& entry : wallet.entries) {
    fmt::format_to(std::back_inserter(body), R"({}{{"event":"{}","coupon":"{}","redeemed":{}}})",
                   body.back() == '[' ? "" : ",", entry.event, entry.coupon.view(), entry.redeemed);
  }
  body += "]}";
  send_when_durable(exchange, wallet.durable);
}

void App::apply_coupon(Exchange& exchange, std::string_view order) {
  const auto by = authenticate(exchange);
  if (!by) return;
  if (!is_event_name(order)) {
    return refuse(exchange, ErrorCode::bad_request,
                  "The order's id is not 1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  const auto body = parse_order(exchange.request.body);
  if (!body) return refuse(exchange, ErrorCode::bad_request, body.error());
  RedemptionRequest request{*by, std::string(order), body->coupon, body->amount};
  service_.redeem(request, [this, &exchange, request](const RedemptionAnswer& answer) {
    answer_redemption(exchange, request, answer);
  });
}

void App::answer_redemption(Exchange& exchange, const RedemptionRequest& request,
                            const RedemptionAnswer& answer) {
  if (answer.refusal) {
    request_metrics_.not_redeemed(*answer.refusal);
    set_problem(exchange.response, *answer.refusal);
  } else {
    request_metrics_.redeemed();
    fmt::format_to(std::back_inserter(exchange.response.body),
                   R"({{"order":"{}","coupon":"{}","original":{},"discount":{},"final":{}}})",
                   request.order, request.coupon, answer.amounts.original.minor,
                   answer.amounts.discount.minor, answer.amounts.to_pay.minor);
  }
  send_when_durable(exchange, answer.durable);
}

}  // namespace fairrush::server
