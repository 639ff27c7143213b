#include "server/metrics/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/version.hpp"

namespace fairrush::server {
namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Pages that are in memory: the second number of /proc/self/statm.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  double count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  return count - 1;  // the one that reads the folder
}

double descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void add_process_metrics(Metrics& metrics) {
  metrics.counter_of({"process_cpu_seconds_total", "User and system CPU time."}, {},
                     [] { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); });
  metrics.counter_of(
      {"fairrush_deciding_thread_cpu_seconds_total", "CPU time of the one thread that decides."},
      {}, [] { return seconds_of(CLOCK_THREAD_CPUTIME_ID); });
  metrics.gauge({"process_resident_memory_bytes", "Memory that is resident."}, {}, resident_bytes);
  metrics.gauge({"process_open_fds", "Open descriptors."}, {}, open_descriptors);
  metrics.gauge({"process_max_fds", "Descriptors that may be open."}, {}, descriptors_max);
  metrics.gauge({"process_start_time_seconds", "When the process started, since the Unix epoch."},
                {}, [started = seconds_of(CLOCK_REALTIME)] { return started; });
  metrics.gauge({"fairrush_build_info", "Always 1; the labels say what runs."},
                {{"version", version_text()}, {"build", std::string(version().build_type)}},
                [] { return 1.0; });
}

}  // namespace fairrush::server
