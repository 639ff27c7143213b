#include "loadgen/shards/accord.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace fairrush::loadgen {

std::optional<std::int64_t> Accord::start_ms() const {
  if (!seat_ || !seat_->start_at) return std::nullopt;
  const auto since = std::chrono::floor<std::chrono::milliseconds>(*seat_->start_at);
  return since.time_since_epoch().count();
}

std::expected<std::string, std::string> Accord::hear(std::string word, Duration patience) {
  if (!is_group()) return word;
  if (broken_) return std::unexpected(*broken_);
  auto heard = seat_->group->meet(word, patience);
  if (!heard) broken_ = heard.error();
  return heard;
}

std::expected<std::int64_t, std::string> Accord::moment(
    const std::function<std::int64_t()>& soonest, std::int64_t by_clock) {
  if (!is_shared()) return soonest();
  if (!is_group()) {
    if (soonest() <= by_clock) return by_clock;
    return std::unexpected("it is too late");
  }
  if (const auto here = hear({}); !here) return std::unexpected(here.error());
  const auto word = hear(speaks() ? fmt::format("{}", soonest()) : std::string());
  if (!word) return std::unexpected(word.error());
  std::int64_t value = 0;
  std::from_chars(word->data(), word->data() + word->size(), value);
  return value;
}

/// An abstract address is the machine's (its network namespace's), and gone with the process.
std::expected<void, std::string> Accord::take_seat(const std::string& event) {
  if (!is_shared() || is_group()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name =
      fmt::format("fairrush {} {}/{}", event, shard().index + 1, shard().count);
  const std::size_t length = std::min(name.size(), sizeof address.sun_path - 1);
  std::copy_n(name.data(), length, address.sun_path + 1);
  taken_ = std::make_unique<Descriptor>(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  const int bound = ::bind(taken_->value(), reinterpret_cast<const sockaddr*>(&address), bytes);
  if (bound == 0 || errno != EADDRINUSE) return {};
  return std::unexpected(
      fmt::format("--shard: {}/{} of this run is being played by another process on this machine",
                  shard().index + 1, shard().count));
}

void Accord::leave(const std::string& why) {
  if (!is_group() || broken_) return;
  broken_ = why;
  seat_->group->leave(why);
}

}  // namespace fairrush::loadgen
