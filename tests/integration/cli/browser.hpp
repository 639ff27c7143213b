#pragma once

#include <sys/types.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairrush::cli_test {

/// How a page is looked at.
struct Viewport {
  unsigned width = 1280;
  unsigned height = 900;
  bool dark = false;
};

/// A headless Chromium with one page, spoken to in the DevTools protocol over a pair of pipes.
/// Killed with the object. A browser that does not answer fails the test and says nothing more.
class Browser {
 public:
  /// Whether there is a browser on this machine.
  static bool installed();

  /// `profile` is an empty directory for it to write to.
  explicit Browser(const std::string& profile);
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser();

  void look_through(const Viewport& viewport);
  void open(const std::string& url);

  /// The value of a JavaScript expression, or of its promise, as text.
  std::string value_of(const std::string& expression);
  /// Waits until the expression is true; false when the browser ends or does not answer.
  bool wait_until(const std::string& condition);
  /// Lets the page's own time pass.
  void pause(unsigned milliseconds);

  /// All of the page, as a PNG file.
  void take_picture(const std::string& file);

 private:
  boost::json::object call(std::string_view method, boost::json::object parameters);
  bool send(const std::string& message);
  std::string receive();

  pid_t process_ = -1;
  int to_browser_ = -1;
  int from_browser_ = -1;
  std::string received_;
  std::string session_;
  std::int64_t calls_ = 0;
};

}  // namespace fairrush::cli_test
