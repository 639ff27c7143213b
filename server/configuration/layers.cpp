#include "server/configuration/layers.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace fairrush::server {
namespace {

constexpr std::string_view kPrefix = "FAIRRUSH_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::size_t kSecretMax = 64 * 1024;  // bytes; a larger file is no secret but a mistake
/// Letters between a name and the one that was meant; a short name is soon like another.
constexpr std::size_t misspelled_max(std::string_view name) {
  return name.size() < 6 ? 1 : 2;
}

char upper(char c) {
  if (c == '-') return '_';
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// "FAIRRUSH_IDLE_TIMEOUT" → "idle-timeout".
std::string option_of(std::string_view variable) {
  std::string name(variable.substr(kPrefix.size()));
  std::ranges::transform(name, name.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

/// A file's content without the line end that editors leave; unset when it cannot be read.
std::optional<std::string> read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kSecretMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.eof()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

void read_secret_file(const std::string& option, const std::string& variable,
                      const std::string& path, Layer& layer) {
  if (auto secret = read_secret(path)) {
    layer.assignments.push_back({option, std::move(*secret), variable});
  } else {
    layer.problems.push_back({variable, fmt::format("cannot read '{}'", path)});
  }
}

void read_variable(const OptionTable& table, const std::string& variable, const std::string& value,
                   Layer& layer) {
  const std::string option = option_of(variable);
  const OptionTable::Row* const row = table.find(option);
  if (row != nullptr && !row->info.of_this_call) {
    layer.assignments.push_back({option, value, variable});
    return;
  }
  if (variable.ends_with(kFileSuffix)) {
    const std::string secret =
        option_of(std::string_view(variable).substr(0, variable.size() - kFileSuffix.size()));
    const OptionTable::Row* const named = table.find(secret);
    if (named != nullptr && named->info.secret) {
      return read_secret_file(secret, variable, value, layer);
    }
  }
  const OptionTable::Nearest nearest = table.nearest(option);
  if (nearest.distance <= misspelled_max(option) && row == nullptr) {
    layer.problems.push_back(
        {variable, fmt::format("unknown variable; nearest is {}", variable_of(nearest.name))});
  } else {
    layer.ignored.push_back(variable);
  }
}

/// Walks through one file.
class FileReader {
 public:
  FileReader(const OptionTable& table, const std::filesystem::path& path)
      : table_(table), path_(path) {}

  Layer read() {
    try {
      const toml::table document = toml::parse_file(path_.string());
      for (const auto& [key, node] : document) read_key(key, node);
    } catch (const toml::parse_error& error) {
      const std::string place =
          error.source().begin ? place_of(error.source().begin) : path_.string();
      layer_.problems.push_back({place, std::string(error.description())});
    }
    std::ranges::sort(layer_.problems, {}, &Problem::where);
    return std::move(layer_);
  }

 private:
  std::string place_of(const toml::source_position& position) const {
    return fmt::format("{}:{}:{}", path_.string(), position.line, position.column);
  }

  void read_key(const toml::key& key, const toml::node& node) {
    const std::string name(key.str());
    const std::string place = place_of(key.source().begin);
    const OptionTable::Row* const row = table_.find(name);
    if (row == nullptr) {
      layer_.problems.push_back({fmt::format("{}: {}", place, name), table_.unknown(name)});
    } else if (row->info.of_this_call) {
      layer_.problems.push_back(
          {fmt::format("{}: {}", place, name), "is for a command line, not for a file"});
    } else if (const toml::array* const list = node.as_array();
               list != nullptr && row->repeatable) {
      for (const toml::node& value : *list) read_value(*row, value, place);
    } else {
      read_value(*row, node, place);
    }
  }

  void read_value(const OptionTable::Row& row, const toml::node& node, const std::string& place) {
    std::optional<std::string> text = text_of(node);
    if (!text) {
      layer_.problems.push_back({fmt::format("{}: {}", place, row.info.name),
                                 fmt::format("{} is not accepted: expected {}", kind_of(node),
                                             row.accepted.empty() ? "a text" : row.accepted)});
      return;
    }
    if (row.info.is_path && !text->empty()) {
      text = std::filesystem::absolute(path_.parent_path() / *text).lexically_normal().string();
    }
    layer_.assignments.push_back({row.info.name, std::move(*text), place});
  }

  static std::string_view kind_of(const toml::node& node) {
    if (node.is_table()) return "a table";
    return node.is_array() ? "a list" : "a date";
  }

  static std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* const text = node.as_string()) return text->get();
    if (const auto* const number = node.as_integer()) return fmt::format("{}", number->get());
    if (const auto* const number = node.as_floating_point()) {
      return fmt::format("{}", number->get());
    }
    if (const auto* const flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return std::nullopt;
  }

  const OptionTable& table_;
  const std::filesystem::path& path_;
  Layer layer_;
};

}  // namespace

std::string variable_of(std::string_view option) {
  std::string name(kPrefix);
  std::ranges::transform(option, std::back_inserter(name), upper);
  return name;
}

Layer read_environment(const OptionTable& table, const std::vector<std::string>& environment) {
  Layer layer;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string::npos) continue;
    read_variable(table, entry.substr(0, equals), entry.substr(equals + 1), layer);
  }
  return layer;
}

Layer read_file(const OptionTable& table, const std::filesystem::path& path) {
  return FileReader(table, path).read();
}

}  // namespace fairrush::server
