#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "analysis/history/record.hpp"

namespace fairrush::loadgen {

/// What an answer tells about an attempt.
struct Meaning {
  analysis::Outcome outcome{};
  analysis::Reason reason{};
  std::string_view receipt;  ///< coupon or draw token; empty = none. Valid until the next `read`
};

/// Finds out what answers mean: takes the members that matter out of the JSON and looks the answer
/// up in the outcome table. Does not allocate once its buffers have grown. One thread.
class AnswerReader {
 public:
  /// `event` is the one whose coupons count in a wallet; empty: any.
  explicit AnswerReader(std::string event = {});
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// `status` of a final answer with its whole `body`. A success whose body is not JSON or lacks
  /// its receipt, or has one longer than a history takes, is indeterminate and unparseable.
  Meaning read(analysis::Op op, unsigned status, std::string_view body);

 private:
  struct Members;
  std::unique_ptr<Members> members_;
};

}  // namespace fairrush::loadgen
