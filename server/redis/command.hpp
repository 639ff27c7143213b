#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::server {

/// A command and its arguments, each of any bytes: what a user sent can be nothing but an argument.
class RedisCommand {
 public:
  /// Throws `std::bad_alloc` only.
  explicit RedisCommand(std::string_view name) { add(name); }

  RedisCommand& add(std::string_view argument) {
    ends_.push_back((bytes_ += argument).size());
    return *this;
  }
  RedisCommand& add(std::integral auto number) { return add(std::to_string(number)); }

  /// Appends the command to `out` as Redis reads it.
  void write(std::string& out) const;

 private:
  std::string bytes_;              // the arguments, one after the other
  std::vector<std::size_t> ends_;  // of each, in bytes_
};

}  // namespace fairrush::server
