#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// One row of the table of designs.
struct DesignRow {
  std::string_view name;
  std::string_view help;
  std::unique_ptr<Design> (*make)(const EventSpec& spec, const EventSecrets& secrets);
  bool in_memory = true;  ///< a server's memory is a store for it, and not only a simulation's
};

/// Every design this server can run.
std::span<const DesignRow> designs();

/// Makes the design that `spec` names; the name is one of the table's.
std::unique_ptr<Design> make_design(const EventSpec& spec, const EventSecrets& secrets);

/// The row of that name, or null.
const DesignRow* find_design(std::string_view name);

}  // namespace fairrush::server
