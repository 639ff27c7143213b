#include "tests/bench/support/questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>

namespace fairrush::bench {
namespace {

constexpr int kTurns = 5;

void print(const Row& row, bool markdown) {
  const std::string_view verdict = row.held ? "held" : "not held";
  if (markdown) {
    fmt::print("| {} | {} | {} | {} | {} |\n", row.question, row.figure, row.peers, row.goal,
               verdict);
  } else {
    fmt::print("{}\n    {}\n    {}\n    goal {}: {}\n", row.question, row.figure, row.peers,
               row.goal, verdict);
  }
  std::fflush(stdout);
}

}  // namespace

int ask(const std::vector<Question>& questions, const std::vector<std::string>& words) {
  const auto asked = [&words](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  const bool markdown = asked("--markdown");
  const bool choosy =
      std::ranges::any_of(words, [](const std::string& word) { return !word.starts_with("--"); });
  if (markdown) {
    fmt::print("| question | fairrush | peers | goal | |\n|---|---|---|---|---|\n");
  }
  int code = 0;
  for (const Question& question : questions) {
    const bool wanted = !choosy || std::ranges::any_of(words, [&](const std::string& word) {
      return question.name.contains(word);
    });
    if (!wanted) continue;
    try {
      print(question.ask(asked("--quick") ? 1 : kTurns), markdown);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", question.name, error.what());
      code = 1;
    }
  }
  return code;
}

}  // namespace fairrush::bench
