#include "analysis/draw/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

#include "analysis/run/json_fields.hpp"
#include "analysis/run/json_text.hpp"
#include "base/units.hpp"

namespace fairrush::analysis {
namespace json = boost::json;

void describe(auto& archive, Is<DrawCommitment> auto& commitment) {
  archive("event", commitment.event);
  archive("commitment", commitment.commitment);
  archive("beacon_round", commitment.beacon_round);
  archive("coupons", commitment.coupons);
}

void describe(auto& archive, Is<DrawDocument> auto& draw) {
  archive("event", draw.event);
  archive("commitment", draw.commitment);
  archive("beacon", draw.beacon);
  archive("root", draw.root);
  archive("roster_size", draw.roster_size);
  archive("quota", draw.quota);
  archive("secret", draw.secret);
  archive("winners", draw.winners);
}

namespace {

constexpr std::size_t kSecretBytes = 32;

using Members = std::initializer_list<std::string_view>;

/// The value of `text`; members of `optional` that are absent count as null.
std::expected<json::value, std::string> value_in(std::string_view text, Members optional) {
  auto value = parse_json(text);
  json::object* const object = value ? value->if_object() : nullptr;
  if (object == nullptr) return value;
  for (const std::string_view key : optional) object->emplace(key, nullptr);
  // A server writes a fixed number of coupons as a number.
  if (json::value* const coupons = object->if_contains("coupons");
      coupons != nullptr && coupons->is_number()) {
    *coupons = json::serialize(*coupons);
  }
  return value;
}

template <class T>
std::expected<T, std::string> document_of(const json::value& value, std::string_view name) {
  T document;
  JsonFieldReader reader(value, std::string(name));
  describe(reader, document);
  if constexpr (requires { document.roster; }) {
    if (reader.error.empty()) reader("roster", document.roster);
  }
  if (!reader.error.empty()) return std::unexpected(std::move(reader.error));
  return document;
}

/// What a document tells that nobody knew before reservations had closed; unset when nothing.
std::optional<std::string_view> told_too_late(const json::value& value) {
  for (const std::string_view key : {"root", "secret", "winners"}) {
    const json::value* const told = value.get_object().if_contains(key);
    if (told != nullptr && !told->is_null()) return key;
  }
  return std::nullopt;
}

}  // namespace

bool is_distinct_beacon(ByteView beacon) {
  return beacon.empty() || std::ranges::any_of(beacon, [](std::uint8_t byte) { return byte != 0; });
}

std::string format_draw_commitment(const DrawCommitment& commitment) {
  JsonFieldWriter writer;
  describe(writer, commitment);
  return json::serialize(writer.object) + '\n';
}

std::expected<DrawCommitment, std::string> parse_draw_commitment(std::string_view text) {
  const auto value = value_in(text, {"beacon_round", "coupons"});
  if (!value) return std::unexpected(value.error());
  auto commitment = document_of<DrawCommitment>(*value, "commitment");
  if (!commitment) return commitment;
  if (const auto late = told_too_late(*value)) {
    return std::unexpected(
        fmt::format("commitment.{}: known once reservations had closed, expected the document as "
                    "it was before they opened, where this is null or absent",
                    *late));
  }
  if (commitment->coupons) {
    if (const auto rule = parse_coupons(*commitment->coupons); !rule) {
      return std::unexpected(fmt::format("commitment.coupons: expected {}, found '{}'",
                                         rule.error(), *commitment->coupons));
    }
  }
  return commitment;
}

std::expected<QuotaRule, std::string> parse_coupons(std::string_view text) {
  std::uint32_t count = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, count);
  if (error == std::errc{} && end == text_end) return QuotaRule{.share = {}, .count = count};
  const auto share = parse_share(text);
  if (!text.ends_with('%') || !share) {
    return std::unexpected("a share such as 20%, or a number of 0 to 4294967295");
  }
  return QuotaRule{.share = *share, .count = {}};
}

std::string format_draw_document(const DrawDocument& draw) {
  JsonFieldWriter writer;
  describe(writer, draw);
  return json::serialize(writer.object) + '\n';
}

std::expected<DrawDocument, std::string> parse_draw_document(std::string_view text) {
  const auto value = value_in(text, {"roster"});
  if (!value) return std::unexpected(value.error());
  auto draw = document_of<DrawDocument>(*value, "draw");
  if (!draw) return draw;
  if (draw->roster_size > kDrawRosterMax) {
    return std::unexpected(fmt::format("draw.roster_size: {}, expected at most {}",
                                       draw->roster_size, kDrawRosterMax));
  }
  if (draw->secret && draw->secret->size() != kSecretBytes) {
    return std::unexpected(
        fmt::format("draw.secret: {} bytes, expected {}", draw->secret->size(), kSecretBytes));
  }
  if (draw->beacon.size() > kBeaconBytesMax) {
    return std::unexpected(fmt::format("draw.beacon: {} bytes, expected at most {}",
                                       draw->beacon.size(), kBeaconBytesMax));
  }
  return draw;
}

}  // namespace fairrush::analysis
