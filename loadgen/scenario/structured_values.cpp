#include "loadgen/scenario/structured_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <optional>

#include "loadgen/scenario/time_file.hpp"
#include "loadgen/scenario/toml_values.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kQuotaForm = "a share such as \"20%\" or a number of 1 to 10,000,000";
constexpr std::string_view kCohortsForm =
    "a list such as [{ name = \"fibre\", share = 0.6, one_way_delay = \"5ms\", loss = \"1%\" }], "
    "delays of 0 to 4s, fixed, { median, p99 }, { from, to } or { file }, loss a share or "
    "{ requests, answers }";
constexpr std::string_view kPersonasForm =
    "a table of shares by honest, double_clicker, retrier, intruder, early_bird, latecomer, "
    "replayer, bot, such as { honest = 0.9, retrier = 0.1 }";
constexpr std::size_t kCohortsMax = 64;

std::optional<Duration> delay_of(const toml::node* node) {
  const auto delay = duration_of(node);
  return delay && *delay <= kDelayMax ? delay : std::nullopt;
}

std::optional<DelaySpec> delay_file_of(const toml::table& table) {
  const auto path = table["file"].value_exact<std::string>();
  const auto column = table["column"].value_exact<std::string>();
  const bool all = table.size() == (table.contains("column") ? 2 : 1);
  if (!all || !path || path->empty() || (table.contains("column") && !column)) return std::nullopt;
  return DelaySpec{.kind = DelayKind::file, .file = {.path = *path, .column = column.value_or("")}};
}

std::optional<DelaySpec> delay_spec_of(const toml::node* node) {
  if (node == nullptr) return DelaySpec{};
  const toml::table* const table = node->as_table();
  if (table == nullptr) {
    const auto delay = delay_of(node);
    return delay ? std::optional(DelaySpec::fixed(*delay)) : std::nullopt;
  }
  if (table->contains("file")) return delay_file_of(*table);
  if (table->size() != 2) return std::nullopt;
  const auto from = delay_of(table->get("from"));
  const auto to = delay_of(table->get("to"));
  if (from && to && *to >= *from) return DelaySpec::uniform(*from, *to);
  const auto median = delay_of(table->get("median"));
  const auto p99 = delay_of(table->get("p99"));
  if (!median || !p99 || *p99 < *median || *median == Duration::zero()) return std::nullopt;
  return DelaySpec::log_normal(*median, *p99);
}

std::optional<Losses> losses_of(const toml::node* node) {
  if (node == nullptr) return Losses{};
  const toml::table* const table = node->as_table();
  if (table == nullptr) {
    const auto both = share_of(node);
    return both ? std::optional(Losses{*both, *both}) : std::nullopt;
  }
  for (const auto& [key, value] : *table) {
    if (key != "requests" && key != "answers") return std::nullopt;
    if (!share_of(&value)) return std::nullopt;
  }
  return Losses{share_of(table->get("requests")).value_or(Share{}),
                share_of(table->get("answers")).value_or(Share{})};
}

std::optional<Cohort> cohort_of(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return std::nullopt;
  for (const auto& [key, value] : *table) {
    if (key != "name" && key != "share" && key != "one_way_delay" && key != "loss") {
      return std::nullopt;
    }
  }
  const auto name = (*table)["name"].value<std::string>();
  const auto share = share_of(table->get("share"));
  auto delay = delay_spec_of(table->get("one_way_delay"));
  const auto losses = losses_of(table->get("loss"));
  if (!name || name->empty() || !share || !delay || !losses) return std::nullopt;
  return Cohort{*name, *share, std::move(*delay), *losses};
}

std::optional<Persona> persona_named(std::string_view name) {
  for (std::size_t index = 0; index < kPersonas; ++index) {
    const auto persona = static_cast<Persona>(index);
    if (name_of(persona) == name) return persona;
  }
  return std::nullopt;
}

std::string format_delay(const DelaySpec& delay) {
  switch (delay.kind) {
    case DelayKind::uniform:
      return fmt::format("{{ from = {}, to = {} }}", toml_duration(delay.from),
                         toml_duration(delay.to));
    case DelayKind::log_normal:
      return fmt::format("{{ median = {}, p99 = {} }}", toml_duration(delay.median),
                         toml_duration(delay.p99));
    case DelayKind::file:
      return fmt::format("{{ file = {}, column = {} }}", toml_quoted(delay.file.path),
                         toml_quoted(delay.file.column));
    case DelayKind::fixed:
      break;
  }
  return toml_duration(delay.median);
}

std::string describe_delay(const DelaySpec& delay) {
  switch (delay.kind) {
    case DelayKind::uniform:
      return fmt::format("{} to {}", format_duration(delay.from), format_duration(delay.to));
    case DelayKind::log_normal:
      return fmt::format("median {}, p99 {}", format_duration(delay.median),
                         format_duration(delay.p99));
    case DelayKind::file:
      return fmt::format("as in {}", std::filesystem::path(delay.file.path).filename().string());
    case DelayKind::fixed:
      break;
  }
  return format_duration(delay.median);
}

}  // namespace

std::expected<analysis::QuotaRule, std::string> parse_quota(std::string_view text) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc{} && rest == end && count >= 1 && count <= kUsersMax) {
    return analysis::QuotaRule{.share = {}, .count = count};
  }
  const auto share = parse_share(text);
  if (!text.ends_with('%') || !share) return std::unexpected(std::string(kQuotaForm));
  return analysis::QuotaRule{.share = *share, .count = {}};
}

std::string format_quota(const analysis::QuotaRule& rule) {
  return rule.count ? fmt::format("{}", *rule.count) : fmt::format("{}%", rule.share->of_one * 100);
}

std::expected<std::vector<Cohort>, std::string> parse_cohorts(std::string_view text) {
  const auto expression = TomlExpression::parse(text);
  const toml::array* list = expression ? expression->value().as_array() : nullptr;
  if (list == nullptr || list->empty() || list->size() > kCohortsMax) {
    return std::unexpected(std::string(kCohortsForm));
  }
  std::vector<Cohort> cohorts;
  for (const toml::node& node : *list) {
    auto cohort = cohort_of(node);
    if (!cohort) return std::unexpected(std::string(kCohortsForm));
    cohorts.push_back(std::move(*cohort));
  }
  return cohorts;
}

std::string format_cohorts(const std::vector<Cohort>& cohorts) {
  std::vector<std::string> rows;
  for (const Cohort& cohort : cohorts) {
    const Losses& losses = cohort.losses;
    const bool loses = losses.requests.of_one > 0 || losses.answers.of_one > 0;
    const std::string loss = loses ? fmt::format(", loss = {{ requests = {}, answers = {} }}",
                                                 losses.requests.of_one, losses.answers.of_one)
                                   : "";
    rows.push_back(fmt::format("{{ name = {}, share = {}, one_way_delay = {}{} }}",
                               toml_quoted(cohort.name), cohort.share.of_one,
                               format_delay(cohort.one_way_delay), loss));
  }
  return fmt::format("[{}]", fmt::join(rows, ", "));
}

std::expected<std::vector<std::string>, std::string> parse_texts(
    std::string_view text, const std::function<bool(const std::string&)>& is_fit,
    std::string_view form) {
  const auto expression = TomlExpression::parse(text);
  const toml::array* list = expression ? expression->value().as_array() : nullptr;
  if (list == nullptr) return std::unexpected(std::string(form));
  std::vector<std::string> texts;
  for (const toml::node& node : *list) {
    const auto value = node.value<std::string>();
    if (!value || !is_fit(*value)) return std::unexpected(std::string(form));
    texts.push_back(*value);
  }
  return texts;
}

std::string format_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(toml_quoted(text));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::vector<Problem> read_delays(std::vector<Cohort>& cohorts,
                                 const std::filesystem::path& folder) {
  std::vector<Problem> problems;
  for (Cohort& cohort : cohorts) {
    DelaySpec& delay = cohort.one_way_delay;
    if (delay.kind != DelayKind::file) continue;
    auto file = read_times(delay.file, folder, kDelayMax);
    if (file) {
      delay.file = std::move(*file);
    } else {
      problems.insert(problems.end(), file.error().begin(), file.error().end());
    }
  }
  return problems;
}

std::string describe_network(const Cohort& cohort) {
  std::string text = describe_delay(cohort.one_way_delay);
  std::vector<std::string> lost;
  const auto add = [&lost](Share share, std::string_view what) {
    if (share.of_one > 0) lost.push_back(fmt::format("{:.4g} % of {}", share.of_one * 100, what));
  };
  add(cohort.losses.requests, "requests");
  add(cohort.losses.answers, "answers");
  if (!lost.empty()) text += fmt::format("; loses {}", fmt::join(lost, " and "));
  return text;
}

std::expected<std::vector<std::pair<Persona, Share>>, std::string> parse_personas(
    std::string_view text) {
  const auto expression = TomlExpression::parse(text);
  const toml::table* table = expression ? expression->value().as_table() : nullptr;
  if (table == nullptr || table->empty()) return std::unexpected(std::string(kPersonasForm));
  std::vector<std::pair<Persona, Share>> personas;
  for (const auto& [key, value] : *table) {
    const auto persona = persona_named(key.str());
    const auto share = share_of(&value);
    if (!persona || !share) return std::unexpected(std::string(kPersonasForm));
    personas.emplace_back(*persona, *share);
  }
  return personas;
}

std::string format_personas(const std::vector<std::pair<Persona, Share>>& personas) {
  std::vector<std::string> rows;
  for (const auto& [persona, share] : personas) {
    rows.push_back(fmt::format("{} = {}", name_of(persona), share.of_one));
  }
  return fmt::format("{{ {} }}", fmt::join(rows, ", "));
}

}  // namespace fairrush::loadgen
