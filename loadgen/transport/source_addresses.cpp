#include "loadgen/transport/source_addresses.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

boost::system::error_code bind_to(int descriptor, const boost::asio::ip::address& source) {
  const int on = 1;
  // Without it, each address has one port for one connection, whoever the peer is: slower, not
  // wrong.
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const boost::asio::ip::tcp::endpoint local(source, 0);
  if (::bind(descriptor, local.data(), static_cast<socklen_t>(local.size())) == 0) return {};
  // A connection that finds no local port fails with the same number.
  if (errno == EADDRNOTAVAIL) return make_error_code(TransportError::no_source);
  return {errno, boost::system::system_category()};
}

}  // namespace fairrush::loadgen
