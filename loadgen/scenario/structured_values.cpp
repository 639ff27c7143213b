#include "loadgen/scenario/structured_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <optional>

#include "loadgen/scenario/toml_expression.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kQuotaForm = "a share such as \"20%\" or a number of 1 to 10,000,000";
constexpr std::string_view kCohortsForm =
    "a list such as [{ name = \"fibre\", share = 0.6, one_way_delay = \"5ms\" }], delays of 0 to "
    "4s, fixed or { median, p99 }";
constexpr std::string_view kPersonasForm =
    "a table of shares by honest, double_clicker, retrier, intruder, early_bird, latecomer, such "
    "as { honest = 0.9, retrier = 0.1 }";
constexpr std::size_t kCohortsMax = 64;

std::optional<Share> share_of(const toml::node* node) {
  if (node == nullptr) return std::nullopt;
  if (const auto number = node->value<double>()) {
    return *number >= 0 && *number <= 1 ? std::optional(Share{*number}) : std::nullopt;
  }
  const auto text = node->value<std::string_view>();
  if (!text) return std::nullopt;
  const auto share = parse_share(*text);
  return share ? std::optional(*share) : std::nullopt;
}

std::optional<Duration> delay_of(const toml::node* node) {
  const auto text = node == nullptr ? std::nullopt : node->value<std::string_view>();
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration || *duration > std::chrono::seconds(4)) return std::nullopt;
  return *duration;
}

std::optional<DelaySpec> delay_spec_of(const toml::node* node) {
  if (node == nullptr) return DelaySpec{};
  if (const toml::table* table = node->as_table()) {
    const auto median = delay_of(table->get("median"));
    const auto p99 = delay_of(table->get("p99"));
    if (table->size() != 2 || !median || !p99 || *p99 < *median) return std::nullopt;
    if (*median == Duration::zero()) return std::nullopt;
    return DelaySpec{*median, p99};
  }
  const auto fixed = delay_of(node);
  return fixed ? std::optional(DelaySpec{*fixed, std::nullopt}) : std::nullopt;
}

std::optional<Cohort> cohort_of(const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return std::nullopt;
  for (const auto& [key, value] : *table) {
    if (key != "name" && key != "share" && key != "one_way_delay") return std::nullopt;
  }
  const auto name = (*table)["name"].value<std::string>();
  const auto share = share_of(table->get("share"));
  const auto delay = delay_spec_of(table->get("one_way_delay"));
  if (!name || name->empty() || !share || !delay) return std::nullopt;
  return Cohort{*name, *share, *delay};
}

std::optional<Persona> persona_named(std::string_view name) {
  for (std::size_t index = 0; index < kPersonas; ++index) {
    const auto persona = static_cast<Persona>(index);
    if (name_of(persona) == name) return persona;
  }
  return std::nullopt;
}

std::string exact_duration(Duration duration) {
  return fmt::format("{}ns", duration.count());
}

std::string format_delay(const DelaySpec& delay) {
  if (!delay.p99) return toml_quoted(exact_duration(delay.median));
  return fmt::format("{{ median = \"{}\", p99 = \"{}\" }}", exact_duration(delay.median),
                     exact_duration(*delay.p99));
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
    rows.push_back(fmt::format("{{ name = {}, share = {}, one_way_delay = {} }}",
                               toml_quoted(cohort.name), cohort.share.of_one,
                               format_delay(cohort.one_way_delay)));
  }
  return fmt::format("[{}]", fmt::join(rows, ", "));
}

std::string describe_delay(const DelaySpec& delay) {
  if (!delay.p99) return format_duration(delay.median);
  return fmt::format("median {}, p99 {}", format_duration(delay.median),
                     format_duration(*delay.p99));
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
