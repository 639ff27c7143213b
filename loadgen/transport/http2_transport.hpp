#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/transport/http2_session.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// Requests and answers of HTTP/1.1 as streams of HTTP/2 connections over another transport. A
/// socket of this transport is a place for one request at a time; `streams` of them share a
/// connection to the same peer.
class Http2Transport final : public Transport, Driver {
 public:
  Http2Transport(std::unique_ptr<Transport> below, std::string scheme, std::uint32_t streams);
  ~Http2Transport() override;

  SocketId open(SocketUser& user, const TcpEndpoint& peer) override;
  /// `bytes` are one whole request.
  bool send(SocketId socket, std::string_view bytes) override;
  bool is_stale(SocketId socket) override;
  void close(SocketId socket) override;
  void run(Driver& driver) override;

 private:
  class Link;

  struct Place {
    std::uint32_t slot = 0;
    SocketUser* user = nullptr;  // null: free
    std::uint32_t generation = 0;
    Link* link = nullptr;
    Http2Session::Stream stream = 0;  // of the request under way; 0: none
  };

  std::optional<NextTick> tick() override;
  Link& link_to(const TcpEndpoint& peer);
  Place* find(SocketId socket);
  void leave(Place& place);

  std::unique_ptr<Transport> below_;
  std::string scheme_;
  std::uint32_t streams_;
  std::deque<Place> places_;
  std::vector<std::uint32_t> free_;
  std::vector<std::unique_ptr<Link>> links_;
  bool link_gone_ = false;        // one of them is, since the last tick
  std::vector<SocketId> joined_;  // places on a link that was there already; to be told
  Driver* driver_ = nullptr;
};

}  // namespace fairrush::loadgen
