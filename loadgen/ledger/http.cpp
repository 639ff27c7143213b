#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "analysis/run/ledger_ndjson.hpp"
#include "loadgen/ledger/readers.hpp"
#include "loadgen/target/http_call.hpp"

namespace fairrush::loadgen {
namespace {

constexpr Duration kExportTimeout = std::chrono::seconds(60);
constexpr std::string_view kUsualPath = "/api/v1/events/{event}/ledger";

/// CSV begins with a header, NDJSON with an object.
bool is_ndjson(std::string_view body) {
  const std::string_view text = analysis::without_byte_order_mark(body);
  const std::size_t start = text.find_first_not_of("\r\n\t ");
  return start == std::string_view::npos || text[start] == '{';
}

}  // namespace

LedgerRead read_http_ledger(const LedgerSource& source, const std::string& event) {
  constexpr std::size_t kScheme = std::string_view("http://").size();
  const std::string_view url = source.place;
  const std::size_t path_at = std::min(url.find_first_of("/?", kScheme), url.size());
  const auto address = parse_target_url(url.substr(0, path_at));
  if (!address) return std::unexpected(address.error());
  std::string_view path = url.substr(path_at);
  if (path.empty() || path == "/") path = kUsualPath;
  HttpCaller call(*address);
  const auto answer =
      call({.path = with_event(path, event), .bearer = source.admin_token, .what = "the ledger"},
           kExportTimeout);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) {
    return std::unexpected(fmt::format("expected status 200, got {} '{}'", answer->status,
                                       analysis::excerpt(answer->body)));
  }
  return is_ndjson(answer->body) ? analysis::parse_ledger_ndjson(answer->body, source.user_of)
                                 : analysis::parse_ledger_csv(answer->body, source.user_of);
}

}  // namespace fairrush::loadgen
