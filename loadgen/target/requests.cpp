#include "loadgen/target/requests.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <jwt.h>

#include <cstdlib>
#include <iterator>
#include <memory>

#include "base/assert.hpp"

namespace fairrush::loadgen {

RequestTemplates::RequestTemplates(RequestSpec spec) : spec_(std::move(spec)) {
  const char* identity = spec_.jwt_secret ? "Authorization: Bearer " : "X-User-ID: ";
  const auto head = [&](std::string_view resource) {
    return fmt::format("POST /api/v1/events/{}/{} HTTP/1.1\r\nHost: {}\r\n{}", spec_.event,
                       resource, spec_.authority, identity);
  };
  reserve_head_ = head("reservations");
  claim_head_ = head("claims");
  tail_ = spec_.connections == ConnectionMode::per_request
              ? "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              : "\r\nContent-Length: 0\r\n\r\n";
}

void RequestTemplates::write(std::string& buffer, const PlannedAttempt& attempt) const {
  buffer = attempt.op == analysis::Op::reserve ? reserve_head_ : claim_head_;
  if (spec_.jwt_secret) {
    buffer += user_token(attempt.user, *spec_.jwt_secret);
  } else {
    fmt::format_to(std::back_inserter(buffer), FMT_COMPILE("{}"), attempt.user.value());
  }
  fmt::format_to(std::back_inserter(buffer), FMT_COMPILE("\r\nIdempotency-Key: {:016x}"),
                 attempt.idempotency);
  buffer += tail_;
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
