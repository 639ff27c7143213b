#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/dialect/template_text.hpp"

namespace fairrush::loadgen {

/// Where a template stands decides what it can name.
enum class Place : std::uint8_t {
  attempt,     ///< a reservation, claim or look into the wallet
  redemption,  ///< the same, with the coupon to spend
  outcome,     ///< the same, with what a pending claim is asked for by
  control,     ///< a request of the set-up
  identity,    ///< a user's name
  token,       ///< the claims of a bearer token, or its text
};

/// Everything a template can name without anybody having declared it.
enum class Variable : std::uint8_t {
  user,
  index,
  uuid,
  token,
  cohort,
  coupon,
  pending,
  idempotency,
  now,
  iat,
  exp,
  constant,  ///< the same for all requests of a round: its text comes from the run
};

/// How a variable may be written.
enum class VariableForm : std::uint8_t {
  plain,
  width,  ///< {index:06}: at least so many digits
  time,   ///< {now}, {now:ms} milliseconds since 1970; {now:s}; {now:iso}
};

struct VariableRow {
  std::string_view name;
  Variable variable;
  VariableForm form;
  std::uint8_t places;  ///< one bit a Place
  std::string_view help;

  bool known_in(Place place) const { return (places >> static_cast<unsigned>(place) & 1U) != 0; }
};

std::span<const VariableRow> variable_table();
const VariableRow* find_variable(std::string_view name);

/// What is wrong with the variables of a text: the name that is not known in `place`, with those
/// that are. `declared` are the names of columns and of values taken from answers.
std::optional<std::string> variable_problem(std::string_view text, Place place,
                                            std::span<const std::string> declared);

/// A time as {name:format} writes it; `format` "", "ms", "s" or "iso".
std::string time_text(std::int64_t unix_ms, std::string_view format);

}  // namespace fairrush::loadgen
