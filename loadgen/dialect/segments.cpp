#include "loadgen/dialect/segments.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/random/counter_random.hpp"

namespace fairrush::loadgen {
namespace {

std::string constant_of(const TemplatePart& part, const Constants* constants) {
  if (constants == nullptr) return {};
  if (const auto time = constants->times_ms.find(part.variable);
      time != constants->times_ms.end()) {
    return time_text(time->second, part.format);
  }
  const auto text = constants->texts.find(part.variable);
  return text == constants->texts.end() ? std::string() : text->second;
}

/// 16 digits.
void append_hex(std::string& out, std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 16> digits;
  for (std::size_t place = digits.size(); place > 0; number >>= 4) {
    digits[--place] = kDigits[number & 15];
  }
  out.append(digits.data(), digits.size());
}

std::uint8_t width_of(std::string_view format) {
  std::uint8_t width = 0;
  std::from_chars(format.data(), format.data() + format.size(), width);
  return width;
}

}  // namespace

void append_uuid(std::string& out, std::uint64_t seed, UserIndex user) {
  const CounterRandom random(seed, Stream::user_uuid);
  const std::uint64_t high = (random.bits(user.value(), 0) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (random.bits(user.value(), 1) >> 2) | 0x8000000000000000ULL;
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}"),
                 high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

Segments::Segments(std::string_view text, Escape escape, const Names& names, const Voices& voices)
    : voices_(voices) {
  for (const TemplatePart& part : split_template(text)) {
    if (part.variable.empty()) {
      add_literal(part.literal);
    } else {
      add_part(part, escape, names);
    }
  }
}

void Segments::add_literal(std::string_view text) {
  if (text.empty()) return;
  if (segments_.empty() || segments_.back().source != Source::literal) segments_.emplace_back();
  segments_.back().text += text;
}

void Segments::add(const Segments& other) {
  for (const Segment& segment : other.segments_) {
    if (segment.source == Source::literal) {
      add_literal(segment.text);
    } else {
      segments_.push_back(segment);
    }
  }
}

void Segments::add_part(const TemplatePart& part, Escape escape, const Names& names) {
  const auto escaped = [this, escape](std::string_view text) {
    std::string safe;
    append_escaped(safe, text, escape);
    add_literal(safe);
  };
  if (part.variable == "user") {
    // The name of a user is a template of its own, and a value here: its text is escaped as well.
    for (const TemplatePart& piece : split_template(names.identity)) {
      if (piece.variable.empty()) {
        escaped(piece.literal);
      } else {
        add_part(piece, escape, names);
      }
    }
    return;
  }
  if (add_ours(part, escape, names)) return;
  const auto column =
      voices_.feeder == nullptr ? std::nullopt : voices_.feeder->column(part.variable);
  const auto value = std::ranges::find(names.values, part.variable);
  if (column) {
    segments_.push_back({Source::column, escape, 0, *column, {}});
  } else if (value != names.values.end()) {
    const auto slot = static_cast<std::size_t>(value - names.values.begin());
    segments_.push_back({Source::value, escape, 0, slot, {}});
  } else {
    escaped(constant_of(part, names.constants));
  }
}

/// Whether the variable is one of the table that differs from request to request.
bool Segments::add_ours(const TemplatePart& part, Escape escape, const Names& names) {
  const VariableRow* row = find_variable(part.variable);
  if (row == nullptr || row->variable == Variable::constant) return false;
  const auto add = [this, escape](Source source, std::string format = {}) {
    segments_.push_back({source, escape, 0, 0, std::move(format)});
    return true;
  };
  switch (row->variable) {
    case Variable::index:
      segments_.push_back({Source::index, Escape::none, width_of(part.format), 0, {}});
      return true;
    case Variable::uuid:
      return add(Source::uuid);
    case Variable::token:
      return add(Source::token);
    case Variable::cohort:
      add(Source::cohort);
      for (const std::string& name : voices_.cohorts) {
        append_escaped(segments_.back().choices.emplace_back(), name, escape);
      }
      return true;
    case Variable::coupon:
      return add(Source::coupon);
    case Variable::pending:
      return add(Source::pending);
    case Variable::idempotency:
      return add(Source::idempotency);
    case Variable::now:
      return add(Source::now, part.format);
    case Variable::iat:
      add_literal(fmt::format("{}", names.iat_s));
      return true;
    case Variable::exp:
      add_literal(fmt::format("{}", names.iat_s + kTokenLifetime_s));
      return true;
    case Variable::user:
    case Variable::constant:
      break;
  }
  return false;
}

void Segments::append(std::string& out, const Subject& subject) const {
  for (const Segment& segment : segments_) {
    if (segment.source == Source::literal) {
      out += segment.text;
    } else {
      append_one(out, segment, subject);
    }
  }
}

void Segments::append_one(std::string& out, const Segment& segment, const Subject& subject) const {
  switch (segment.source) {
    case Source::literal:
      return;
    case Source::index:
      if (segment.width == 0) {
        const fmt::format_int digits(subject.user.value());
        out.append(digits.data(), digits.size());
      } else {
        fmt::format_to(std::back_inserter(out), "{:0{}}", subject.user.value(), segment.width);
      }
      return;
    case Source::uuid:
      append_uuid(out, voices_.seed, subject.user);
      return;
    case Source::token:
      if (voices_.tokens != nullptr) voices_.tokens->append(out, subject.user);
      return;
    case Source::cohort:
      if (subject.cohort.value() < segment.choices.size()) {
        out += segment.choices[subject.cohort.value()];
      }
      return;
    case Source::coupon:
      append_escaped(out, subject.coupon, segment.escape);
      return;
    case Source::pending:
      append_escaped(out, subject.pending, segment.escape);
      return;
    case Source::idempotency:
      append_hex(out, subject.idempotency);
      return;
    case Source::now: {
      if (voices_.clock == nullptr) return;
      const auto now = (voices_.clock->wall_now() + voices_.clock_offset).time_since_epoch();
      const auto unix_ms = std::chrono::floor<std::chrono::milliseconds>(now).count();
      append_escaped(out, time_text(unix_ms, segment.text), segment.escape);
      return;
    }
    case Source::column:
      append_escaped(out, voices_.feeder->value(subject.user, segment.slot), segment.escape);
      return;
    case Source::value:
      if (subject.values == nullptr) return;
      append_escaped(out, subject.values->of(subject.user, segment.slot), segment.escape);
      return;
  }
}

bool Segments::is_constant() const {
  return std::ranges::all_of(
      segments_, [](const Segment& segment) { return segment.source == Source::literal; });
}

std::string Segments::constant_text() const {
  return is_constant() && !segments_.empty() ? segments_.front().text : std::string();
}

}  // namespace fairrush::loadgen
