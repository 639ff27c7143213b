#pragma once

namespace fairrush::server {

/// The client at the other end of a request.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  /// Whether the client has left, as far as can be seen without sending anything.
  virtual bool gone() const = 0;
};

}  // namespace fairrush::server
