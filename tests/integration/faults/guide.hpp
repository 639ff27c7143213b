#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/faults/faults.hpp"
#include "tests/integration/faults/trials.hpp"

namespace fairrush::kill_matrix {

/// The guide's table of faults, docs/faults.md. With FAIRRUSH_UPDATE_GOLDEN=1 a process that has
/// tried every fault writes it anew at its end, with the evidence it saw.
class Guide {
 public:
  Guide() = default;
  Guide(const Guide&) = delete;
  Guide& operator=(const Guide&) = delete;
  ~Guide();

  /// What the killer of a fault said.
  void found(std::string_view fault, std::string evidence);

 private:
  std::map<std::string, std::string, std::less<>> evidence_;
};

/// The one guide of this process.
Guide& guide();

/// The beginning of a fault's row, up to the evidence.
std::string guide_row_start(const server::FaultRow& fault, const Trial& trial);

}  // namespace fairrush::kill_matrix
