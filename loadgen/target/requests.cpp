#include "loadgen/target/requests.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <jwt.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <iterator>
#include <memory>

#include "base/assert.hpp"

namespace fairrush::loadgen {

namespace {

/// What a coupon is spent on, in minor units.
constexpr unsigned kOrderAmount = 10'000;

/// A name as a header's value takes it.
std::string agent_line(std::string name) {
  const auto unfit = [](char c) { return c <= ' ' || c > '~'; };
  std::ranges::replace_if(name, unfit, '-');
  return fmt::format("\r\nUser-Agent: fairrush/{}", name);
}

}  // namespace

RequestTemplates::RequestTemplates(RequestSpec spec) : spec_(std::move(spec)) {
  const auto head = [this](std::string_view method, std::string_view path) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: {}", method, path, spec_.authority);
  };
  const std::string event = "/api/v1/events/" + spec_.event;
  reserve_head_ = head("POST", event + "/reservations");
  claim_head_ = head("POST", event + "/claims");
  status_head_ = head("GET", "/api/v1/users/me/coupons?event=" + spec_.event);
  for (const std::string& cohort : spec_.cohorts) agents_.push_back(agent_line(cohort));
  if (spec_.connections == ConnectionMode::per_request) close_ = "\r\nConnection: close";
}

void RequestTemplates::write_head(std::string& buffer, const PlannedAttempt& attempt) const {
  switch (attempt.op) {
    case analysis::Op::reserve:
      buffer = reserve_head_;
      return;
    case analysis::Op::claim:
      buffer = claim_head_;
      return;
    case analysis::Op::status:
      buffer = status_head_;
      return;
    case analysis::Op::redeem:
      buffer = fmt::format("POST /api/v1/orders/order-{:016x}/apply-coupon HTTP/1.1\r\nHost: {}",
                           attempt.idempotency, spec_.authority);
      return;
  }
}

void RequestTemplates::write(std::string& buffer, const RequestSubject& subject) const {
  const PlannedAttempt& attempt = subject.attempt;
  write_head(buffer, attempt);
  buffer += spec_.jwt_secret ? "\r\nAuthorization: Bearer " : "\r\nX-User-ID: ";
  if (spec_.jwt_secret) {
    buffer += user_token(attempt.user, *spec_.jwt_secret);
  } else {
    fmt::format_to(std::back_inserter(buffer), FMT_COMPILE("{}"), attempt.user.value());
  }
  if (subject.cohort.value() < agents_.size()) buffer += agents_[subject.cohort.value()];
  buffer += close_;
  if (attempt.op == analysis::Op::status) {
    buffer += "\r\n\r\n";
    return;
  }
  fmt::format_to(std::back_inserter(buffer), FMT_COMPILE("\r\nIdempotency-Key: {:016x}"),
                 attempt.idempotency);
  if (attempt.op != analysis::Op::redeem) {
    buffer += "\r\nContent-Length: 0\r\n\r\n";
    return;
  }
  const std::string body = boost::json::serialize(
      boost::json::object{{"coupon", subject.coupon}, {"amount", kOrderAmount}});
  buffer += fmt::format("\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                        body.size(), body);
}

std::string user_token(UserIndex user, const std::string& secret) {
  jwt_t* raw = nullptr;
  FAIRRUSH_ASSERT(jwt_new(&raw) == 0);
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(raw, &jwt_free);
  jwt_add_grant(raw, "sub", std::to_string(user.value()).c_str());
  jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(secret.data()),
              static_cast<int>(secret.size()));
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), &std::free);
  FAIRRUSH_ASSERT(text != nullptr);
  return text.get();
}

}  // namespace fairrush::loadgen
