#include "base/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace fairrush {
namespace {

std::string in_quotes(std::string_view value) {
  return fmt::format("'{}'", value);
}

/// Adapts a unit's parser and printer to a row with bounds.
template <class T, class Parse, class Print>
OptionTable::Row unit_row(OptionInfo info, T& target, Between<T> range, Parse parse, Print print) {
  OptionTable::Row row;
  row.info = std::move(info);
  row.echo = [&target, print] { return print(target); };
  row.assign = [&target, parse, range](std::string_view text) {
    const auto value = parse(text);
    // Written so that "nan", which compares false with everything, is refused.
    if (!value || !(*value >= range.low && *value <= range.high)) return false;
    target = *value;
    return true;
  };
  return row;
}

/// Levenshtein distance, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string format_problems(std::span<const Problem> problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += fmt::format("{}: {}\n", problem.where, problem.what);
  }
  return text;
}

void OptionTable::add(OptionInfo info, double& target, Between<double> range) {
  const auto parse = [](std::string_view text) -> std::optional<double> {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
  };
  Row row = unit_row(std::move(info), target, range, parse,
                     [](double value) { return fmt::format("{}", value); });
  row.accepted = fmt::format("a number of {} to {}", range.low, range.high);
  row.is_number = true;
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, Duration& target, Between<Duration> range) {
  // An echo must be read back as the same value, so what the short text rounds is printed in full.
  const auto print = [](Duration duration) {
    std::string text = format_duration(duration);
    return parse_duration(text) == duration ? text : fmt::format("{}ns", duration.count());
  };
  Row row = unit_row(std::move(info), target, range, parse_duration, print);
  row.accepted = fmt::format("a duration of {} to {}", format_duration(range.low),
                             format_duration(range.high));
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, Share& target, Between<Share> range) {
  const auto print = [](Share share) { return fmt::format("{:.12g}%", share.of_one * 100); };
  Row row = unit_row(std::move(info), target, range, parse_share, print);
  row.accepted =
      fmt::format("a share of {} to {}", format_share(range.low), format_share(range.high));
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, ByteCount& target, Between<ByteCount> range) {
  const auto print = [](ByteCount count) {
    std::string text = format_byte_count(count);
    return parse_byte_count(text) == count ? text : fmt::format("{} B", count.bytes);
  };
  Row row = unit_row(std::move(info), target, range, parse_byte_count, print);
  row.accepted = fmt::format("a byte count of {} to {}", format_byte_count(range.low),
                             format_byte_count(range.high));
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, std::string& target) {
  Row row;
  row.info = std::move(info);
  row.is_text = true;
  row.echo = [&target] { return target; };
  row.assign = [&target](std::string_view text) {
    target = text;
    return true;
  };
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, std::optional<std::string>& target) {
  Row row;
  row.info = std::move(info);
  row.is_text = true;
  row.echo = [&target] { return target.value_or(""); };
  row.assign = [&target](std::string_view text) {
    target = std::string(text);
    return true;
  };
  add_row(std::move(row));
}

void OptionTable::add(OptionInfo info, std::vector<std::string>& target) {
  Row row;
  row.info = std::move(info);
  row.repeatable = true;
  row.echo = [&target] { return fmt::format("{}", fmt::join(target, ", ")); };
  row.assign = [&target](std::string_view text) {
    target.emplace_back(text);
    return true;
  };
  row.values = [&target] { return target; };
  row.clear = [&target] { target.clear(); };
  add_row(std::move(row));
}

void OptionTable::add_flag(OptionInfo info, bool& target) {
  Row row;
  row.info = std::move(info);
  row.accepted = "true or false";
  row.flag = true;
  row.echo = [&target] { return std::string(target ? "true" : "false"); };
  row.assign = [&target](std::string_view text) {
    if (text != "true" && text != "false") return false;
    target = text == "true";
    return true;
  };
  add_row(std::move(row));
}

void OptionTable::add_custom(
    OptionInfo info, std::function<std::string()> echo,
    std::function<std::expected<void, std::string>(std::string_view)> assign) {
  Row row;
  row.info = std::move(info);
  const auto refused = assign("\x01");  // no grammar accepts this; its refusal names the grammar
  row.accepted = refused ? std::string() : refused.error();
  row.echo = std::move(echo);
  row.assign = [assign = std::move(assign)](std::string_view text) {
    return assign(text).has_value();
  };
  add_row(std::move(row));
}

void OptionTable::add_integer(OptionInfo info, IntegerRange range, IntegerTarget target) {
  Row row;
  row.info = std::move(info);
  row.accepted = fmt::format("an integer of {} to {}", range.low, format_count(range.high));
  row.is_number = true;
  row.echo = std::move(target.echo);
  row.assign = [range, assign = std::move(target.assign)](std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    if (value > range.high) return false;
    if (range.low > 0 && value < static_cast<std::uint64_t>(range.low)) return false;
    assign(value);
    return true;
  };
  add_row(std::move(row));
}

void OptionTable::add_named(OptionInfo info, const std::vector<std::string>& names,
                            std::function<std::string()> echo,
                            std::function<void(std::size_t)> assign) {
  Row row;
  row.info = std::move(info);
  row.accepted = fmt::format("one of {}", fmt::join(names, ", "));
  row.echo = std::move(echo);
  row.assign = [names, assign = std::move(assign)](std::string_view text) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return false;
    assign(static_cast<std::size_t>(found - names.begin()));
    return true;
  };
  add_row(std::move(row));
}

void OptionTable::add_row(Row row) {
  if (row.info.secret) {
    row.echo = [shown = std::move(row.echo)] {
      return std::string(shown().empty() ? "" : "(secret)");
    };
  }
  row.default_text = row.echo();
  rows_.push_back(std::move(row));
}

std::expected<void, std::string> OptionTable::assign(std::string_view name,
                                                     std::string_view value) {
  const Row* const row = find(name);
  if (row == nullptr) return std::unexpected(unknown(name));
  if (row->assign(value)) return {};
  const std::string shown = row->info.secret ? std::string("what was given") : in_quotes(value);
  return std::unexpected(fmt::format("{} is not accepted: expected {}", shown, row->accepted));
}

bool OptionTable::contains(std::string_view name) const {
  return find(name) != nullptr;
}

const OptionTable::Row* OptionTable::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(rows_, [name](const Row& row) { return row.info.name == name; });
  return found == rows_.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, std::string>> OptionTable::echo() const {
  std::vector<std::pair<std::string, std::string>> values;
  values.reserve(rows_.size());
  for (const Row& row : rows_) values.emplace_back(row.info.name, row.echo());
  return values;
}

std::string OptionTable::unknown(std::string_view name) const {
  return fmt::format("unknown name; nearest is {}", in_quotes(nearest(name).name));
}

OptionTable::Nearest OptionTable::nearest(std::string_view name) const {
  Nearest result{.name = {}, .distance = name.size()};
  for (const Row& row : rows_) {
    const std::size_t distance = edit_distance(row.info.name, name);
    if (result.name.empty() || distance < result.distance) result = {row.info.name, distance};
  }
  return result;
}

}  // namespace fairrush
