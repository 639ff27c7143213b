#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::loadgen {

/// A coupon service in which everybody wins, as far as a run needs one.
class GenerousService {
 public:
  Reaction operator()(std::string_view request) {
    if (request.contains("/time ")) return {http_answer(200, time())};
    if (request.contains("/ledger ")) return {http_answer(200, ledger_)};
    if (request.contains("/reservations ")) return {http_answer(201, R"({"token":"T"})")};
    if (request.contains("/claims ")) return win(request);
    const bool created = request.contains("POST /api/v1/events ");
    return {http_answer(created ? 201U : 200U,
                        R"({"event":"e","design":"ticket-list","phase":"closed","roster":9,)"
                        R"("quota":9,"issued":9,"commitment":null})")};
  }

 private:
  static std::string time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return fmt::format(R"({{"now_us":{}}})",
                       std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  }
  Reaction win(std::string_view request) {
    const std::string_view field = "X-User-ID: ";
    request.remove_prefix(request.find(field) + field.size());
    const std::string_view user = request.substr(0, request.find('\r'));
    ledger_ += fmt::format("{{\"user\":{},\"coupon\":\"C-{}\"}}\n", user, user);
    return {http_answer(200, fmt::format(R"({{"coupon":"C-{}"}})", user))};
  }

  std::string ledger_;
};

}  // namespace fairrush::loadgen
