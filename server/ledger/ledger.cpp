#include "server/ledger/ledger.hpp"

namespace fairrush::server {

EventRecords Ledger::records(EventId event) {
  std::vector<LedgerRecord> records;
  const auto read = replay([event, &records](const LedgerRecord& record) {
    if (concerns(record, event)) records.push_back(record);
    return std::expected<void, std::string>();
  });
  if (!read) return std::unexpected(read.error());
  return records;
}

}  // namespace fairrush::server
