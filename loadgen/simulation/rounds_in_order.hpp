#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace fairrush::loadgen {

/// Independent rounds, worked on by several threads, taken over in their order. At most
/// `kAheadPerThread` results a thread wait for an earlier one, so that memory does not grow with
/// the number of rounds.
template <class Result>
class RoundsInOrder {
 public:
  static constexpr std::uint32_t kAheadPerThread = 2;

  /// `threads` ≥ 1.
  RoundsInOrder(std::uint32_t rounds, unsigned threads) : rounds_(rounds), threads_(threads) {}

  /// `make_worker()` gives each thread its own callable `(std::uint32_t round) → Result`, made on
  /// that thread; `take(Result)` is called on this thread, round by round, and returns false to end
  /// early. A request to stop ends it before the next round that nobody has begun. Gives the number
  /// of rounds taken; the first exception of a worker is thrown here.
  template <class MakeWorker, class Take>
  std::uint32_t run(const std::stop_token& stop, MakeWorker make_worker, Take take) {
    std::vector<std::jthread> workers;
    for (unsigned thread = 0; thread < threads_; ++thread) {
      workers.emplace_back([&, this] { work(stop, make_worker); });
    }
    std::uint32_t taken = 0;
    try {
      while (std::optional<Result> result = next(taken)) {
        ++taken;
        if (!take(std::move(*result))) break;
      }
    } catch (...) {
      end();  // a worker may wait for room; its thread is joined on the way out
      throw;
    }
    end();
    workers.clear();
    if (failure_) std::rethrow_exception(failure_);
    return taken;
  }

 private:
  template <class MakeWorker>
  void work(const std::stop_token& stop, MakeWorker& make_worker) {
    try {
      auto worker = make_worker();
      while (const auto round = begin(stop)) put(*round, worker(*round));
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      ended_ = true;
    }
    const std::scoped_lock lock(mutex_);
    ++finished_;
    changed_.notify_all();
  }

  /// The next round that nobody has begun, once there is room for its result.
  std::optional<std::uint32_t> begin(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || begun_ < taken_ + threads_ * kAheadPerThread; });
    if (ended_ || begun_ == rounds_ || stop.stop_requested()) return std::nullopt;
    return begun_++;
  }

  void put(std::uint32_t round, Result result) {
    const std::scoped_lock lock(mutex_);
    results_.emplace(round, std::move(result));
    changed_.notify_all();
  }

  /// Waits for the result of `round`; unset when it will not come.
  std::optional<Result> next(std::uint32_t round) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return failure_ || results_.contains(round) || finished_ == threads_; });
    if (failure_ || !results_.contains(round)) return std::nullopt;
    Result result = std::move(results_.extract(round).mapped());
    taken_ = round + 1;
    changed_.notify_all();
    return result;
  }

  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  const std::uint32_t rounds_;
  const unsigned threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint32_t, Result> results_;
  std::uint32_t begun_ = 0;
  std::uint32_t taken_ = 0;
  unsigned finished_ = 0;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace fairrush::loadgen
