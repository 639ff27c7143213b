#include "analysis/verdict.hpp"

namespace fairrush::analysis {

std::string_view name_of(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::pass:
      return "pass";
    case CheckVerdict::fail:
      return "fail";
    case CheckVerdict::unknown:
      return "unknown";
    case CheckVerdict::not_applicable:
      return "not applicable";
  }
  return "unknown verdict";
}

std::string_view name_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::violation:
      return "VIOLATION";
    case RunVerdict::biased:
      return "BIASED";
    case RunVerdict::inconclusive:
      return "INCONCLUSIVE";
    case RunVerdict::fair:
      return "FAIR";
    case RunVerdict::proven:
      return "PROVEN";
  }
  return "unknown verdict";
}

}  // namespace fairrush::analysis
