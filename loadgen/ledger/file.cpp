#include "analysis/run/ledger_ndjson.hpp"
#include "loadgen/ledger/readers.hpp"
#include "loadgen/text_file.hpp"

namespace fairrush::loadgen {

LedgerRead read_csv_ledger(const LedgerSource& source, const std::string& /*event*/) {
  const auto text = read_text_file(source.place);
  return text ? analysis::parse_ledger_csv(*text, source.user_of) : std::unexpected(text.error());
}

LedgerRead read_ndjson_ledger(const LedgerSource& source, const std::string& /*event*/) {
  const auto text = read_text_file(source.place);
  return text ? analysis::parse_ledger_ndjson(*text, source.user_of)
              : std::unexpected(text.error());
}

}  // namespace fairrush::loadgen
