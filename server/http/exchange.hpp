#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/http/route.hpp"
#include "server/service/peer.hpp"

namespace fairrush::server {

/// A parsed request. Views into the connection's buffers, valid until the exchange is complete.
struct Request {
  Method method = Method::other;
  std::string_view target;  ///< path and query, as sent
  std::string_view authorization;
  std::string_view user_id;
  std::string_view idempotency_key;
  std::string_view user_agent;
  std::string_view accept = {};
  std::string_view prefer = {};
  std::string_view request_id = {};  ///< X-Request-ID as sent: anything
  std::string_view body;
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";
inline constexpr std::string_view kEventStream = "text/event-stream";

/// An answer to a request. The texts that are views are literals.
struct Response {
  unsigned status = 200;
  std::string_view content_type = kJson;
  std::string body;
  std::string location;                   ///< where to ask further; empty: no such header
  std::string_view allow;                 ///< methods, for 405
  std::uint32_t retry_after_seconds = 0;  ///< zero: no such header
  bool challenges = false;                ///< says which credentials are missing, for 401

  /// Ready for the next answer; keeps the body's memory.
  void clear() {
    std::string memory = std::move(body);
    *this = Response();
    body = std::move(memory);
    body.clear();
  }
};

/// One request on its way to its response. The owner keeps it alive until `complete` was called,
/// exactly once, within `App::handle` or later on the same thread.
class Exchange : public Peer {
 public:
  bool gone() const override { return false; }

  /// The response is ready to be sent.
  virtual void complete() = 0;

  /// Sends a piece of a body whose length is not known, the response's head before the first one;
  /// `complete` ends it. Nothing happens when the client has gone.
  virtual void send(std::string_view piece) = 0;

  Request request;
  Response response;
  WallTime arrived;        ///< when the request was complete; windows are judged by it
  std::string request_id;  ///< names the request in logs and in its response; see request_id.hpp
  std::string today;       ///< the event's own name, where the path has that of a daily one
  RouteIndex route = kNoRoute;     ///< that answers, for metrics
  DesignIndex design = kNoDesign;  ///< of the event that a claim is for, likewise
};

}  // namespace fairrush::server
