#pragma once

#include <string>

#include "loadgen/ledger/read.hpp"

namespace fairrush::loadgen {

/// "17=A 3=B@1 4=C~1795302000250" in the source's order, or the error.
inline std::string ledger_text(const LedgerSource& source) {
  const auto ledger = read_ledger(source, "spring");
  if (!ledger) return ledger.error();
  std::string text;
  for (const analysis::LedgerRow& row : *ledger) {
    text += (text.empty() ? "" : " ") + std::to_string(row.user.value()) + "=" + row.coupon;
    if (row.round > 0) text += "@" + std::to_string(row.round);
    if (row.issued_at_ms) text += "~" + std::to_string(*row.issued_at_ms);
  }
  return text;
}

}  // namespace fairrush::loadgen
