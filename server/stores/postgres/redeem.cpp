// Coupons that are spent, and whose they are.
#include "server/postgres/array.hpp"
#include "server/stores/postgres/stored_event.hpp"

namespace fairrush::server {
namespace {

/// A coupon as its redemption sees it.
struct Spendable {
  EventId event;
  std::uint32_t issue = 0;
  CouponStanding standing;
  CouponTerms terms;
  StoredSpending spent{};  ///< of a redeemed one
  OrderAmounts amounts{};
};

std::int64_t number_at(const pqxx::row& row, pqxx::row::size_type column) {
  return row[column].as<std::int64_t>();
}

Spendable spendable_from(const pqxx::row& row) {
  const auto discount = make_discount(row[6].c_str(), number_at(row, 5));
  if (!discount) throw pqxx::usage_error("coupon with a discount of " + discount.error());
  Spendable coupon{.event = EventId(number_at(row, 1)),
                   .issue = row[2].as<std::uint32_t>(),
                   .standing = {.owner = UserIndex(row[3].as<std::uint32_t>()),
                                .issued = from_unix_ms(number_at(row, 4)),
                                .discount = *discount,
                                .redeemed = !row[9].is_null()},
                   .terms = {.valid_for = std::chrono::milliseconds(number_at(row, 7)),
                             .amount_min = Amount{number_at(row, 8)}}};
  if (!coupon.standing.redeemed) return coupon;
  const Amount original{number_at(row, 10)};
  const Amount discounted{number_at(row, 11)};
  coupon.spent = {.by = {.user = coupon.standing.owner,
                         .key = from_printable(row[12].c_str()),
                         .at = from_unix_ms(number_at(row, 13))},
                  .order = row[9].c_str(),
                  .coupon = row[0].c_str(),
                  .amount = original};
  coupon.amounts = {original, discounted, Amount{original.minor - discounted.minor}};
  return coupon;
}

bool is_repetition(const StoredSpending& request, const Spendable& coupon) {
  return coupon.standing.redeemed && coupon.standing.owner == request.by.user &&
         coupon.spent.order == request.order && coupon.spent.amount == request.amount &&
         same_request(request.by, coupon.spent.by.key, coupon.spent.by.at);
}

/// The redemptions of a batch, judged one after the other.
class Spending {
 public:
  explicit Spending(std::map<std::string, Spendable> coupons) : coupons_(std::move(coupons)) {}

  RedemptionAnswer decide(const StoredSpending& request) {
    const auto found = coupons_.find(request.coupon);
    if (found == coupons_.end()) return {.refusal = ErrorCode::unknown_coupon};
    Spendable& coupon = found->second;
    if (is_repetition(request, coupon)) return {.refusal = {}, .amounts = coupon.amounts};
    const auto amounts = judge_redemption(coupon.terms, coupon.standing,
                                          {request.by.user, request.amount, request.by.at});
    if (!amounts) return {.refusal = amounts.error()};
    coupon.standing.redeemed = true;
    coupon.spent = request;
    coupon.amounts = *amounts;
    rows_.add(coupon.event.value(), coupon.issue, std::string_view(request.order),
              amounts->original.minor, amounts->discount.minor, to_printable(request.by.key),
              to_unix_ms(request.by.at));
    used_.add(coupon.event.value(), coupon.issue, to_unix_ms(request.by.at));
    outbox_rows_.add(coupon.event, BusMessage::Type::coupon_redeemed, request.by.user,
                     request.coupon, request.order);
    return {.refusal = {}, .amounts = *amounts};
  }

  void write(pqxx::work& transaction) {
    rows_.execute(transaction, "insert_redemptions");
    used_.execute(transaction, "use_coupons");
    outbox_rows_.write(transaction);
  }

 private:
  std::map<std::string, Spendable> coupons_;
  PostgresColumns<7> rows_;
  PostgresColumns<3> used_;
  OutboxRows outbox_rows_;
};

}  // namespace

std::vector<RedemptionAnswer> redeem(pqxx::work& transaction,
                                     std::span<const StoredSpending> requests) {
  PostgresArray codes;
  for (const StoredSpending& request : requests) codes.add(to_printable(request.coupon));
  std::map<std::string, Spendable> coupons;
  for (const pqxx::row& row : transaction.exec_prepared("store_spendable", codes.take())) {
    coupons.emplace(row[0].c_str(), spendable_from(row));
  }
  Spending batch(std::move(coupons));
  std::vector<RedemptionAnswer> answers;
  for (const StoredSpending& request : requests) answers.push_back(batch.decide(request));
  batch.write(transaction);
  return answers;
}

std::vector<StoredCoupon> wallets(pqxx::work& transaction, std::span<const StoredRequest> users) {
  std::vector<StoredCoupon> coupons;
  for (const pqxx::row& row : transaction.exec_prepared("store_wallets", users_array(users))) {
    const auto code = parse_coupon_code(row[2].c_str());
    if (!code) throw pqxx::usage_error("coupon with a code of wrong length");
    coupons.push_back({.user = UserIndex(row[0].as<std::uint32_t>()),
                       .event = row[1].c_str(),
                       .coupon = *code,
                       .redeemed = row[3].as<bool>()});
  }
  return coupons;
}

}  // namespace fairrush::server
