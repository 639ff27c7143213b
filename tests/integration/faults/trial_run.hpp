#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/assessment.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/faults/trials.hpp"

namespace fairrush::kill_matrix {

/// A stage as it was played, with or without a fault.
struct Played {
  cli_test::CommandEnd end;
  analysis::Assessment assessment;
};

/// Plays it by the command; an empty `fault` is the sound server. Unset, and a failure of the test,
/// when no run came of it.
std::optional<Played> play(const Stage& stage, std::string_view fault);

/// The check of that id; null when there is none.
const analysis::CheckResult* check_in(const Played& played, std::string_view id);

/// What the killer says of a run, in a sentence; unset when it does not accuse.
std::optional<std::string> accusation(const Trial& trial, const Played& played);

/// For messages of a test: the verdict, and what every check and test found.
std::string summary(const Played& played);

}  // namespace fairrush::kill_matrix
