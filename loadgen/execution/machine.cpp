#include "loadgen/execution/machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fairrush::loadgen {
namespace {

/// The text behind "key" and a colon on the first line of `path` that has it.
std::string value_in(const char* path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t value = line.find_first_not_of(" \t:", key.size());
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ProcessorTime parse_processor_time(std::string_view stat) {
  // proc(5): cpu user nice system idle iowait irq softirq steal guest guest_nice; the guests are
  // contained in user and nice.
  constexpr int kColumns = 8;
  std::istringstream text{std::string(stat)};
  std::string label;
  text >> label;
  ProcessorTime time;
  if (label != "cpu") return time;
  std::uint64_t ticks = 0;
  for (int column = 0; column < kColumns; ++column) {
    if (!(text >> ticks)) return {};
    time.total += ticks;
  }
  time.stolen = ticks;
  return time;
}

MachineSample sample_machine(const Clock& clock) {
  const ClockReading now = read_clocks(clock);
  MachineSample sample{.steady = now.steady,
                       .wall = now.wall,
                       .processors = {},
                       .throttling = read_throttling(),
                       .host = read_host()};
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  sample.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  sample.memory_peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  std::ifstream stat("/proc/stat");
  std::string line;
  std::getline(stat, line);
  sample.processors = parse_processor_time(line);
  return sample;
}

std::string machine_line() {
  utsname system{};
  uname(&system);
  const std::uint64_t memory_kib =
      std::strtoull(value_in("/proc/meminfo", "MemTotal").c_str(), nullptr, 10);
  const std::string processor = value_in("/proc/cpuinfo", "model name");
  return fmt::format("{}, {} cores, {:.0f} GiB, {} {}",
                     processor.empty() ? std::string(system.machine) : processor,
                     processors_available(), static_cast<double>(memory_kib) / (1 << 20),
                     system.sysname, system.release);
}

unsigned processors_available() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace fairrush::loadgen
