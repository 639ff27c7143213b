#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace fairrush::cli {

/// Reads where to listen: ":8099" (loopback), "127.0.0.1:8099", "[::1]:8099", "localhost:0"; port 0
/// lets the kernel pick one. The error is the accepted form.
std::expected<boost::asio::ip::tcp::endpoint, std::string> parse_live_address(
    std::string_view text);

/// "127.0.0.1:8099", "[::1]:8099".
std::string authority_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace fairrush::cli
