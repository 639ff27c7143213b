#include "tests/integration/faults/guide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace fairrush::kill_matrix {
namespace {

constexpr std::string_view kOpening = R"(# Faults

A verifier that has never caught anything proves nothing. `fairrush-server --fault NAME` makes the
reference server wrong in one way, on purpose: it says so at the top of its log, in `/readyz`, in
the event's document and in every report. Each fault is played over real sockets, and the check that
is there for it has to see it; the sound server plays the same rush, and no check accuses it.
`fairrush_kill_matrix_tests` does both, and writes this page.

```sh
fairrush run scenarios/rush-300-ticket-list.toml --set target.builtin.fault=oversell-race
```

The races need users who come at the same time, or click twice; the stages below provoke them. The
evidence is that of one run: races come out differently each time.

)";

/// One line, fit for a cell of a table.
std::string cell(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  for (std::size_t place = text.find('|'); place != std::string::npos;
       place = text.find('|', place + 2)) {
    text.insert(place, 1, '\\');
  }
  return text;
}

std::string killer_text(const Trial& trial) {
  switch (trial.kind) {
    case KillerKind::invariant:
      return std::string(trial.killer);
    case KillerKind::test:
      return fmt::format("test `{}`", trial.killer);
    case KillerKind::sighting:
      return fmt::format("never seen: {}", trial.killer);
  }
  return {};
}

}  // namespace

std::string guide_row_start(const server::FaultRow& fault, const Trial& trial) {
  return fmt::format("| `{}` | {} | {} | {} |", fault.name, fault.breaks,
                     server::designs_text(fault), killer_text(trial));
}

void Guide::found(std::string_view fault, std::string evidence) {
  evidence_[std::string(fault)] = std::move(evidence);
}

Guide::~Guide() {
  if (std::getenv("FAIRRUSH_UPDATE_GOLDEN") == nullptr) return;
  if (evidence_.size() != server::faults().size()) return;
  std::string text(kOpening);
  for (const Stage& stage : stages()) {
    text += fmt::format("## {}\n\n{}.\n\n", stage.name, stage.provokes);
    text += "| fault | the server | under | killed by | evidence |\n|---|---|---|---|---|\n";
    for (const Trial& trial : stage.trials) {
      const server::FaultRow* const row = server::find_fault(trial.fault);
      if (row == nullptr) continue;
      text += fmt::format("{} {} |\n", guide_row_start(*row, trial),
                          cell(evidence_.at(std::string(trial.fault))));
    }
    text += "\n";
  }
  text.pop_back();
  std::ofstream(FAIRRUSH_FAULTS_GUIDE) << text;
}

Guide& guide() {
  static Guide of_process;
  return of_process;
}

}  // namespace fairrush::kill_matrix
