#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/history/record.hpp"
#include "loadgen/dialect/pattern.hpp"

namespace fairrush::loadgen {

/// Statuses from `low` to `high`, both included.
struct StatusRange {
  unsigned low = 0;
  unsigned high = 0;

  bool holds(unsigned status) const { return status >= low && status <= high; }
};

/// What stands at a place of a JSON text.
enum class JsonKind : std::uint8_t { missing, string, number, boolean, null, object, array };

/// What a value has to be.
struct ValueTest {
  enum class Kind : std::uint8_t { exists, missing, equals, matches };
  Kind kind = Kind::exists;
  JsonKind type = JsonKind::string;  ///< of `equals`
  std::string text;                  ///< of `equals`, as JSON writes it, a string unquoted
  std::optional<Pattern> pattern;    ///< of `matches`
};

struct HeaderCondition {
  std::string name;
  ValueTest test;
};

struct JsonCondition {
  std::string pointer;  ///< RFC 6901
  ValueTest test;
};

/// Where a value is taken from an answer.
struct ValueSource {
  enum class Kind : std::uint8_t {
    none,
    json,    ///< the text or number at `pointer`
    list,    ///< `pointer` in the first fitting entry of the array at `list`, which may be empty
    header,  ///< of the header `header`, all of it or what `pattern` finds
    body,    ///< what `pattern` finds in the body
  };
  Kind kind = Kind::none;
  std::string pointer;
  std::string list;
  std::string where_pointer;  ///< of an entry: lacks it, or has `where_text` there; empty: any fits
  std::string where_text;     ///< may hold variables of the run, such as {event}
  std::string header;
  std::optional<Pattern> pattern;
};

/// What one kind of answer means: all conditions hold. Of a list of rules the first decides.
struct AnswerRule {
  std::vector<StatusRange> statuses;  ///< empty: any
  std::vector<HeaderCondition> headers;
  std::vector<JsonCondition> members;
  std::optional<Pattern> body;
  analysis::Outcome outcome{};
  analysis::Reason reason{};
  bool pending = false;  ///< the outcome comes later, and is asked for with the receipt
  ValueSource receipt;
  std::string text;  ///< as it is written
};

using AnswerRules = std::vector<AnswerRule>;

}  // namespace fairrush::loadgen
