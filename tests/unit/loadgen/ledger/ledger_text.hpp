#pragma once

#include <string>

#include "loadgen/ledger/read.hpp"

namespace fairrush::loadgen {

/// "17=A 3=B@1" in the source's order, or the error.
inline std::string ledger_text(const LedgerSource& source) {
  const auto ledger = read_ledger(source, "spring");
  if (!ledger) return ledger.error();
  std::string text;
  for (const analysis::LedgerRow& row : *ledger) {
    text += (text.empty() ? "" : " ") + std::to_string(row.user.value()) + "=" + row.coupon;
    if (row.round > 0) text += "@" + std::to_string(row.round);
  }
  return text;
}

}  // namespace fairrush::loadgen
