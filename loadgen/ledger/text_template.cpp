#include "loadgen/ledger/text_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fairrush::loadgen {
namespace {

/// More would only make matching slow; keys have few parts.
constexpr std::ptrdiff_t kAnyMax = 3;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::expected<TextTemplate, std::string> TextTemplate::parse(std::string_view text, UserText user) {
  struct Word {
    std::string_view text;
    Part::Kind kind;
  };
  static constexpr std::array kWords{Word{"{user}", Part::Kind::user},
                                     Word{"{coupon}", Part::Kind::coupon},
                                     Word{"*", Part::Kind::any}};
  TextTemplate parsed;
  parsed.user_ = user;
  while (!text.empty()) {
    const auto word = std::ranges::find_if(
        kWords, [text](const Word& candidate) { return text.starts_with(candidate.text); });
    if (word == kWords.end()) {
      if (parsed.parts_.empty() || parsed.parts_.back().kind != Part::Kind::literal) {
        parsed.parts_.emplace_back();
      }
      parsed.parts_.back().text += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (word->kind != Part::Kind::any && parsed.has(word->kind)) {
      return std::unexpected(fmt::format("{} stands twice, expected it once", word->text));
    }
    if (!parsed.parts_.empty() && parsed.parts_.back().kind != Part::Kind::literal) {
      return std::unexpected(
          fmt::format("nothing stands before {} to tell it from what precedes it", word->text));
    }
    parsed.parts_.push_back({word->kind, {}});
    text.remove_prefix(word->text.size());
  }
  if (std::ranges::count(parsed.parts_, Part::Kind::any, &Part::kind) > kAnyMax) {
    return std::unexpected(fmt::format("expected at most {} of *", kAnyMax));
  }
  return parsed;
}

bool TextTemplate::has(Part::Kind kind) const {
  return std::ranges::find(parts_, kind, &Part::kind) != parts_.end();
}

bool TextTemplate::is_literal() const {
  return std::ranges::all_of(parts_,
                             [](const Part& part) { return part.kind == Part::Kind::literal; });
}

std::optional<TextTemplate::Found> TextTemplate::match(std::string_view text) const {
  Found found;
  if (!match_from(0, text, found)) return std::nullopt;
  return found;
}

bool TextTemplate::match_from(std::size_t part, std::string_view text, Found& found) const {
  if (part == parts_.size()) return text.empty();
  const Part& current = parts_[part];
  if (current.kind == Part::Kind::literal) {
    return text.starts_with(current.text) &&
           match_from(part + 1, text.substr(current.text.size()), found);
  }
  const bool last = part + 1 == parts_.size();
  const std::size_t least = current.kind == Part::Kind::any ? 0 : 1;
  for (std::size_t length = last ? std::max(text.size(), least) : least; length <= text.size();
       ++length) {
    const std::string_view taken = text.substr(0, length);
    const bool digits_only = current.kind == Part::Kind::user && user_ == UserText::digits;
    if (digits_only && !std::ranges::all_of(taken, is_digit)) return false;
    if (!match_from(part + 1, text.substr(length), found)) continue;
    if (current.kind == Part::Kind::user) found.user = taken;
    if (current.kind == Part::Kind::coupon) found.coupon = taken;
    return true;
  }
  return false;
}

std::string TextTemplate::glob() const {
  std::string glob;
  for (const Part& part : parts_) {
    if (part.kind != Part::Kind::literal) {
      glob += '*';
      continue;
    }
    for (const char c : part.text) {
      if (std::string_view("?[]^\\").contains(c)) glob += '\\';
      glob += c;
    }
  }
  return glob;
}

}  // namespace fairrush::loadgen
