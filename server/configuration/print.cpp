#include "server/configuration/print.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <iterator>
#include <sstream>

namespace fairrush::server {
namespace {

std::string toml_text(std::string_view text) {
  std::ostringstream out;
  toml::table document;
  document.insert("v", text);
  // A text with line ends would otherwise become one of several lines.
  out << toml::toml_formatter(document, toml::format_flags::none);
  return out.str().substr(std::string_view("v = ").size());
}

std::string toml_list(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    text += (text.size() == 1 ? "" : ", ") + toml_text(value);
  }
  return text + "]";
}

std::string toml_value(const OptionTable::Row& row) {
  if (row.repeatable) return toml_list(row.values());
  return row.flag || row.is_number ? row.echo() : toml_text(row.echo());
}

/// A table's cell must not end early.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string print_configuration(const OptionTable& table, const Sources& sources) {
  std::string text = "# The configuration in force. Secrets are left out.\n";
  const auto out = std::back_inserter(text);
  for (const OptionTable::Row& row : table.rows()) {
    if (row.info.of_this_call || row.info.name == kConfigOption) continue;
    const auto source = sources.find(row.info.name);
    const bool given = source != sources.end();
    fmt::format_to(out, "\n# {}\n", row.info.help);
    if (row.info.secret) {
      fmt::format_to(out, "# {}: {}\n", row.info.name,
                     given ? fmt::format("set by {}, not shown", source->second) : "not set");
    } else if (!given && row.echo().empty()) {
      fmt::format_to(out, "# {}: not set\n", row.info.name);
    } else {
      fmt::format_to(out, "{} = {}  # {}\n", row.info.name, toml_value(row),
                     given ? source->second : "default");
    }
  }
  return text;
}

std::string options_markdown(const OptionTable& table) {
  std::string text = "| option | what it is | accepted | default |\n|---|---|---|---|\n";
  for (const OptionTable::Row& row : table.rows()) {
    const std::string hint = row.info.hint.empty() ? "" : " " + row.info.hint;
    fmt::format_to(std::back_inserter(text), "| `--{}{}` | {} | {} | {} |\n", row.info.name,
                   cell(hint), cell(row.info.help), row.flag ? "" : cell(row.accepted),
                   row.default_text.empty() || row.flag ? "" : "`" + row.default_text + "`");
  }
  return text;
}

}  // namespace fairrush::server
