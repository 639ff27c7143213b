#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/runtime/io_thread.hpp"
#include "server/bus/messaging.hpp"
#include "server/ledger/record_reader.hpp"
#include "server/options.hpp"
#include "server/service/coupon_service.hpp"
#include "server/stores/store_watch.hpp"

namespace fairrush::server {

class PostgresService;
class RedisService;
class RushService;

/// What every store is built from; all of it outlives the store.
struct StoreParts {
  Executor home;
  const Clock& clock;
  CommitQueue& queue;
  Messaging& messaging;
  RecordReader& records;
  IoThread& drawer;  ///< where draws are computed
};

/// The store that a server's options name, from its opening to its end. On the thread of `home`.
class RunningStore {
 public:
  RunningStore(const ServerOptions& options, const StoreParts& parts);
  RunningStore(const RunningStore&) = delete;
  RunningStore& operator=(const RunningStore&) = delete;
  ~RunningStore();

  CouponService& service() { return *service_; }

  /// Who is to be told of its calls, where they leave this process; before `open`.
  void watch(StoreWatch watch);

  /// Begins to connect, where there is something to connect to.
  void open();

  /// Ends what is under way once everybody has their answer, or at once when it is too late to
  /// wait; whether it has ended.
  bool wind_up(bool too_late);

  /// Ends its connections for good; after the last request.
  Task<void> close();

 private:
  // One of the three; `service_` is that one.
  std::unique_ptr<RedisService> redis_;
  std::unique_ptr<PostgresService> postgres_;
  std::unique_ptr<RushService> memory_;
  CouponService* service_ = nullptr;
};

}  // namespace fairrush::server
