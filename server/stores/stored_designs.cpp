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

std::vector<std::string_view> designs_on(std::string_view store) {
  std::vector<std::string_view> names;
  for (const StoredDesign& row : stored_designs()) {
    if (std::ranges::find(row.stores, store) != row.stores.end()) names.push_back(row.name);
  }
  return names;
}

std::string_view default_design(std::string_view store) {
  return store == "postgres" ? kRowLock : "sealed-draw";
}

std::string stores_text(const StoredDesign& design) {
  return fmt::format("{}", fmt::join(design.stores, ", "));
}

}  // namespace fairrush::server
