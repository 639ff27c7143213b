#include "analysis/run/published_draw.hpp"

#include <boost/json.hpp>
#include <concepts>
#include <type_traits>

#include "analysis/run/json_fields.hpp"

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

std::string format_published_draw(const PublishedDraw& draw) {
  JsonFieldWriter writer;
  describe(writer, draw);
  return boost::json::serialize(writer.object);
}

std::expected<PublishedDraw, std::string> parse_published_draw(std::string_view json) {
  boost::system::error_code failure;
  const boost::json::value value = boost::json::parse(json, failure);
  if (failure) return std::unexpected(fmt::format("not JSON: {}", failure.message()));
  PublishedDraw draw;
  JsonFieldReader reader(value, "draw");
  describe(reader, draw);
  if (!reader.error.empty()) return std::unexpected(std::move(reader.error));
  return draw;
}

}  // namespace fairrush::analysis
