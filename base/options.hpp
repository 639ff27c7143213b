#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.hpp"

namespace fairrush {

/// One thing wrong with what a person configured, in one line: where, which value, what is allowed.
struct Problem {
  std::string where;  ///< "--users", or "rush.toml:12:9: population.users"
  std::string what;   ///< "'0' is not accepted: expected an integer of 1 to 10,000,000"
};

/// One problem a line.
std::string format_problems(std::span<const Problem> problems);

/// What a table knows about one option besides its value.
struct OptionInfo {
  std::string name;      ///< "users" (spelled --users on a command line) or "population.users"
  std::string hint;      ///< what stands for the value in the help: "N", "FILE"; empty for a flag
  std::string help;      ///< one sentence
  bool secret = false;   ///< its value is never shown: the echo says only that it is set
  bool is_path = false;  ///< a file; one that a file names is looked for beside it
  bool of_this_call = false;  ///< what one call is to do: on a command line only
};

/// Inclusive bounds of an option's value.
template <class T>
struct Between {
  T low;
  T high;
};

/// The one list of a program's (or a scenario's) options: name, default, range, help; parses
/// values, explains itself and echoes what is in force. Targets are references: they must outlive
/// the table, and hold the default when they are added. One thread.
class OptionTable {
 public:
  struct Row;

  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void add(OptionInfo info, T& target, Between<T> range) {
    add_integer(
        std::move(info),
        IntegerRange{static_cast<std::int64_t>(range.low), static_cast<std::uint64_t>(range.high)},
        IntegerTarget{[&target] { return std::to_string(target); },
                      [&target](std::uint64_t value) { target = static_cast<T>(value); }});
  }
  void add(OptionInfo info, double& target, Between<double> range);
  void add(OptionInfo info, Duration& target, Between<Duration> range);
  void add(OptionInfo info, Share& target, Between<Share> range);
  void add(OptionInfo info, ByteCount& target, Between<ByteCount> range);
  void add(OptionInfo info, std::string& target);
  /// Unset by default.
  void add(OptionInfo info, std::optional<std::string>& target);
  /// May be given several times; every value is appended.
  void add(OptionInfo info, std::vector<std::string>& target);
  /// A flag on a command line; true or false in a file.
  void add_flag(OptionInfo info, bool& target);
  /// One of `choices`, by name; T is usually an enumeration.
  template <class T>
  void add_choice(OptionInfo info, T& target, std::vector<std::pair<std::string, T>> choices) {
    std::vector<std::string> names;
    names.reserve(choices.size());
    for (const auto& choice : choices) names.push_back(choice.first);
    add_named(
        std::move(info), names,
        [&target, choices] {
          for (const auto& choice : choices) {
            if (choice.second == target) return choice.first;
          }
          return std::string();
        },
        [&target, choices](std::size_t index) { target = choices[index].second; });
  }
  /// An option with a grammar of its own. `assign` returns the accepted form as the error.
  void add_custom(OptionInfo info, std::function<std::string()> echo,
                  std::function<std::expected<void, std::string>(std::string_view)> assign);

  /// Sets one option from text. The error is a complete `Problem::what`; an unknown name is
  /// answered with the nearest known one.
  std::expected<void, std::string> assign(std::string_view name, std::string_view value);

  bool contains(std::string_view name) const;
  /// Null when there is none of that name.
  const Row* find(std::string_view name) const;

  /// What is wrong with a name that is none of the table's.
  std::string unknown(std::string_view name) const;
  /// The known name that is most like `name`, and how many letters lie between them.
  struct Nearest {
    std::string name;
    std::size_t distance = 0;
  };
  Nearest nearest(std::string_view name) const;

  /// Name and value in force of every option, in the order of addition.
  std::vector<std::pair<std::string, std::string>> echo() const;

  struct Row {
    OptionInfo info;
    std::string accepted;      ///< "an integer of 1 to 10,000,000"
    std::string default_text;  ///< as it stood when the option was added
    bool flag = false;
    bool is_number = false;  ///< a bare integer or decimal number
    bool is_text = false;    ///< any text is accepted, and kept as it is
    bool repeatable = false;
    std::function<std::string()> echo;
    std::function<bool(std::string_view)> assign;
    std::function<std::vector<std::string>()> values;  ///< of a repeatable option: each one
    std::function<void()> clear;                       ///< of a repeatable option: to none
  };
  std::span<const Row> rows() const { return rows_; }

 private:
  struct IntegerRange {
    std::int64_t low;
    std::uint64_t high;
  };
  struct IntegerTarget {
    std::function<std::string()> echo;
    std::function<void(std::uint64_t)> assign;
  };

  void add_integer(OptionInfo info, IntegerRange range, IntegerTarget target);
  void add_named(OptionInfo info, const std::vector<std::string>& names,
                 std::function<std::string()> echo, std::function<void(std::size_t)> assign);
  void add_row(Row row);
  std::vector<Row> rows_;
};

}  // namespace fairrush
