#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

namespace fairrush::loadgen {

/// Lets a TCP socket leave from `source`, with a port that is chosen when it connects
/// (IP_BIND_ADDRESS_NO_PORT): the same port may then serve several peers.
boost::system::error_code bind_to(int descriptor, const boost::asio::ip::address& source);

}  // namespace fairrush::loadgen
