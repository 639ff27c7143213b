#include "cli/live/address.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdint>

namespace fairrush::cli {
namespace {

using boost::asio::ip::tcp;

constexpr std::string_view kForm =
    ":PORT or ADDRESS:PORT with a numeric address or localhost and a port of 0 (any free one) to "
    "65535, such as :8099 or [::1]:8099";

std::expected<boost::asio::ip::address, boost::system::error_code> host_of(std::string_view text) {
  if (text.empty() || text == "localhost") return boost::asio::ip::address_v4::loopback();
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::unexpected(error);
  if (address.is_v6() != bracketed) {
    return std::unexpected(
        boost::asio::error::make_error_code(boost::asio::error::invalid_argument));
  }
  return address;
}

}  // namespace

std::expected<tcp::endpoint, std::string> parse_live_address(std::string_view text) {
  const auto refused = std::unexpected(std::string(kForm));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), port);
  if (digits.empty() || error != std::errc() || end != digits.end()) return refused;
  const auto host = host_of(text.substr(0, colon));
  if (!host) return refused;
  return tcp::endpoint(*host, port);
}

std::string authority_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), host,
                     endpoint.port());
}

}  // namespace fairrush::cli
