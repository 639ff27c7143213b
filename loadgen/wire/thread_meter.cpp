#include "loadgen/wire/thread_meter.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <string>

namespace fairrush::loadgen {
namespace {

constexpr Duration kSpan = std::chrono::seconds(1);

double share(Duration part, Duration whole) {
  if (whole <= Duration::zero()) return 0;
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

std::optional<Duration> parse_queued(std::string_view schedstat) {
  const std::size_t blank = schedstat.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view rest = schedstat.substr(blank + 1);
  std::int64_t queued_ns = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), queued_ns);
  const bool ended = end != rest.data() + rest.size() && *end == ' ';
  if (error != std::errc() || !ended || queued_ns < 0) return std::nullopt;
  return Duration(queued_ns);
}

ThreadTimes thread_times(SteadyTime now) {
  ThreadTimes times{.at = now, .cpu = {}, .queued = {}};
  timespec cpu{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0) {
    times.cpu = std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec);
  }
  std::ifstream file("/proc/thread-self/schedstat");
  std::string line;
  if (std::getline(file, line)) times.queued = parse_queued(line);
  return times;
}

void ThreadMeter::look(const ThreadTimes& now) {
  if (!first_) {
    first_ = now;
    span_ = now;
    return;
  }
  if (now.at - span_.at < kSpan) return;
  full_ = true;
  take_span(now);
}

void ThreadMeter::finish(const ThreadTimes& now) {
  if (!first_) return;
  if (!full_) take_span(now);
  if (now.queued && first_->queued) {
    use_.queued_share = share(*now.queued - *first_->queued, now.at - first_->at);
  }
}

void ThreadMeter::take_span(const ThreadTimes& now) {
  use_.share_max = std::max(use_.share_max, share(now.cpu - span_.cpu, now.at - span_.at));
  span_ = now;
}

}  // namespace fairrush::loadgen
