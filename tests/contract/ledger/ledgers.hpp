#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "server/ledger/ledger.hpp"

namespace fairrush::contract {

/// A place where one ledger is kept, empty at first and gone with the object.
class LedgerPlace {
 public:
  LedgerPlace() = default;
  LedgerPlace(const LedgerPlace&) = delete;
  LedgerPlace& operator=(const LedgerPlace&) = delete;
  virtual ~LedgerPlace() = default;

  /// Opens the ledger, as a server does when it starts.
  virtual std::expected<std::unique_ptr<server::Ledger>, std::string> open() = 0;
};

/// A kind of ledger.
struct LedgerKind {
  std::string name;
  std::function<bool()> available;
  std::function<std::unique_ptr<LedgerPlace>()> make_place;
};

/// How a failing test names it.
inline void PrintTo(const LedgerKind& kind, std::ostream* out) {
  *out << kind.name;
}

/// All there are.
std::vector<LedgerKind> ledger_kinds();

}  // namespace fairrush::contract
