#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "loadgen/transport/transport.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::loadgen {

inline bool is_claim(std::string_view request) {
  return request.contains("/claims ");
}

/// A service in which everybody reserves and everybody wins.
inline Reaction generous(std::string_view request) {
  return is_claim(request) ? Reaction{http_answer(200, R"({"coupon":"C-7"})")}
                           : Reaction{http_answer(201, R"({"ticket":1,"token":"T-1"})")};
}

/// Why this machine cannot carry bytes that way; unset: it can.
inline std::optional<std::string> missing(TransportKind kind) {
  return kind == TransportKind::io_uring ? io_uring_missing() : std::nullopt;
}

/// Whatever carries the bytes, a worker does the same. Each file of tests has an instance of its
/// own.
class OverTransport : public testing::TestWithParam<TransportKind> {
 public:
  static auto each() { return testing::Values(TransportKind::asio, TransportKind::io_uring); }
  static std::string name_of(const testing::TestParamInfo<TransportKind>& transport) {
    return transport.param == TransportKind::asio ? "Asio" : "IoUring";
  }

 protected:
  void SetUp() override {
    if (const auto why = missing(GetParam())) GTEST_SKIP() << *why;
  }
};

}  // namespace fairrush::loadgen
