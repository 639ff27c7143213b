#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/dialect/feeder.hpp"
#include "loadgen/dialect/rules.hpp"

namespace fairrush::loadgen {

/// A request as a person writes it; every text is a template.
struct RequestForm {
  std::string method;
  std::string path;
  std::vector<std::string> headers;  ///< "Name: value", in this order
  std::string body;                  ///< empty: none
};

/// A value that an answer gives and later requests use as {name}.
struct Extraction {
  std::string name;
  ValueSource source;
};

/// One thing users do, and what they may hear.
struct Operation {
  RequestForm request;
  AnswerRules answers;          ///< the last one fits everything
  std::size_t answers_own = 0;  ///< of them, before those that go by the status alone
  std::vector<Extraction> extract;
};

/// A request that prepares the target, outside any rush.
struct ControlStep {
  RequestForm request;
  std::vector<StatusRange> expected;
  std::vector<Extraction> extract;
};

inline constexpr std::size_t kOps = 4;

/// How a coupon service is spoken to and understood. Immutable once read; any thread.
struct Dialect {
  std::array<Operation, kOps> operations;  ///< by analysis::Op
  std::vector<ControlStep> setup;          ///< before the first round
  std::vector<ControlStep> reset;          ///< before each further round
  /// Nobody has said how another service is reached: the event is opened, and told of, by the
  /// reference server's own HTTP.
  bool reference_control = true;
  std::string user = "{index}";  ///< template of identities
  std::shared_ptr<const Feeder> feeder;

  const Operation& of(analysis::Op op) const { return operations[static_cast<std::size_t>(op)]; }
  Operation& of(analysis::Op op) { return operations[static_cast<std::size_t>(op)]; }
};

}  // namespace fairrush::loadgen
