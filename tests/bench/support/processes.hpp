#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace fairrush::bench {

inline constexpr int kServerCore = 0;
inline constexpr int kClientCore = 1;
inline constexpr int kAnyCore = -1;

/// What a program said and took.
struct Ran {
  std::string output;      ///< standard output and error
  double cpu_seconds = 0;  ///< user + system
  bool succeeded = false;
};

/// A program pinned to one core (or to none, kAnyCore), killed with its object.
class Pinned {
 public:
  Pinned(const std::vector<std::string>& arguments, int core);
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned();

  pid_t id() const { return process_; }

  /// Waits for its end.
  Ran wait();

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

/// What a running process has used so far.
struct Used {
  double cpu_seconds = 0;     ///< user + system, of all threads
  double resident_bytes = 0;  ///< memory now
};
Used used_by(pid_t process);

}  // namespace fairrush::bench
