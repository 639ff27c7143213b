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

/// The names of those that run on `store`: "memory", "redis" or "postgres".
std::vector<std::string_view> designs_on(std::string_view store);

/// How events of `store` decide where nobody says otherwise.
std::string_view default_design(std::string_view store);

/// "memory, redis".
std::string stores_text(const StoredDesign& design);

}  // namespace fairrush::server
