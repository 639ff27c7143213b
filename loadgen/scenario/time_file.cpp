#include "loadgen/scenario/time_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "analysis/run/csv.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kProblemsMax = 20;
constexpr std::uintmax_t kFileBytesMax = 512 << 20;
constexpr double kSecondsMax = 1e9;  // more does not fit a duration

/// Takes in one line's time after the other and says which are wrong.
class Times {
 public:
  Times(std::string path, Duration longest) : path_(std::move(path)), longest_(longest) {}

  void take(std::uint64_t line, std::string_view text);
  void complain(std::uint64_t line, std::string what);
  bool full() const { return times_.size() > kTimesMax; }

  std::expected<TimeTable, std::vector<Problem>> result();

 private:
  static std::optional<Duration> parse(std::string_view text);

  std::string path_;
  Duration longest_;
  std::vector<Duration> times_;
  std::vector<Problem> problems_;
  std::size_t wrong_ = 0;
};

std::optional<Duration> Times::parse(std::string_view text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error == std::errc{} && rest == end) {
    if (!(seconds >= 0 && seconds <= kSecondsMax)) return std::nullopt;
    return Duration{std::llround(seconds * 1e9)};
  }
  const auto duration = parse_duration(text);
  return duration ? std::optional(*duration) : std::nullopt;
}

void Times::take(std::uint64_t line, std::string_view text) {
  const auto time = parse(text);
  if (time && *time <= longest_) {
    times_.push_back(*time);
    return;
  }
  constexpr std::size_t kShown = 40;
  complain(line, fmt::format("'{}' is not accepted: expected a time such as 1.5s, 200ms or 0.25 "
                             "(seconds), 0s to {}",
                             text.substr(0, kShown), format_duration(longest_)));
}

void Times::complain(std::uint64_t line, std::string what) {
  if (++wrong_ <= kProblemsMax) {
    problems_.push_back({fmt::format("{}:{}", path_, line), std::move(what)});
  }
}

std::expected<TimeTable, std::vector<Problem>> Times::result() {
  if (full()) {
    problems_.push_back({path_, fmt::format("holds more than {} times", format_count(kTimesMax))});
  } else if (times_.empty() && problems_.empty()) {
    problems_.push_back({path_, "holds no time: expected one a line"});
  }
  if (wrong_ > kProblemsMax) {
    problems_.push_back(
        {path_, fmt::format("{} further lines are wrong", format_count(wrong_ - kProblemsMax))});
  }
  if (!problems_.empty()) return std::unexpected(std::move(problems_));
  std::ranges::sort(times_);
  return std::make_shared<const std::vector<Duration>>(std::move(times_));
}

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

void take_lines(std::string_view text, Times& times) {
  for (std::uint64_t line = 1; !text.empty() && !times.full(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view time = trimmed(text.substr(0, end));
    if (!time.empty()) times.take(line, time);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void take_column(std::string_view text, const std::string& column, Times& times) {
  analysis::CsvReader rows(text);
  analysis::CsvFields fields;
  std::optional<std::size_t> place;
  while (!rows.done() && !times.full()) {
    const auto row = rows.row(fields);
    if (!row) return times.complain(rows.line(), row.error());
    if (place) {
      const bool there = *place < fields.size();
      times.take(rows.line(), there ? trimmed(fields[*place]) : std::string_view());
      continue;
    }
    const auto found = std::ranges::find(fields, column);
    if (found == fields.end()) {
      return times.complain(rows.line(),
                            fmt::format("there is no column '{}' in the header", column));
    }
    place = static_cast<std::size_t>(found - fields.begin());
  }
}

}  // namespace

std::expected<TimeFile, std::vector<Problem>> read_times(const TimeFile& file,
                                                         const std::filesystem::path& folder,
                                                         Duration longest) {
  const std::filesystem::path path =
      std::filesystem::absolute(folder / file.path).lexically_normal();
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    return std::unexpected(std::vector<Problem>{{path.string(), "cannot be read"}});
  }
  if (bytes > kFileBytesMax) {
    return std::unexpected(std::vector<Problem>{
        {path.string(), fmt::format("has {} bytes: expected at most {}", format_count(bytes),
                                    format_count(kFileBytesMax))}});
  }
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  Times times(path.string(), longest);
  if (file.column.empty()) {
    take_lines(text, times);
  } else {
    take_column(text, file.column, times);
  }
  auto table = times.result();
  if (!table) return std::unexpected(std::move(table.error()));
  return TimeFile{path.string(), file.column, std::move(*table)};
}

}  // namespace fairrush::loadgen
