#include "loadgen/dialect/variables.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace fairrush::loadgen {
namespace {

constexpr std::uint8_t bits(std::initializer_list<Place> places) {
  unsigned all = 0;
  for (const Place place : places) all |= 1U << static_cast<unsigned>(place);
  return static_cast<std::uint8_t>(all);
}

using enum Place;
constexpr std::uint8_t kUsers = bits({attempt, redemption, outcome});
constexpr std::uint8_t kNamed = bits({attempt, redemption, outcome, token});
constexpr std::uint8_t kIndexed = bits({attempt, redemption, outcome, token, identity});
constexpr std::uint8_t kRequests = bits({attempt, redemption, outcome, control});
constexpr std::uint8_t kControl = bits({control});

constexpr auto kTable = std::to_array<VariableRow>({
    {"user", Variable::user, VariableForm::plain, kNamed, "the user, as target.user names them"},
    {"index", Variable::index, VariableForm::width, kIndexed,
     "the user's number, from 0; {index:06} with leading zeros"},
    {"uuid", Variable::uuid, VariableForm::plain, kIndexed,
     "the user's UUID, a function of seed and number"},
    {"token", Variable::token, VariableForm::plain, kUsers, "the user's bearer token"},
    {"cohort", Variable::cohort, VariableForm::plain, kUsers, "the name of the user's cohort"},
    {"idempotency", Variable::idempotency, VariableForm::plain, kUsers,
     "16 hexadecimal digits, the same for a repeated request"},
    {"coupon", Variable::coupon, VariableForm::plain, bits({redemption}), "the coupon to be spent"},
    {"pending", Variable::pending, VariableForm::plain, bits({outcome}),
     "what the answer to a pending claim gave as its receipt"},
    {"now", Variable::now, VariableForm::time, kRequests, "when the request leaves"},
    {"event", Variable::constant, VariableForm::plain, kRequests, "the event's name"},
    {"round", Variable::constant, VariableForm::plain, kRequests, "the round, from 0"},
    {"reserve_open", Variable::constant, VariableForm::time, kRequests,
     "when reservations open, on the target's clock"},
    {"reserve_close", Variable::constant, VariableForm::time, kRequests, "when they close"},
    {"claim_open", Variable::constant, VariableForm::time, kRequests, "when the rush opens"},
    {"claim_close", Variable::constant, VariableForm::time, kRequests, "when it closes"},
    {"users", Variable::constant, VariableForm::plain, kControl, "population.users"},
    {"coupons", Variable::constant, VariableForm::plain, kControl,
     "how many coupons there are, a share being one of all users, or of the roster's list"},
    {"admin_token", Variable::constant, VariableForm::plain, kControl, "target.admin_token"},
    {"iat", Variable::iat, VariableForm::plain, bits({token}), "when tokens are made, in seconds"},
    {"exp", Variable::exp, VariableForm::plain, bits({token}), "a day later, in seconds"},
});

bool is_width(std::string_view format) {
  return format.size() <= 2 && format != "0" && format != "00" &&
         std::ranges::all_of(format, [](char c) { return c >= '0' && c <= '9'; });
}

bool fits(VariableForm form, std::string_view format) {
  if (format.empty()) return true;
  if (form == VariableForm::width) return is_width(format);
  return form == VariableForm::time && (format == "ms" || format == "s" || format == "iso");
}

std::string known_names(Place place, std::span<const std::string> declared) {
  std::vector<std::string> names;
  for (const VariableRow& row : kTable) {
    if (row.known_in(place)) names.push_back(fmt::format("{{{}}}", row.name));
  }
  for (const std::string& name : declared) names.push_back(fmt::format("{{{}}}", name));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::span<const VariableRow> variable_table() {
  return kTable;
}

const VariableRow* find_variable(std::string_view name) {
  const auto found = std::ranges::find(kTable, name, &VariableRow::name);
  return found == kTable.end() ? nullptr : &*found;
}

std::optional<std::string> variable_problem(std::string_view text, Place place,
                                            std::span<const std::string> declared) {
  for (const TemplatePart& part : split_template(text)) {
    if (part.variable.empty()) continue;
    const VariableRow* row = find_variable(part.variable);
    const bool ours = row != nullptr && row->known_in(place);
    if (!ours && std::ranges::count(declared, part.variable) == 0) {
      return fmt::format("unknown variable {{{}}}: known here are {}", part.variable,
                         known_names(place, declared));
    }
    if (!fits(ours ? row->form : VariableForm::plain, part.format)) {
      return fmt::format(
          "'{}' in {{{}:{}}} is not accepted: expected ms, s or iso of a time, or the digits of "
          "{{index:06}}",
          part.format, part.variable, part.format);
    }
  }
  return std::nullopt;
}

std::string time_text(std::int64_t unix_ms, std::string_view format) {
  if (format == "s") return fmt::format("{}", unix_ms / 1000);
  if (format != "iso") return fmt::format("{}", unix_ms);
  const auto moment =
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(unix_ms));
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, (moment - second).count());
}

}  // namespace fairrush::loadgen
