#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.hpp"

namespace fairrush::loadgen {

/// What earlier answers gave to each user: one text a user and name. One thread.
class UserValues {
 public:
  /// `slot` numbers the name, 0 … 255; a later value replaces an earlier one.
  void keep(UserIndex user, std::size_t slot, std::string_view value) {
    values_[key(user, slot)] = value;
  }

  /// Empty when no answer gave it.
  std::string_view of(UserIndex user, std::size_t slot) const {
    const auto found = values_.find(key(user, slot));
    return found == values_.end() ? std::string_view() : found->second;
  }

 private:
  static std::uint64_t key(UserIndex user, std::size_t slot) {
    return std::uint64_t{user.value()} << 8 | slot;
  }
  std::unordered_map<std::uint64_t, std::string> values_;
};

}  // namespace fairrush::loadgen
