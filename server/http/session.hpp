#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/runtime/asio_types.hpp"
#include "base/runtime/deadlines.hpp"
#include "server/api/app.hpp"
#include "server/http/request_id.hpp"
#include "server/http/request_reader.hpp"
#include "server/http/tls.hpp"

namespace fairrush::server {

class Session;

/// How long a connection may take.
struct SessionTimeouts {
  Duration request = std::chrono::seconds(10);  ///< first to last byte of a request, or a response
  Duration idle = std::chrono::seconds(75);     ///< without a request
};

/// A session's place in a queue of deadlines.
struct SessionDeadline : DeadlineHook {
  explicit SessionDeadline(Session& owner) : session(owner) {}
  Session& session;
};

/// What all connections of a thread share; outlives them.
struct SessionContext {
  SessionContext(App& the_app, const Clock& the_clock, RequestLimits the_limits,
                 SessionTimeouts timeouts)
      : app(the_app),
        clock(the_clock),
        limits(the_limits),
        requests(timeouts.request),
        idles(timeouts.idle),
        handshake_failures(the_app.metrics().counter(
            {"fairrush_tls_handshake_failures_total", "TLS handshakes that came to nothing."})) {}

  App& app;
  const Clock& clock;
  RequestLimits limits;
  Deadlines requests;
  Deadlines idles;
  Counter& handshake_failures;
  RequestIds ids;
  const TlsIdentity* tls = nullptr;  ///< null: plain connections
  std::string date;                  ///< value of the Date field, renewed every second
  bool draining = false;             ///< every response closes its connection
};

/// One connection: reads requests one after the other (pipelined ones wait in its buffer), hands
/// each to the app and writes the response. Owned by the coroutine that awaits `run`.
class Session final : public Exchange {
 public:
  Session(TcpSocket socket, SessionContext& context);
  ~Session() override;

  /// Serves the connection until either side closes it.
  Task<void> run();

  void complete() override;
  void send(std::string_view piece) override;
  bool gone() const override;

  /// A deadline has passed.
  void request_expired();
  void idle_expired();

  /// Ends an idle connection at once and another after its response.
  void drain();
  /// Ends the connection; an answer under way is not sent.
  void abort();

 private:
  /// What the coroutine awaits.
  enum class Awaiting : std::uint8_t { nothing, bytes, answer, room_to_write };

  Task<void> serve_requests();
  Task<bool> shake_hands();
  Task<void> say_goodbye();
  void before_read();
  bool owes_continue();
  RequestReader::State after_read(const error_code& error, std::size_t count);
  void dispatch(RequestReader::State state);
  void serialise();
  void serialise_head();
  void serialise_pieces();
  std::size_t write_now();
  Task<void> write_all(std::string_view text);
  Task<void> linger();

  TcpSocket socket_;
  SessionContext& context_;
  std::unique_ptr<TlsStream> tls_;  ///< null: plain
  RequestReader reader_;
  Timer answered_timer_;
  SessionDeadline request_deadline_{*this};
  SessionDeadline idle_deadline_{*this};
  std::string out_;
  std::string pieces_;   ///< of a body whose length is not known, still to be written
  SteadyTime asked_at_;  ///< when the request was complete
  Awaiting awaiting_ = Awaiting::nothing;
  bool answered_ = false;
  bool timed_out_ = false;  ///< the request did not arrive in time
  bool continued_ = false;  ///< "100 Continue" was sent for this request
  bool refused_ = false;    ///< the request was not read to its end
  bool keep_ = true;        ///< another request may follow
  bool streaming_ = false;  ///< the head of a response of unknown length has been written
  bool gone_ = false;       ///< the peer, or our wish to go on
};

}  // namespace fairrush::server
