#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/integration/designs/evidence.hpp"
#include "tests/integration/designs/guide.hpp"

namespace fairrush::design_matrix {

/// "## In Redis".
std::string store_heading(std::string_view store);

/// The beginning of a cell's row under the heading of its store, up to what it showed.
std::string row_start(const std::string& design, std::string_view disturbance);

/// The designs and the stores that they run on.
std::string designs_table();
/// What each disturbance came to on each store.
std::string summary_table(std::span<const Evidence> cells);
/// What is done in each disturbance.
std::string disturbances_table();
/// Undisturbed and disturbed rushes on a store.
std::string store_tables(std::string_view store, std::span<const Evidence> cells);
/// Faults beside the sound server.
std::string faults_table(std::span<const FaultEvidence> faults);

}  // namespace fairrush::design_matrix
