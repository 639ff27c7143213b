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

/// What a request is for: an operation, or the outcome of a claim that was told to wait for it.
enum class Errand : std::uint8_t { reserve, claim, redeem, status, outcome };
inline constexpr std::size_t kErrands = 5;
constexpr Errand errand_of(analysis::Op op) {
  return static_cast<Errand>(op);
}
/// The operation whose answers it hears.
constexpr analysis::Op op_of(Errand errand) {
  return errand == Errand::outcome ? analysis::Op::claim : static_cast<analysis::Op>(errand);
}
static_assert(errand_of(analysis::Op::reserve) == Errand::reserve &&
              errand_of(analysis::Op::claim) == Errand::claim &&
              errand_of(analysis::Op::redeem) == Errand::redeem &&
              errand_of(analysis::Op::status) == Errand::status);

/// How a coupon service is spoken to and understood. Immutable once read; any thread.
struct Dialect {
  std::array<Operation, kErrands> operations;  ///< by Errand
  std::vector<ControlStep> setup;              ///< before the first round
  std::vector<ControlStep> reset;              ///< before each further round
  /// Nobody has said how another service is reached: the event is opened, and told of, by the
  /// reference server's own HTTP.
  bool reference_control = true;
  std::string user = "{index}";  ///< template of identities
  std::shared_ptr<const Feeder> feeder;

  const Operation& of(Errand errand) const { return operations[static_cast<std::size_t>(errand)]; }
  Operation& of(Errand errand) { return operations[static_cast<std::size_t>(errand)]; }
  const Operation& of(analysis::Op op) const { return of(errand_of(op)); }
  Operation& of(analysis::Op op) { return of(errand_of(op)); }
};

}  // namespace fairrush::loadgen
