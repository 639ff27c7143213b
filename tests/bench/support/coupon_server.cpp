#include "tests/bench/support/coupon_server.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/bench/support/ports.hpp"
#include "tests/bench/support/scratch.hpp"

namespace fairrush::bench {
namespace {

constexpr const char* kAdminToken = "bench";

std::int64_t now_ms() {
  return std::chrono::floor<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

CouponServer::CouponServer(const std::vector<std::string>& options)
    : directory_(scratch("coupons")), port_(free_port()) {
  std::filesystem::create_directories(directory_);
  std::vector<std::string> words{
      beside_this_program("../../bin/fairrush-server").string(),
      "--listen",
      fmt::format("127.0.0.1:{}", port_),
      "--ledger",
      "sqlite:" + (directory_ / "ledger.db").string(),
      "--admin-token",
      kAdminToken,
      "--log-level",
      "error",
  };
  words.insert(words.end(), options.begin(), options.end());
  process_ = std::make_unique<Pinned>(words, kServerCore);
  wait_until_listening(port_, "fairrush-server");
  caller_.emplace(
      loadgen::TargetAddress{.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port_)});
}

CouponServer::~CouponServer() {
  process_.reset();
  std::filesystem::remove_all(directory_);
}

std::string CouponServer::url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void CouponServer::open_event(const std::string& design, int reserve_seconds) {
  const std::int64_t now = now_ms();
  const std::int64_t close_ms = now + std::int64_t{reserve_seconds} * 1'000;
  rush_ms_ = close_ms + 1'000;
  call({.method = "POST",
        .path = "/api/v1/events",
        .bearer = kAdminToken,
        .body = fmt::format(R"({{"event":"bench","design":"{}","coupons":"20%",)"
                            R"("reserve_open_ms":{},"reserve_close_ms":{},"claim_open_ms":{},)"
                            R"("claim_close_ms":{}}})",
                            design, now - 1'000, close_ms, rush_ms_, rush_ms_ + 600'000)});
}

void CouponServer::wait_for_rush() const {
  // A breath longer, so that a draw is over.
  while (now_ms() < rush_ms_ + 500) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

std::uint64_t CouponServer::event_number(const std::string& member) {
  const auto document = boost::json::parse(call({.path = "/api/v1/events/bench"}));
  return document.at(member).to_number<std::uint64_t>();
}

std::uint64_t CouponServer::claims_answered() {
  static constexpr std::string_view kClaims =
      R"(fairrush_requests_total{method="POST",route="/api/v1/events/{e}/claims")";
  std::istringstream lines(call({.path = "/metrics"}));
  double answered = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kClaims)) answered += std::stod(line.substr(line.rfind(' ')));
  }
  return static_cast<std::uint64_t>(answered);
}

std::string CouponServer::call(const loadgen::HttpCall& call) {
  const auto answer = (*caller_)(call, std::chrono::seconds(30));
  if (!answer) throw std::runtime_error(answer.error());
  if (answer->status >= 300) throw std::runtime_error(answer->body);
  return answer->body;
}

}  // namespace fairrush::bench
