#include "loadgen/transport/http2_transport.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::loadgen {

namespace failure = boost::asio::error;

/// One TCP connection with its session, and the places on it.
class Http2Transport::Link final : public SocketUser {
 public:
  Link(Http2Transport& owner, const TcpEndpoint& peer)
      : owner_(owner), peer_(peer), session_(owner.scheme_) {
    socket_ = owner.below_->open(*this, peer);
  }

  bool is_gone() const { return state_ == State::gone; }
  bool is_ready() const { return state_ == State::ready; }
  bool takes_requests() const { return is_ready() && session_.accepts(); }
  /// Whether one more place is to be had.
  bool has_room_for(const TcpEndpoint& peer) const {
    const bool usable = state_ == State::connecting || takes_requests();
    return usable && peer_ == peer && places_.size() < owner_.streams_;
  }

  void join(SocketId place) { places_.push_back(place); }
  void leave(SocketId place) {
    std::erase(places_, place);
    if (places_.empty() && !is_gone()) {
      owner_.below_->close(socket_);
      go();
    }
  }

  bool request(Place& place, std::string_view text) {
    const auto stream = is_ready() ? session_.request(text) : std::nullopt;
    if (!stream) return false;
    place.stream = *stream;
    return flush();
  }
  void cancel(Place& place) {
    if (place.stream == 0 || !is_ready()) return;
    session_.cancel(std::exchange(place.stream, 0));
    flush();
  }
  bool is_stale() const { return !takes_requests() || owner_.below_->is_stale(socket_); }

  void connected(error_code error) override;
  void received(std::string_view bytes, SteadyTime arrived) override;
  void not_sent(error_code error) override { lose(&SocketUser::not_sent, error); }
  /// Who leaves without a frame does not know what HTTP/2 is.
  void ended(error_code error) override {
    const bool met = session_.has_met_its_peer();
    lose(&SocketUser::ended, met ? error : make_error_code(TransportError::no_http2));
  }

 private:
  enum class State : std::uint8_t { connecting, ready, gone };

  void go() {
    state_ = State::gone;
    owner_.link_gone_ = true;
  }
  bool flush() {
    const std::string output = session_.take_output();
    return output.empty() || owner_.below_->send(socket_, output);
  }
  void deliver(const Http2Session::Answer& answer, SteadyTime arrived);
  void lose(void (SocketUser::*tell)(error_code), error_code error);

  Http2Transport& owner_;
  TcpEndpoint peer_;
  Http2Session session_;
  SocketId socket_;
  State state_ = State::connecting;
  std::vector<SocketId> places_;
};

void Http2Transport::Link::connected(error_code error) {
  if (error) {
    lose(&SocketUser::connected, error);
    return;
  }
  state_ = State::ready;
  flush();
  for (const SocketId id : std::vector(places_)) {
    if (Place* const place = owner_.find(id)) place->user->connected({});
  }
}

void Http2Transport::Link::received(std::string_view bytes, SteadyTime arrived) {
  session_.feed(bytes);
  for (const Http2Session::Answer& answer : session_.take_answers()) deliver(answer, arrived);
  if (is_gone()) return;
  flush();
  if (session_.is_alive()) return;
  owner_.below_->close(socket_);
  lose(&SocketUser::ended, session_.has_met_its_peer() ? error_code(failure::eof)
                                                       : make_error_code(TransportError::no_http2));
}

void Http2Transport::Link::deliver(const Http2Session::Answer& answer, SteadyTime arrived) {
  for (const SocketId id : places_) {
    Place* const place = owner_.find(id);
    if (place == nullptr || place->stream != answer.stream) continue;
    place->stream = 0;
    if (answer.ending == Http2Session::Answer::Ending::complete) {
      place->user->received(answer.text, arrived);
      return;
    }
    SocketUser* const user = place->user;
    owner_.leave(*place);
    if (answer.ending == Http2Session::Answer::Ending::refused) {
      user->not_sent(failure::connection_reset);
    } else {
      user->ended(failure::connection_reset);
    }
    return;
  }
}

/// The connection is gone, and with it every place on it.
void Http2Transport::Link::lose(void (SocketUser::*tell)(error_code), error_code error) {
  go();
  for (const SocketId id : std::exchange(places_, {})) {
    Place* const place = owner_.find(id);
    if (place == nullptr) continue;
    SocketUser* const user = place->user;
    owner_.leave(*place);
    (user->*tell)(error);
  }
}

Http2Transport::Http2Transport(std::unique_ptr<Transport> below, std::string scheme,
                               std::uint32_t streams)
    : below_(std::move(below)), scheme_(std::move(scheme)), streams_(streams) {}

/// The sockets below end first: they know the links.
Http2Transport::~Http2Transport() {
  below_.reset();
}

Http2Transport::Link& Http2Transport::link_to(const TcpEndpoint& peer) {
  // The newest has room if any has, but for those that were left.
  for (auto link = links_.rbegin(); link != links_.rend(); ++link) {
    if ((*link)->has_room_for(peer)) return **link;
  }
  return *links_.emplace_back(std::make_unique<Link>(*this, peer));
}

SocketId Http2Transport::open(SocketUser& user, const TcpEndpoint& peer) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.push_back({.slot = free_.back()});
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  Place& place = places_[slot];
  Link& link = link_to(peer);
  place.user = &user;
  place.link = &link;
  const SocketId id{.slot = slot, .generation = place.generation};
  link.join(id);
  // Nobody hears of a socket from within `open`.
  if (link.is_ready()) joined_.push_back(id);
  return id;
}

Http2Transport::Place* Http2Transport::find(SocketId socket) {
  Place& place = places_[socket.slot];
  return place.user != nullptr && place.generation == socket.generation ? &place : nullptr;
}

void Http2Transport::leave(Place& place) {
  Link* const link = std::exchange(place.link, nullptr);
  const SocketId id{.slot = place.slot, .generation = place.generation++};
  place.user = nullptr;
  place.stream = 0;
  link->leave(id);
  free_.push_back(place.slot);
}

bool Http2Transport::send(SocketId socket, std::string_view bytes) {
  Place* const place = find(socket);
  FAIRRUSH_ASSERT(place != nullptr && place->stream == 0);
  return place->link->request(*place, bytes);
}

bool Http2Transport::is_stale(SocketId socket) {
  Place* const place = find(socket);
  return place == nullptr || place->link->is_stale();
}

void Http2Transport::close(SocketId socket) {
  Place* const place = find(socket);
  if (place == nullptr) return;
  place->link->cancel(*place);
  leave(*place);
}

std::optional<NextTick> Http2Transport::tick() {
  for (const SocketId id : std::exchange(joined_, {})) {
    if (Place* const place = find(id)) place->user->connected({});
  }
  if (std::exchange(link_gone_, false)) {
    std::erase_if(links_, [](const auto& link) { return link->is_gone(); });
  }
  auto next = driver_->tick();
  if (next && !joined_.empty()) next->at = SteadyTime{};
  return next;
}

void Http2Transport::run(Driver& driver) {
  driver_ = &driver;
  below_->run(*this);
}

}  // namespace fairrush::loadgen
