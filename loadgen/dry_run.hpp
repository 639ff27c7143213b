#pragma once

#include <expected>
#include <functional>
#include <stop_token>
#include <string>

#include "loadgen/run.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Sends the scenario's first user through: set-up, reservation, claim and, where the scenario has
/// winners do so, a look into the wallet and a redemption, in windows of a few seconds. `say` gets
/// every request and answer as text, secrets and tokens masked, and what the answer was read as by
/// which rule. Gives whether a rule of the operation's own understood every answer. Leaves no file
/// behind; `settings.directory` is not used. Blocks for some seconds; `stop` ends it early.
std::expected<bool, RunFailure> dry_run(const Scenario& scenario, const RunSettings& settings,
                                        const std::function<void(const std::string&)>& say,
                                        std::stop_token stop);

}  // namespace fairrush::loadgen
