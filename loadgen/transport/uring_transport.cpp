#include "loadgen/transport/uring_transport.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/assert.hpp"
#include "base/descriptor.hpp"
#include "loadgen/transport/source_addresses.hpp"

namespace fairrush::loadgen {
namespace {

constexpr unsigned kSubmissionEntries = 256;
constexpr unsigned kCompletionEntries = 16'384;
/// A request's time of leaving is taken when it is handed over; a batch this small leaves within
/// some ten microseconds, and a larger one is hardly cheaper.
constexpr unsigned kBatch = 4;
/// Completions for which a wait that need not react is cut short.
constexpr unsigned kPileUp = 256;

/// Clocks that have moved apart by more between two looks were set: slewing moves them by less than
/// a thousandth of the time, and a thread may be put aside between reading the one and the other.
constexpr Duration kClocksApartMax = std::chrono::milliseconds(5);

error_code error_of(int negative_result) {
  return {-negative_result, boost::system::system_category()};
}

/// A completion comes back with its operation and, above these bits, its slot. A slot is used anew
/// only when all of its completions have come.
constexpr unsigned kOperationBits = 3;

}  // namespace

std::uint64_t UringTransport::data_of(Operation operation, std::uint32_t place) {
  return std::uint64_t{place} << kOperationBits | static_cast<std::uint64_t>(operation);
}

UringTransport::UringTransport(const TransportSpec& spec) : spec_(spec) {
  io_uring_params parameters{};
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE |
                     IORING_SETUP_CLAMP;
  parameters.cq_entries = kCompletionEntries;
  if (const int failed = io_uring_queue_init_params(kSubmissionEntries, &ring_, &parameters);
      failed < 0) {
    throw std::system_error(-failed, std::generic_category(), "io_uring");
  }
  io_uring_register_ring_fd(&ring_);
  try {
    const int registered = io_uring_register_files_sparse(&ring_, spec.sockets_max);
    if (registered < 0) {
      throw std::system_error(-registered, std::generic_category(),
                              fmt::format("io_uring with {} sockets", spec.sockets_max));
    }
    buffers_.emplace(ring_);
  } catch (...) {
    io_uring_queue_exit(&ring_);
    throw;
  }
}

UringTransport::~UringTransport() {
  close_all();
  buffers_.reset();
  io_uring_queue_exit(&ring_);
}

io_uring_sqe& UringTransport::next_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  if (entry == nullptr) {
    submit();
    entry = io_uring_get_sqe(&ring_);
  }
  FAIRRUSH_ASSERT(entry != nullptr);
  ++unsubmitted_;
  return *entry;
}

void UringTransport::submit() {
  unsubmitted_ = 0;
  while (io_uring_sq_ready(&ring_) > 0) {
    const int submitted = io_uring_submit(&ring_);
    if (submitted < 0 && submitted != -EINTR && submitted != -EBUSY && submitted != -EAGAIN) {
      throw std::system_error(-submitted, std::generic_category(), "io_uring submit");
    }
    if (submitted == -EBUSY || submitted == -EAGAIN) return;  // completions must be taken first
  }
}

void UringTransport::tag(io_uring_sqe& entry, Operation operation, std::uint32_t place) {
  Slot& slot = slots_[place];
  ++slot.operations;
  ++operations_;
  if (is_waiting(operation)) slot.waiting |= bit_of(operation);
  io_uring_sqe_set_data64(&entry, data_of(operation, place));
}

UringTransport::Slot* UringTransport::find(SocketId socket) {
  Slot& slot = slots_[socket.slot];
  return slot.generation == socket.generation && slot.user != nullptr ? &slot : nullptr;
}

SocketId UringTransport::open(SocketUser& user, const TcpEndpoint& peer) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  Slot& slot = slots_[place];
  slot.user = &user;
  slot.peer = peer;
  const error_code unfit = install(place, peer);
  io_uring_sqe& entry = next_entry();
  if (unfit) {
    // Nobody hears of a socket from within `open`: the failure comes by the ring as well.
    io_uring_prep_nop(&entry);
    slot.ended = unfit;
  } else {
    io_uring_prep_connect(&entry, static_cast<int>(place), slot.peer.data(),
                          static_cast<socklen_t>(slot.peer.size()));
    entry.flags |= IOSQE_FIXED_FILE;
  }
  tag(entry, Operation::connect, place);
  return {.slot = place, .generation = slot.generation};
}

/// Makes a socket and hands it over to the ring.
error_code UringTransport::install(std::uint32_t place, const TcpEndpoint& peer) {
  const Descriptor socket(
      ::socket(peer.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.value() < 0) return {errno, boost::system::system_category()};
  const int on = 1;
  ::setsockopt(socket.value(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket.value(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  // Requests are far smaller than a window: what costs least to control is control enough.
  constexpr std::string_view kControl = "reno";
  ::setsockopt(socket.value(), IPPROTO_TCP, TCP_CONGESTION, kControl.data(), kControl.size());
  if (!spec_.sources.empty()) {
    const auto& source = spec_.sources[sources_used_++ % spec_.sources.size()];
    if (const error_code unfit = bind_to(socket.value(), source)) return unfit;
  }
  const int descriptor = socket.value();
  const int installed = io_uring_register_files_update(&ring_, place, &descriptor, 1);
  if (installed < 0) return error_of(installed);
  slots_[place].installed = true;
  return {};
}

bool UringTransport::send(SocketId socket, std::string_view bytes) {
  Slot* const slot = find(socket);
  FAIRRUSH_ASSERT(slot != nullptr);
  // Who has answered has what was sent before.
  if (!slot->rest && !slot->queued && (slot->unsettled == 0 || slot->answered)) {
    const std::uint32_t text = new_text();
    texts_[text].assign(bytes);
    submit_send(socket.slot, text);
    return true;
  }
  if (!slot->queued) slot->queued = new_text();
  texts_[*slot->queued] += bytes;
  return true;
}

/// A place in `texts_` that is free, and empty.
std::uint32_t UringTransport::new_text() {
  if (texts_free_.empty()) {
    texts_free_.push_back(static_cast<std::uint32_t>(texts_.size()));
    texts_.emplace_back();
  }
  const std::uint32_t place = texts_free_.back();
  texts_free_.pop_back();
  texts_[place].clear();
  return place;
}

/// Sends at once or fails: what the kernel does not mention until all that it had to say was heard
/// has left.
void UringTransport::submit_send(std::uint32_t place, std::uint32_t text) {
  Slot& slot = slots_[place];
  ++slot.unsettled;
  slot.answered = false;
  io_uring_sqe& entry = next_entry();
  io_uring_prep_send(&entry, static_cast<int>(place), texts_[text].data(), texts_[text].size(),
                     MSG_WAITALL | MSG_DONTWAIT | MSG_NOSIGNAL);
  entry.flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
  tag(entry, Operation::send, place);
  sends_.push_back({.place = place, .text = text});
  if (unsubmitted_ >= kBatch) submit();
}

/// Sends as the socket drains, and says when it is done.
void UringTransport::submit_rest(std::uint32_t place, std::uint32_t text) {
  slots_[place].rest = text;
  io_uring_sqe& entry = next_entry();
  io_uring_prep_send(&entry, static_cast<int>(place), texts_[text].data(), texts_[text].size(),
                     MSG_WAITALL | MSG_NOSIGNAL);
  entry.flags |= IOSQE_FIXED_FILE;
  tag(entry, Operation::rest, place);
}

void UringTransport::submit_queued(std::uint32_t place) {
  Slot& slot = slots_[place];
  if (slot.queued) submit_send(place, *std::exchange(slot.queued, std::nullopt));
}

/// A close that has come in has been told: the last wait took all there was.
bool UringTransport::is_stale(SocketId /*socket*/) {
  return false;
}

void UringTransport::close(SocketId socket) {
  if (find(socket) != nullptr) drop(socket.slot);
}

/// The operations that the kernel still has are called off; the socket goes when they are back.
void UringTransport::drop(std::uint32_t place) {
  Slot& slot = slots_[place];
  slot.user = nullptr;
  for (const Operation operation : {Operation::connect, Operation::rest, Operation::receive}) {
    if ((slot.waiting & bit_of(operation)) == 0) continue;
    // By what it is called: to look for those of a socket, the kernel looks at those of all.
    io_uring_sqe& entry = next_entry();
    io_uring_prep_cancel64(&entry, data_of(operation, place), 0);
    tag(entry, Operation::cancel, place);
  }
  release(place);
}

/// Takes one more step to a free slot once nobody has anything to do with it.
void UringTransport::release(std::uint32_t place) {
  Slot& slot = slots_[place];
  if (slot.user != nullptr || slot.operations > 0) return;
  FAIRRUSH_ASSERT(!slot.is_sending());
  if (slot.queued) texts_free_.push_back(*std::exchange(slot.queued, std::nullopt));
  if (std::exchange(slot.installed, false)) {
    io_uring_sqe& entry = next_entry();
    io_uring_prep_close_direct(&entry, place);
    tag(entry, Operation::close, place);
    return;
  }
  slot.ended.reset();
  ++slot.generation;
  free_.push_back(place);
}

void UringTransport::end(std::uint32_t place, error_code error) {
  SocketUser* const user = slots_[place].user;
  drop(place);
  user->ended(error);
}

void UringTransport::receive(std::uint32_t place) {
  io_uring_sqe& entry = next_entry();
  io_uring_prep_recvmsg_multishot(&entry, static_cast<int>(place), &receive_form_, 0);
  entry.flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
  entry.buf_group = ReceiveBuffers::kGroup;
  tag(entry, Operation::receive, place);
}

void UringTransport::handle(const io_uring_cqe& completion) {
  const auto data = completion.user_data;
  const auto operation = static_cast<Operation>(data & ((1U << kOperationBits) - 1));
  const auto place = static_cast<std::uint32_t>(data >> kOperationBits);
  if ((completion.flags & IORING_CQE_F_MORE) == 0) {
    --slots_[place].operations;
    slots_[place].waiting &= static_cast<std::uint8_t>(~bit_of(operation));
    --operations_;
  }
  switch (operation) {
    case Operation::connect:
      connect_done(place, completion.res);
      break;
    case Operation::send:
      send_failed(place, completion.res);
      break;
    case Operation::rest:
      rest_done(place, completion.res);
      break;
    case Operation::receive:
      receive_done(place, completion);
      break;
    case Operation::cancel:
    case Operation::close:
      release(place);
      break;
  }
}

void UringTransport::connect_done(std::uint32_t place, int result) {
  Slot& slot = slots_[place];
  if (slot.user == nullptr) {
    release(place);
    return;
  }
  const error_code error = slot.ended ? *slot.ended : result < 0 ? error_of(result) : error_code();
  SocketUser* const user = slot.user;
  if (error) {
    drop(place);
  } else {
    receive(place);
  }
  user->connected(error);
}

/// A send that did not work, or not whole: the socket takes no more for now, or it is broken.
void UringTransport::send_failed(std::uint32_t place, int result) {
  const auto sent = std::ranges::find(sends_, place, &Send::place);
  FAIRRUSH_ASSERT(sent != sends_.end());
  const std::uint32_t text = sent->text;
  if (static_cast<std::size_t>(sent - sends_.begin()) < settling_) --settling_;
  sends_.erase(sent);
  Slot& slot = slots_[place];
  --slot.unsettled;
  const bool full = result == -EAGAIN || result >= 0;
  if (slot.user != nullptr && full && slot.unsettled == 0) {
    if (result > 0) texts_[text].erase(0, static_cast<std::size_t>(result));
    submit_rest(place, text);
    return;
  }
  texts_free_.push_back(text);
  if (slot.user == nullptr) {
    release(place);
  } else if (full) {
    // What was sent behind it may have left: there is no way back to the right order.
    end(place, error_of(-ENOBUFS));
  } else {
    not_sent(place, error_of(result));
  }
}

void UringTransport::rest_done(std::uint32_t place, int result) {
  Slot& slot = slots_[place];
  texts_free_.push_back(*std::exchange(slot.rest, std::nullopt));
  if (slot.user == nullptr) {
    release(place);
  } else if (result <= 0) {
    not_sent(place, error_of(result));
  } else if (slot.ended) {
    end(place, *slot.ended);
  } else {
    submit_queued(place);
  }
}

void UringTransport::not_sent(std::uint32_t place, error_code error) {
  SocketUser* const user = slots_[place].user;
  drop(place);
  user->not_sent(error);
}

/// The sends that the last wait submitted have left: whatever the kernel had to say of them has
/// been heard.
void UringTransport::settle() {
  std::vector<SocketId> ended;
  // What is queued may be submitted on the way, so the list may grow.
  for (std::size_t first = 0; first < settling_; ++first) {
    const Send send = sends_[first];
    Slot& slot = slots_[send.place];
    texts_free_.push_back(send.text);
    --slot.operations;
    --operations_;
    if (--slot.unsettled > 0 || slot.rest) continue;
    if (slot.user == nullptr) {
      release(send.place);
    } else if (slot.ended) {
      ended.push_back({.slot = send.place, .generation = slot.generation});
    } else {
      submit_queued(send.place);
    }
  }
  const auto settled = static_cast<std::ptrdiff_t>(std::exchange(settling_, 0));
  sends_.erase(sends_.begin(), sends_.begin() + settled);
  // Users last: what they throw is to find everything settled.
  for (const SocketId& socket : ended) {
    const Slot* const slot = find(socket);
    if (slot != nullptr && !slot->is_sending()) end(socket.slot, *slot->ended);
  }
}

void UringTransport::receive_done(std::uint32_t place, const io_uring_cqe& completion) {
  Slot& slot = slots_[place];
  const bool filled = (completion.flags & IORING_CQE_F_BUFFER) != 0;
  const unsigned buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
  const bool again = (completion.flags & IORING_CQE_F_MORE) == 0;
  if (slot.user == nullptr) {
    if (filled) buffers_->give_back(buffer);
    if (again) release(place);
    return;
  }
  const std::uint32_t generation = slot.generation;
  const Received arrival = filled ? read(buffer, completion.res) : Received{};
  if (!arrival.bytes.empty()) {
    slot.answered = true;
    slot.user->received(arrival.bytes, arrival.at);
    buffers_->give_back(buffer);
    if (again && slot.generation == generation && slot.user != nullptr) receive(place);
    return;
  }
  if (filled) buffers_->give_back(buffer);
  if (completion.res == -ENOBUFS) {
    receive(place);
    return;
  }
  const error_code error =
      completion.res >= 0 ? error_code(boost::asio::error::eof) : error_of(completion.res);
  // Whether the last request left at all is known only when its send is.
  if (slot.is_sending()) {
    slot.ended = error;
  } else {
    end(place, error);
  }
}

/// Takes a received message apart: what came, and when the kernel had it.
UringTransport::Received UringTransport::read(unsigned buffer, int length) {
  io_uring_recvmsg_out* const out =
      io_uring_recvmsg_validate(buffers_->at(buffer), length, &receive_form_);
  if (out == nullptr) return {};
  Received received{
      .bytes = {static_cast<const char*>(io_uring_recvmsg_payload(out, &receive_form_)),
                io_uring_recvmsg_payload_length(out, length, &receive_form_)},
      .at = now_};
  const cmsghdr* const stamp = io_uring_recvmsg_cmsg_firsthdr(out, &receive_form_);
  const bool is_dated = stamp != nullptr && stamp->cmsg_type == SCM_TIMESTAMPNS;
  if (!is_dated || clock_was_set_) return received;
  timespec time{};
  std::memcpy(&time, CMSG_DATA(stamp), sizeof time);
  const WallTime stamped{std::chrono::seconds(time.tv_sec) +
                         std::chrono::nanoseconds(time.tv_nsec)};
  // It may have waited for several looks: the kernel hands over so many at a time.
  received.at = std::min(now_, now_ - (wall_now_ - stamped));
  return received;
}

/// Takes the time of the completions to come. Between two looks the two clocks stay together,
/// unless somebody sets one.
void UringTransport::look_at_clocks() {
  const Duration apart = wall_now_.time_since_epoch() - now_.time_since_epoch();
  now_ = spec_.clock.steady_now();
  wall_now_ = spec_.clock.wall_now();
  const Duration now_apart = wall_now_.time_since_epoch() - now_.time_since_epoch();
  clock_was_set_ = std::chrono::abs(now_apart - apart) > kClocksApartMax;
}

void UringTransport::wait(const NextTick& next) {
  const unsigned wanted = next.react ? gathering_.wanted(next.awaited) : kPileUp;
  Duration left = next.at - spec_.clock.steady_now();
  if (next.react && wanted > 1) left = std::min(left, Gathering::kPatience);
  __kernel_timespec timeout{};
  if (left > Duration::zero()) {
    timeout.tv_sec = left.count() / 1'000'000'000;
    timeout.tv_nsec = left.count() % 1'000'000'000;
  }
  io_uring_cqe* first = nullptr;
  unsubmitted_ = 0;
  const std::size_t prepared = sends_.size();
  const int result = io_uring_submit_and_wait_timeout(&ring_, &first, wanted, &timeout, nullptr);
  const bool expected =
      result >= 0 || result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY;
  if (!expected) throw std::system_error(-result, std::generic_category(), "io_uring wait");
  look_at_clocks();
  settling_ = io_uring_sq_ready(&ring_) == 0 ? prepared : 0;
  unsigned taken = 0;
  unsigned head = 0;
  io_uring_cqe* completion = nullptr;
  // Taken one by one, so that an exception from a user leaves the ring as it is.
  io_uring_for_each_cqe(&ring_, head, completion) {
    const io_uring_cqe copy = *completion;
    ++taken;
    io_uring_cq_advance(&ring_, 1);
    handle(copy);
    if (taken == kCompletionEntries) break;
  }
  settle();
  if (next.react) gathering_.waited(wanted, taken);
}

void UringTransport::close_all() {
  for (std::uint32_t place = 0; place < slots_.size(); ++place) {
    if (slots_[place].user != nullptr) drop(place);
  }
  // Every socket has been shut down: what is left comes back at once.
  while (operations_ > 0) wait({.at = spec_.clock.steady_now() + std::chrono::seconds(1)});
}

void UringTransport::run(Driver& driver) {
  while (const auto next = driver.tick()) wait(*next);
  close_all();
}

}  // namespace fairrush::loadgen
