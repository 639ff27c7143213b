#pragma once

#include <optional>
#include <string>
#include <utility>

namespace fairrush::server {

/// Whether a part of a bus is there, and said in the log whenever that changes.
class Presence {
 public:
  /// `name` is what the log calls it.
  explicit Presence(std::string name) : name_(std::move(name)) {}

  void there();
  void away(const std::string& why);
  /// On purpose, so nothing is said.
  void left() { missing_ = "the service stops"; }

  bool is_there() const { return !missing_; }
  /// Why it is not there.
  const std::optional<std::string>& missing() const { return missing_; }

 private:
  std::string name_;
  std::optional<std::string> missing_ = "not connected yet";
  bool said_away_ = false;
};

}  // namespace fairrush::server
