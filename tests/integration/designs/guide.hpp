#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/designs/evidence.hpp"

namespace fairrush::design_matrix {

/// What a check says of a fault, and of the sound server in the same rush.
struct FaultEvidence {
  std::string fault;
  std::string check;  ///< its id
  std::string sound;  ///< what it found of the sound server
  std::string faulty;
};

/// The page of designs, docs/designs.md. With FAIRRUSH_UPDATE_GOLDEN=1 a process that has played
/// every cell and every fault writes it anew at its end.
class Guide {
 public:
  Guide() = default;
  Guide(const Guide&) = delete;
  Guide& operator=(const Guide&) = delete;
  ~Guide();

  void found(Evidence evidence) { cells_.push_back(std::move(evidence)); }
  void found(FaultEvidence evidence) { faults_.push_back(std::move(evidence)); }

 private:
  std::vector<Evidence> cells_;
  std::vector<FaultEvidence> faults_;
};

/// The one guide of this process.
Guide& guide();

}  // namespace fairrush::design_matrix
