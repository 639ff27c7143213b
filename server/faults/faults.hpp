#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/designs/designs.hpp"

namespace fairrush::server {

/// One row of the table of faults: what a server may be told to do wrong.
struct FaultRow {
  std::string_view name;
  std::string_view breaks;     ///< what it does, in one sentence
  std::string_view killed_by;  ///< the check that has to see it: an invariant's id or a test's name
  std::span<const std::string_view> designs;  ///< under which it makes sense; empty: under any
  /// The design under this fault; null where the design stays as it is.
  std::unique_ptr<Design> (*make)(const EventSpec& spec, const EventSecrets& secrets) = nullptr;
};

/// Every fault this server knows.
std::span<const FaultRow> faults();

/// The row of that name, or null.
const FaultRow* find_fault(std::string_view name);

/// Whether a fault makes sense under a design.
bool fits(const FaultRow& fault, std::string_view design);

/// The designs of a fault for people: "ticket-list", "sealed-draw, blank-tickets" or "any".
std::string designs_text(const FaultRow& fault);

/// The design that `spec` names as the fault has it; `fault` fits it. For a null fault it is the
/// sound one.
std::unique_ptr<Design> make_design_under(const FaultRow* fault, const EventSpec& spec,
                                          const EventSecrets& secrets);

}  // namespace fairrush::server
