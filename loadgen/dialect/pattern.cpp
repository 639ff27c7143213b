#include "loadgen/dialect/pattern.hpp"

#include <re2/re2.h>

#include <array>

namespace fairrush::loadgen {

std::expected<Pattern, std::string> Pattern::compile(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled =
      std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!compiled->ok()) return std::unexpected(compiled->error());
  return Pattern(std::move(compiled));
}

bool Pattern::is_in(std::string_view text) const {
  const re2::StringPiece input(text.data(), text.size());
  return compiled_->Match(input, 0, input.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string_view> Pattern::find_in(std::string_view text) const {
  const re2::StringPiece input(text.data(), text.size());
  std::array<re2::StringPiece, 2> found;
  const int wanted = compiled_->NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!compiled_->Match(input, 0, input.size(), re2::RE2::UNANCHORED, found.data(), wanted)) {
    return std::nullopt;
  }
  const re2::StringPiece& taken = found[static_cast<std::size_t>(wanted) - 1];
  return std::string_view(taken.data(), taken.size());
}

void Pattern::replace_in(std::string& text, std::string_view replacement) const {
  re2::RE2::GlobalReplace(&text, *compiled_, {replacement.data(), replacement.size()});
}

}  // namespace fairrush::loadgen
