#pragma once

#include <string_view>

#include "loadgen/dialect/dialect.hpp"

namespace fairrush::loadgen {

/// How the reference server is spoken to, in the words of a scenario file: what holds where a
/// scenario says nothing else.
struct ReferenceRequest {
  std::string_view key;  ///< "reserve" in target.reserve.path
  Errand errand;
  std::string_view method;
  std::string_view path;
  std::string_view headers;         ///< when users have no tokens
  std::string_view headers_signed;  ///< when they have
  std::string_view body;
  std::string_view answers;
};
const ReferenceRequest& reference_request(Errand errand);

/// Rules that follow those of every operation: codes that say that nothing was decided. A 503
/// without such a code may come after the decision.
std::string_view reference_answers_common();

/// What an answer means that no rule of an operation fits: by its status alone. Only what says that
/// nothing was decided is definite, a status that speaks of the request's form or sender; any other
/// answer may come after the decision.
std::string_view answers_without_rule();

/// The same of an answer to the question for a claim's outcome: a question that is refused says
/// nothing of the claim.
std::string_view outcomes_without_rule();

}  // namespace fairrush::loadgen
