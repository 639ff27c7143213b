#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/record.hpp"
#include "loadgen/dialect/dialect.hpp"
#include "loadgen/dialect/segments.hpp"
#include "loadgen/dialect/user_values.hpp"
#include "loadgen/target/value_finder.hpp"

namespace fairrush::loadgen {

/// What an answer tells about an attempt.
struct Meaning {
  analysis::Outcome outcome{};
  analysis::Reason reason{};
  std::string_view receipt;  ///< coupon or draw token; empty = none. Valid until the next `read`
  bool pending = false;      ///< the outcome is to be asked for, with the receipt
  std::size_t rule = 0;      ///< that decided, of the operation's answers
};

/// Finds out what answers mean by a dialect's rules, and remembers what they give to users. Does
/// not allocate once its buffers have grown, but for what is remembered. One thread.
class AnswerReader {
 public:
  /// `dialect` outlives it.
  AnswerReader(const Dialect& dialect, const Constants& constants);

  /// `answer` is final. A success that lacks its receipt, or has one longer than a history takes,
  /// is indeterminate, for a reason of its own.
  Meaning read(Errand errand, const Answer& answer);
  Meaning read(analysis::Op op, const Answer& answer) { return read(errand_of(op), answer); }

  /// `read`, and keeps for `user` what a success is to give to later requests.
  Meaning hear(UserIndex user, Errand errand, const Answer& answer);
  Meaning hear(UserIndex user, analysis::Op op, const Answer& answer) {
    return hear(user, errand_of(op), answer);
  }

  /// What `hear` has kept.
  const UserValues& values() const { return values_; }

 private:
  struct ReadyTest {
    std::size_t place = 0;
    const ValueTest* test = nullptr;
  };
  struct ReadyRule {
    const AnswerRule* rule = nullptr;
    std::vector<ReadyTest> headers;
    std::vector<ReadyTest> members;
    std::size_t receipt = 0;
  };
  struct ReadyExtraction {
    std::size_t source = 0;
    std::size_t slot = 0;
  };
  struct ReadyOperation {
    ValueFinder finder;
    std::vector<ReadyRule> rules;
    std::vector<ReadyExtraction> extractions;
  };

  static ReadyOperation ready(const Operation& operation, const std::vector<std::string>& headers,
                              const std::vector<std::string>& names, const Constants& constants);
  static bool fits(ReadyOperation& operation, const ReadyRule& rule, const Answer& answer);
  static Meaning meaning(ReadyOperation& operation, const AnswerRule& rule, std::size_t receipt);

  std::vector<ReadyOperation> operations_;
  UserValues values_;
};

}  // namespace fairrush::loadgen
