#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/record.hpp"
#include "loadgen/dialect/rules.hpp"
#include "loadgen/dialect/segments.hpp"
#include "loadgen/target/json_watch.hpp"

namespace fairrush::loadgen {

/// A whole answer. Views, valid as long as the exchange it came with.
struct Answer {
  unsigned status = 0;
  std::string_view body;
  std::span<const std::string> headers = {};  ///< by place in the list of watched names
};

/// Finds values in answers. Everything is numbered before the first answer; JSON is read at most
/// once an answer, and only when a value of it is asked for. One thread.
class ValueFinder {
 public:
  /// `headers` are the watched names, as the answers bring them.
  explicit ValueFinder(std::vector<std::string> headers) : headers_(std::move(headers)) {}

  std::size_t add(const ValueSource& source, const Constants& constants);
  std::size_t add_member(const std::string& pointer) { return json_.watch(pointer); }
  std::size_t header(std::string_view name) const;

  /// `answer` must stay as it is while values are asked for.
  void begin(const Answer& answer);

  JsonWatch::Value member(std::size_t number);
  std::string_view header_at(std::size_t number) const { return answer_.headers[number]; }

  /// The value of a source; an empty one only from a list that gives none. The error says why there
  /// is none.
  std::expected<std::string_view, analysis::Reason> find(std::size_t source);

 private:
  struct Source {
    ValueSource::Kind kind{};
    std::size_t place = 0;
    std::optional<Pattern> pattern;
  };
  using Found = std::expected<std::string_view, analysis::Reason>;

  bool is_json();
  Found find_in_json(const Source& source);

  std::vector<std::string> headers_;
  std::vector<Source> sources_;
  JsonWatch json_;
  Answer answer_;
  std::optional<bool> is_json_;  // of the answer at hand, once it has been read
};

/// Names of the headers that `dialect`'s rules and extractions look at, each once.
struct Dialect;
std::vector<std::string> watched_headers(const Dialect& dialect);

}  // namespace fairrush::loadgen
