#include "tests/integration/cli/browser.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fstream>

namespace fairrush::cli_test {
namespace {

namespace json = boost::json;

constexpr const char* kChromium = "/usr/bin/chromium";
constexpr int kPatience_ms = 60'000;  // a hang fails instead of blocking

/// The browser reads its orders from descriptor 3 and answers on 4.
constexpr int kOrders = 3;
constexpr int kAnswers = 4;

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_browser(char* const* arguments, int orders, int answers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);  // its helpers end with it
  const int nothing = open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
  // First out of the way: either may be where the other is to go.
  const int kept_orders = fcntl(orders, F_DUPFD, kAnswers + 1);
  const int kept_answers = fcntl(answers, F_DUPFD, kAnswers + 1);
  dup2(kept_orders, kOrders);
  dup2(kept_answers, kAnswers);
  execv(kChromium, arguments);
  _exit(127);
}

}  // namespace

bool Browser::installed() {
  return access(kChromium, X_OK) == 0;
}

Browser::Browser(const std::string& profile) {
  std::array<std::string, 9> arguments{kChromium,
                                       "--headless=new",
                                       "--no-sandbox",
                                       "--disable-gpu",
                                       "--disable-dev-shm-usage",
                                       "--no-first-run",
                                       "--disable-background-networking",
                                       "--remote-debugging-pipe",
                                       "--user-data-dir=" + profile};
  std::array<char*, arguments.size() + 1> pointers{};
  for (std::size_t place = 0; place < arguments.size(); ++place) {
    pointers[place] = arguments[place].data();
  }
  std::array<int, 2> orders{};
  std::array<int, 2> answers{};
  EXPECT_EQ(pipe2(orders.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(answers.data(), O_CLOEXEC), 0);
  process_ = fork();
  if (process_ == 0) become_browser(pointers.data(), orders[0], answers[1]);
  close(orders[0]);
  close(answers[1]);
  to_browser_ = orders[1];
  from_browser_ = answers[0];
  const auto target = call("Target.createTarget", {{"url", "about:blank"}});
  if (!target.contains("targetId")) return;
  const auto attached =
      call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}});
  if (attached.contains("sessionId")) session_ = attached.at("sessionId").get_string();
}

Browser::~Browser() {
  close(to_browser_);
  close(from_browser_);
  kill(-process_, SIGKILL);
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void Browser::look_through(const Viewport& viewport) {
  call("Emulation.setDeviceMetricsOverride", {{"width", viewport.width},
                                              {"height", viewport.height},
                                              {"deviceScaleFactor", 1},
                                              {"mobile", viewport.width < 600}});
  const json::object scheme{{"name", "prefers-color-scheme"},
                            {"value", viewport.dark ? "dark" : "light"}};
  call("Emulation.setEmulatedMedia", {{"features", json::array{scheme}}});
}

void Browser::open(const std::string& url) {
  call("Page.navigate", {{"url", url}});
}

std::string Browser::value_of(const std::string& expression) {
  const auto answer =
      call("Runtime.evaluate",
           {{"expression", fmt::format("Promise.resolve({}).then(String)", expression)},
            {"awaitPromise", true},
            {"returnByValue", true}});
  const auto* const result = answer.if_contains("result");
  if (result == nullptr || !result->as_object().contains("value")) return {};
  return std::string(result->as_object().at("value").as_string());
}

bool Browser::wait_until(const std::string& condition) {
  // The page itself looks again and again, so that nobody has to wait between two questions. Until
  // its script has run the names in the condition may mean nothing.
  return value_of(fmt::format("new Promise(done => {{ const look = () => {{ let met = false; "
                              "try {{ met = {}; }} catch (error) {{}} "
                              "if (met) done(true); else setTimeout(look, 20); }}; look(); }})",
                              condition)) == "true";
}

void Browser::pause(unsigned milliseconds) {
  value_of(fmt::format("new Promise(done => setTimeout(done, {}))", milliseconds));
}

void Browser::take_picture(const std::string& file) {
  const auto answer = call("Page.captureScreenshot", {{"captureBeyondViewport", true}});
  if (!answer.contains("data")) return;
  const json::string& text = answer.at("data").as_string();
  namespace base64 = boost::beast::detail::base64;
  std::string bytes(base64::decoded_size(text.size()), '\0');
  bytes.resize(base64::decode(bytes.data(), text.data(), text.size()).first);
  std::ofstream(file, std::ios::binary) << bytes;
}

json::object Browser::call(std::string_view method, json::object parameters) {
  const std::int64_t id = ++calls_;
  json::object order{{"id", id}, {"method", method}, {"params", std::move(parameters)}};
  if (!session_.empty()) order["sessionId"] = session_;
  if (!send(json::serialize(order))) return {};
  for (;;) {
    const std::string text = receive();
    if (text.empty()) return {};
    const auto message = json::parse(text).as_object();
    const auto* const answered = message.if_contains("id");
    if (answered == nullptr || answered->to_number<std::int64_t>() != id) continue;  // an event
    EXPECT_FALSE(message.contains("error")) << method << ": " << text;
    return message.contains("result") ? message.at("result").as_object() : json::object();
  }
}

bool Browser::send(const std::string& message) {
  // Ended by a zero byte, which c_str() has behind the text.
  const auto bytes = static_cast<ssize_t>(message.size()) + 1;
  const bool sent = write(to_browser_, message.c_str(), message.size() + 1) == bytes;
  EXPECT_TRUE(sent) << "the browser takes no orders";
  return sent;
}

/// The next message; empty when none comes.
std::string Browser::receive() {
  for (;;) {
    if (const auto end = received_.find('\0'); end != std::string::npos) {
      std::string message = received_.substr(0, end);
      received_.erase(0, end + 1);
      return message;
    }
    pollfd ready{from_browser_, POLLIN, 0};
    std::array<char, 65536> buffer{};
    const bool came = poll(&ready, 1, kPatience_ms) > 0;
    const ssize_t count = came ? read(from_browser_, buffer.data(), buffer.size()) : 0;
    if (count <= 0) {
      ADD_FAILURE() << "the browser does not answer";
      return {};
    }
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace fairrush::cli_test
