#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/designs/world.hpp"

namespace fairrush::design_matrix {

/// The name of the row in which nothing happens.
inline constexpr std::string_view kClean = "clean";

/// What becomes of a rush while its claims come, and what must hold all the same.
struct Disturbance {
  std::string_view name;                       ///< "server killed"
  std::string what;                            ///< is done, one sentence for the page
  std::vector<std::string_view> stores;        ///< on which it can happen
  std::vector<std::string_view> designs = {};  ///< it is played with; empty: all
  std::string_view sample = {};  ///< "ticket-list on redis": played in every run of the test
  Setup setup = {};
  std::function<void(World&)> strike = {};  ///< after the first win; empty: nothing happens
  int rush_ms = 2000;
  std::string arrivals =
      R"(shape = "front_loaded", mean = "300ms")";  ///< as a table of a scenario has it
  std::vector<std::string_view> may_break = {};     ///< ids of checks; others must not fail
  std::vector<std::string_view> loss_free = {};  ///< stores on which nothing may break nevertheless
};

/// All of them; adding one is adding a row.
const std::vector<Disturbance>& disturbances();

/// Whether every cell is to be played, and not the sample of every run alone:
/// FAIRRUSH_MATRIX=all, or FAIRRUSH_UPDATE_GOLDEN=1 to write the page.
bool plays_everything();

/// One rush of the matrix.
struct Cell {
  std::string design;
  std::string store;
  const Disturbance* disturbance;
};

/// For test reports.
void PrintTo(const Cell& cell, std::ostream* out);

/// By store, disturbance and design.
std::vector<Cell> all_cells();
/// All designs undisturbed, and the sample of each disturbance.
std::vector<Cell> sample_cells();

}  // namespace fairrush::design_matrix
