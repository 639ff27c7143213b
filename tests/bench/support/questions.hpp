#pragma once

#include <functional>
#include <string>
#include <vector>

namespace fairrush::bench {

/// One measured question.
struct Row {
  std::string question;
  std::string figure;
  std::string peers;
  std::string goal;
  bool held = false;
};

struct Question {
  std::string name;
  std::function<Row(int turns)> ask;
};

/// Asks and prints one line a question, or with `--markdown` the rows of a table. `--quick` takes
/// one turn each instead of five; other words are the questions to ask, by a part of their names.
/// The exit code of the program: 1 when one cannot be measured.
int ask(const std::vector<Question>& questions, const std::vector<std::string>& words);

}  // namespace fairrush::bench
