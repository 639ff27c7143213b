#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <thread>
#include <vector>

#include "loadgen/transport/transport.hpp"
#include "tests/unit/loadgen/scripted_target.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kSockets = 600;  // more than the kernel hands over at once

/// Asks once and notes when the answer arrived.
class Asker final : public SocketUser {
 public:
  void connected(error_code error) override { is_connected = !error; }
  void received(std::string_view /*bytes*/, SteadyTime at) override { arrived = at; }
  void not_sent(error_code /*error*/) override { is_lost = true; }
  void ended(error_code /*error*/) override { is_lost = true; }

  SocketId socket;
  bool is_connected = false;
  bool is_lost = false;
  std::optional<SteadyTime> arrived;
};

/// Lets everybody ask at once, and looks at nothing until the target has answered them all.
class LateDriver final : public Driver {
 public:
  LateDriver(Transport& transport, const ScriptedTarget& target, const Clock& clock)
      : transport_(transport), target_(target), clock_(clock) {
    for (std::size_t number = 0; number < kSockets; ++number) askers_.emplace_back();
  }

  std::optional<NextTick> tick() override {
    const auto over = [](const Asker& asker) { return asker.arrived || asker.is_lost; };
    if (std::ranges::all_of(askers_, over)) return std::nullopt;
    if (!opened_) open();
    if (!asked_at_ && std::ranges::all_of(askers_, &Asker::is_connected)) ask();
    return NextTick{.at = clock_.steady_now(), .react = false};
  }

  /// Answers that came when everybody had asked and nobody had looked yet, and are dated later.
  std::size_t dated_too_late() const {
    return static_cast<std::size_t>(std::ranges::count_if(askers_, [this](const Asker& asker) {
      return asker.arrived && *asker.arrived > *asked_at_;
    }));
  }
  bool lost_any() const { return std::ranges::any_of(askers_, &Asker::is_lost); }

 private:
  void open() {
    opened_ = true;
    for (Asker& asker : askers_) asker.socket = transport_.open(asker, target_.endpoint());
  }
  void ask() {
    for (Asker& asker : askers_) transport_.send(asker.socket, "GET / HTTP/1.1\r\n\r\n");
    while (target_.requests().size() < kSockets - 3) std::this_thread::yield();
    asked_at_ = clock_.steady_now();
  }

  Transport& transport_;
  const ScriptedTarget& target_;
  const Clock& clock_;
  std::deque<Asker> askers_;
  bool opened_ = false;
  std::optional<SteadyTime> asked_at_;  // when nearly all of them had been answered
};

TEST(IoUring, DatesAnAnswerByItsArrivalHoweverLateItIsTaken) {
  if (const auto why = io_uring_missing()) GTEST_SKIP() << *why;
  ScriptedTarget target([](std::string_view) { return Reaction{http_answer(200, "{}")}; });
  const RealClock clock;
  const auto transport = make_transport({.kind = TransportKind::io_uring,
                                         .clock = clock,
                                         .sockets_max = 1000,
                                         .sources = {},
                                         .tls = nullptr,
                                         .server_name = {}});
  LateDriver driver(*transport, target, clock);
  transport->run(driver);
  EXPECT_FALSE(driver.lost_any());
  EXPECT_LE(driver.dated_too_late(), 10U) << "but for the last, all had come by then";
}

}  // namespace
}  // namespace fairrush::loadgen
