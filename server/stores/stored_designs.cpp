#include "server/stores/stored_designs.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "server/designs/designs.hpp"
#include "server/stores/postgres/transactions.hpp"
#include "server/stores/redis/designs.hpp"

namespace fairrush::server {

std::vector<StoredDesign> stored_designs() {
  std::vector<StoredDesign> all;
  const auto add = [&all](std::string_view name, std::string_view help, std::string_view store) {
    const auto known = std::ranges::find(all, name, &StoredDesign::name);
    if (known != all.end()) {
      known->stores.push_back(store);
    } else {
      all.push_back({name, help, {store}});
    }
  };
  for (const DesignRow& row : designs()) {
    if (row.in_memory) add(row.name, row.help, "memory");
  }
  for (const RedisDesign& row : redis_designs()) add(row.name, row.help, "redis");
  for (const DesignRow& row : designs()) {
    if (runs_on_postgres(row.name)) add(row.name, row.help, "postgres");
  }
  return all;
}

std::string stores_text(const StoredDesign& design) {
  return fmt::format("{}", fmt::join(design.stores, ", "));
}

}  // namespace fairrush::server
