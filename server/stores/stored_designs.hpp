#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairrush::server {

/// A design and the stores that it runs on.
struct StoredDesign {
  std::string_view name;
  std::string_view help;
  std::vector<std::string_view> stores;
};

/// Every design of this server: those in memory, then those that run elsewhere only.
std::vector<StoredDesign> stored_designs();

/// "memory, redis".
std::string stores_text(const StoredDesign& design);

}  // namespace fairrush::server
