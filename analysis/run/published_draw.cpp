#include "analysis/run/published_draw.hpp"

#include <boost/json.hpp>
#include <concepts>
#include <type_traits>

#include "analysis/run/json_fields.hpp"
#include "analysis/run/json_text.hpp"

namespace fairrush::analysis {

void describe(auto& archive, Is<PublishedProof> auto& proof) {
  archive("ticket", proof.ticket);
  archive("token", proof.token);
  archive("path", proof.path);
}

void describe(auto& archive, Is<PublishedDraw> auto& draw) {
  archive("event", draw.event);
  archive("commitment", draw.commitment);
  archive("secret", draw.secret);
  archive("beacon", draw.beacon);
  archive("root", draw.root);
  archive("roster_size", draw.roster_size);
  archive("quota", draw.quota);
  archive("winners", draw.winners);
  archive("roster", draw.roster);
  archive("proofs", draw.proofs);
}

namespace {

template <class T>
std::string formatted(const T& document) {
  JsonFieldWriter writer;
  describe(writer, document);
  return boost::json::serialize(writer.object);
}

template <class T>
std::expected<T, std::string> parsed(std::string_view json, std::string_view name) {
  const auto value = parse_json(json);
  if (!value) return std::unexpected(value.error());
  T document;
  JsonFieldReader reader(*value, std::string(name));
  describe(reader, document);
  if (!reader.error.empty()) return std::unexpected(std::move(reader.error));
  return document;
}

}  // namespace

std::string format_published_draw(const PublishedDraw& draw) {
  return formatted(draw);
}

std::expected<PublishedDraw, std::string> parse_published_draw(std::string_view json) {
  return parsed<PublishedDraw>(json, "draw");
}

std::string format_published_proof(const PublishedProof& proof) {
  return formatted(proof);
}

std::expected<PublishedProof, std::string> parse_published_proof(std::string_view json) {
  return parsed<PublishedProof>(json, "proof");
}

}  // namespace fairrush::analysis
