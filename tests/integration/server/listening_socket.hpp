#pragma once

namespace fairrush::server_test {

/// A socket on a port that the kernel picks, for a server to take over: connections that come while
/// nobody serves wait in it. The caller closes it.
int listening_socket();

}  // namespace fairrush::server_test
