#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/runtime/asio_types.hpp"
#include "server/bus/messaging.hpp"
#include "server/ledger/record_reader.hpp"
#include "server/service/coupon_service.hpp"
#include "server/service/draw_runner.hpp"

namespace fairrush::contract {

using namespace server;

/// What a service is given that is put under the contract.
struct ServiceGround {
  asio::io_context& context;
  const Clock& clock;
  CommitQueue& queue;
  Messaging& messaging;
  RecordReader& records;
  DrawRunner run_draw;
};

/// A service on its store, from the start of a server to its end.
class RunningService {
 public:
  RunningService() = default;
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;
  virtual ~RunningService() = default;

  virtual CouponService& service() = 0;
  /// After the ledger was replayed.
  virtual void open() {}
  /// Before the end, on the context of the ground.
  virtual Task<void> stop() { co_return; }
};

/// Where events are decided, across restarts of the server.
class ContractStore {
 public:
  ContractStore() = default;
  ContractStore(const ContractStore&) = delete;
  ContractStore& operator=(const ContractStore&) = delete;
  virtual ~ContractStore() = default;

  virtual std::unique_ptr<RunningService> start(ServiceGround ground) = 0;

  /// It ends without a chance to write anything, and comes back with nothing.
  virtual void lose() {}

  /// When each key of a store that lives apart ends; unset where it never does.
  virtual std::map<std::string, std::optional<WallTime>> ends() { return {}; }
};

/// One row of the contract: a design on a store.
struct ContractRow {
  std::string store;
  std::string design;
  bool apart = false;  ///< the store lives apart from the server and can be lost while that runs
  std::function<std::unique_ptr<ContractStore>()> make;  ///< null when this machine has it not
};

/// Every design on every store that it runs on. A new store adds its rows here.
std::vector<ContractRow> contract_rows();
/// Those on stores that live apart.
std::vector<ContractRow> rows_apart();

/// "redis ticket-list", for gtest.
void PrintTo(const ContractRow& row, std::ostream* out);

}  // namespace fairrush::contract
