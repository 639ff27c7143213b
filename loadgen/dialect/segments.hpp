#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "loadgen/dialect/escape.hpp"
#include "loadgen/dialect/feeder.hpp"
#include "loadgen/dialect/template_text.hpp"
#include "loadgen/dialect/user_values.hpp"
#include "loadgen/dialect/variables.hpp"

namespace fairrush::loadgen {

/// What is the same for all requests of a round.
struct Constants {
  std::map<std::string, std::string> texts;      ///< event, round …, and what the set-up gave
  std::map<std::string, std::int64_t> times_ms;  ///< windows, Unix time on the target's clock
};

/// Gives a user's bearer token. Any thread.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;
  virtual void append(std::string& out, UserIndex user) const = 0;
};

/// What the variables of one user's requests are taken from. Everything outlives the segments.
struct Voices {
  const Feeder* feeder = nullptr;       ///< null: no columns
  const TokenSource* tokens = nullptr;  ///< null: no {token}
  std::span<const std::string> cohorts = {};
  const Clock* clock = nullptr;  ///< null: no {now}
  std::chrono::nanoseconds clock_offset{};
  std::uint64_t seed = 0;
};

/// A request's user and what it is about.
struct Subject {
  UserIndex user;
  CohortId cohort{};
  std::uint64_t idempotency = 0;
  std::string_view coupon = {};
  std::string_view pending = {};
  const UserValues* values = nullptr;
};

/// A template made ready: whatever is known before the rush is literal already, and what is not is
/// numbered, so that writing looks nothing up by name and allocates only when the buffer grows.
/// Immutable; any thread.
class Segments {
 public:
  /// What a template is made of.
  struct Names {
    std::string_view identity;  ///< template of {user}
    const Constants* constants = nullptr;
    std::span<const std::string> values;  ///< names of per-user values, by slot
    std::int64_t iat_s = 0;               ///< for tokens
  };

  /// `text` has been checked by `variable_problem`; a name nobody knows gives nothing.
  Segments(std::string_view text, Escape escape, const Names& names, const Voices& voices);

  void append(std::string& out, const Subject& subject) const;

  /// Every request gets the same text.
  bool is_constant() const;
  /// Of a constant one; empty of any other.
  std::string constant_text() const;
  void add_literal(std::string_view text);
  void add(const Segments& other);

 private:
  enum class Source : std::uint8_t {
    literal,
    index,
    uuid,
    token,
    cohort,
    coupon,
    pending,
    idempotency,
    now,
    column,
    value,
  };
  struct Segment {
    Source source = Source::literal;
    Escape escape = Escape::none;
    std::uint8_t width = 0;                 ///< of an index
    std::size_t slot = 0;                   ///< of a column or value
    std::string text;                       ///< literal, or the format of a time
    std::vector<std::string> choices = {};  ///< of a cohort, by number, escaped
  };

  void add_part(const TemplatePart& part, Escape escape, const Names& names);
  bool add_ours(const TemplatePart& part, Escape escape, const Names& names);
  void append_one(std::string& out, const Segment& segment, const Subject& subject) const;

  Voices voices_;
  std::vector<Segment> segments_;
};

/// A UUID (RFC 4122, the form of version 4) as a function of seed and user: 36 characters.
void append_uuid(std::string& out, std::uint64_t seed, UserIndex user);

/// How long after its making a token with {exp} is good.
inline constexpr std::int64_t kTokenLifetime_s = 86'400;

}  // namespace fairrush::loadgen
