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
};

/// Every design this server can run.
std::span<const DesignRow> designs();

/// The row of that name, or null.
const DesignRow* find_design(std::string_view name);

}  // namespace fairrush::server
