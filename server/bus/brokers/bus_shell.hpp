#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/runtime/io_thread.hpp"
#include "server/bus/broker.hpp"
#include "server/bus/brokers/bus_address.hpp"
#include "server/bus/messaging.hpp"
#include "server/bus/notifier.hpp"

namespace fairrush::server {

/// Which bus a server uses, and which consumers hear in its process.
struct BusOptions {
  BusAddress address;
  std::optional<std::string> password;  ///< instead of the one in the address
  bool audit = true;
  bool notification = false;
  std::optional<std::string> notices_path;  ///< a file for notices; unset: the log only
};

/// Where notices go, and the ids of those that went there before.
struct OpenNotices {
  std::unique_ptr<NoticeSink> sink;
  RecentIds known{Notifier::kIdsMax};
};

/// Opens the file for notices, if there is to be one. The error says why it cannot be opened.
std::expected<OpenNotices, std::string> open_notices(const BusOptions& options);

/// The parts of messaging that do I/O: the broker, and the thread that writes notices. They outlive
/// the messaging that is made of them.
class BusShell {
 public:
  /// `home` is the thread that decides; `clock` outlives the shell. A broker is reached later, and
  /// need not be there.
  BusShell(const BusOptions& options, OpenNotices notices, Executor home, const Clock& clock);

  MessagingParts parts(BusFilter filter);

  /// Ends the broker's work, before the loop of `home` can end.
  Task<void> stop();

 private:
  void write_notices(std::vector<Notice> notices,
                     const std::function<void(const NoticeResult& result)>& done);

  BusOptions options_;
  Executor home_;
  const Clock& clock_;
  OpenNotices notices_;
  std::unique_ptr<Broker> broker_;          ///< null: the bus of the process
  std::optional<IoThread> notices_thread_;  // last: ends before what its work uses
};

}  // namespace fairrush::server
