#include "loadgen/scenario/roster_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "analysis/run/csv.hpp"
#include "analysis/run/ledger_columns.hpp"
#include "base/utf8.hpp"
#include "loadgen/text_file.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::size_t kProblemsMax = 20;
constexpr std::size_t kAbsentShown = 3;
constexpr std::uintmax_t kFileBytesMax = 512 << 20;

using Problems = std::vector<Problem>;

/// Takes in one name after the other and says which are wrong.
class Names {
 public:
  Names(std::string path, UserNames users, std::uint32_t population)
      : path_(std::move(path)), users_(std::move(users)), population_(population) {
    list_.listed.users.resize((std::size_t{population} + 7) / 8);
  }

  void take(std::uint64_t line, std::string_view name);
  void complain(std::uint64_t line, std::string what);

  std::expected<RosterList, Problems> result(std::string_view text);

 private:
  bool is_new(UserIndex user, std::string_view name);

  std::string path_;
  UserNames users_;
  std::uint32_t population_;
  RosterList list_;
  std::uint64_t strangers_ = 0;
  Problems problems_;
  std::size_t wrong_ = 0;
};

/// Strangers are numbered beyond the population in the order in which they are first seen.
bool Names::is_new(UserIndex user, std::string_view name) {
  if (user.value() < population_) {
    std::uint8_t& byte = list_.listed.users[user.value() / 8];
    const auto bit = static_cast<std::uint8_t>(1U << user.value() % 8);
    const bool first = (byte & bit) == 0;
    byte |= bit;
    return first;
  }
  if (user.value() - population_ < strangers_) return false;
  ++strangers_;
  if (list_.absent.size() < kAbsentShown) list_.absent.push_back(analysis::excerpt(name));
  return true;
}

void Names::take(std::uint64_t line, std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.empty()) return complain(line, "no name, expected one as target.user makes them");
  if (std::ranges::any_of(name, is_control)) {
    return complain(line, fmt::format("'{}' holds a control character, expected plain text",
                                      analysis::excerpt(name)));
  }
  if (!is_new(users_.index_of(name), name)) {
    return complain(line,
                    fmt::format("'{}' stands twice, expected it once", analysis::excerpt(name)));
  }
  ++list_.listed.names;
}

void Names::complain(std::uint64_t line, std::string what) {
  if (++wrong_ <= kProblemsMax) {
    problems_.push_back({fmt::format("{}:{}", path_, line), std::move(what)});
  }
}

std::expected<RosterList, Problems> Names::result(std::string_view text) {
  if (wrong_ > kProblemsMax) {
    problems_.push_back(
        {path_, fmt::format("{} further lines are wrong", format_count(wrong_ - kProblemsMax))});
  } else if (list_.listed.names == 0 && problems_.empty()) {
    problems_.push_back({path_, "names nobody: expected the users who are entitled to claim"});
  } else if (list_.listed.names == strangers_ && problems_.empty()) {
    problems_.push_back(
        {path_, fmt::format("none of its {} names is a user's: it has '{}', and users are called "
                            "'{}' and so on (target.user), expected names of that form",
                            format_count(strangers_), fmt::join(list_.absent, "', '"),
                            users_.name_of(UserIndex(0)))});
  }
  if (!problems_.empty()) return std::unexpected(std::move(problems_));
  list_.listed.sha256 = sha256({bytes_of(text)});
  return std::move(list_);
}

void take_lines(std::string_view text, Names& names) {
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view name = text.substr(0, end);
    if (name.ends_with('\r')) name.remove_suffix(1);
    if (!name.empty()) names.take(line, name);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void take_column(std::string_view text, const std::string& column, Names& names) {
  analysis::CsvReader rows(text);
  analysis::CsvFields fields;
  if (rows.done()) return;
  const auto read = [&] {
    const auto row = rows.row(fields);
    if (!row) names.complain(rows.line(), row.error());
    return row.has_value();
  };
  if (!read()) return;
  const auto found = std::ranges::find(fields, column);
  if (found == fields.end() || std::ranges::count(fields, column) > 1) {
    return names.complain(
        1, fmt::format("the header has {} '{}', expected it once among '{}' (event.roster_column)",
                       found == fields.end() ? "no column" : "several columns", column,
                       analysis::excerpt(fmt::format("{}", fmt::join(fields, "', '")))));
  }
  const auto place = static_cast<std::size_t>(found - fields.begin());
  while (!rows.done() && read()) {
    names.take(rows.line(), place < fields.size() ? fields[place] : std::string_view());
  }
}

}  // namespace

std::expected<RosterList, Problems> read_roster(const RosterOrder& order, UserNaming users) {
  const std::string& path = *order.file;
  const auto refused = [&path](std::string what) {
    return std::unexpected(Problems{{path, std::move(what)}});
  };
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (!error && bytes > kFileBytesMax) {
    return refused(fmt::format("has {} bytes: expected at most {}", format_count(bytes),
                               format_count(kFileBytesMax)));
  }
  const auto text = read_text_file(path);
  if (!text) return refused(text.error() + ": expected the list of those entitled (event.roster)");
  if (auto encoding = analysis::foreign_encoding(*text)) return refused(*encoding);
  if (!is_utf8(*text)) return refused("expected UTF-8");
  const std::uint32_t population = users.users;
  auto known = UserNames::make(std::move(users));
  if (!known) {
    return std::unexpected(Problems{{"target.user", known.error() + ": event.roster names them"}});
  }
  Names names(path, std::move(*known), population);
  const std::string_view body = analysis::without_byte_order_mark(*text);
  if (order.column) {
    take_column(body, *order.column, names);
  } else {
    take_lines(body, names);
  }
  return names.result(*text);
}

std::string describe_absent(const RosterList& roster) {
  if (roster.absent.empty()) return {};
  const std::uint64_t absent = roster.listed.names - roster.listed.present();
  return fmt::format(
      "of the {} names on the roster {} no user's of this run, '{}'{}: they count as members who "
      "never come",
      format_count(roster.listed.names), absent == 1 ? "1 is" : format_count(absent) + " are",
      fmt::join(roster.absent, "', '"), absent > roster.absent.size() ? " and so on" : "");
}

}  // namespace fairrush::loadgen
