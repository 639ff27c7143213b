#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>

namespace fairrush::server {

/// The latest so many ids; older ones are forgotten in the order in which they came.
class RecentIds {
 public:
  explicit RecentIds(std::size_t count_max) : count_max_(count_max) {}

  bool contains(const std::string& id) const { return known_.contains(id); }
  std::size_t size() const { return order_.size(); }

  /// False when it is known; its place does not change then.
  bool add(std::string id) {
    const auto [place, added] = known_.insert(std::move(id));
    if (!added) return false;
    order_.push_back(*place);
    if (order_.size() > count_max_) {
      known_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }

 private:
  std::size_t count_max_;
  std::unordered_set<std::string> known_;
  std::deque<std::string> order_;
};

}  // namespace fairrush::server
