#pragma once

#include <string>
#include <vector>

namespace fairrush::design_matrix {

/// What a cell showed, as the page has it.
struct Evidence {
  std::string design;
  std::string store;
  std::string disturbance;  ///< "clean"
  std::string verdict;      ///< "PROVEN"
  std::string rules;        ///< "15 of 15"
  std::string coupons;      ///< "58 of 58"
  std::string cohorts;      ///< win rate of fibre and of mobile
  std::string latency;      ///< of claims from the click, p50 and p99
  std::string unanswered;  ///< attempts that are indeterminate or were refused for want of capacity
};

/// The page of designs, docs/designs.md. With FAIRRUSH_UPDATE_GOLDEN=1 a process that has played
/// all of `cells` writes it anew at its end.
class Guide {
 public:
  Guide() = default;
  Guide(const Guide&) = delete;
  Guide& operator=(const Guide&) = delete;
  ~Guide();

  void expect(std::size_t cells) { cells_ = cells; }
  void found(Evidence evidence) { rows_.push_back(std::move(evidence)); }

 private:
  std::size_t cells_ = 0;
  std::vector<Evidence> rows_;
};

/// The one guide of this process.
Guide& guide();

/// The beginning of a cell's row, up to what it showed.
std::string guide_row_start(const std::string& design, const std::string& store,
                            const std::string& disturbance);

}  // namespace fairrush::design_matrix
