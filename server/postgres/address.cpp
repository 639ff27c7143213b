#include "server/postgres/address.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <iterator>
#include <memory>

namespace fairrush::server {

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

std::string quoted_conninfo(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

std::expected<PostgresAddress, std::string> parse_postgres_url(std::string_view text) {
  static constexpr auto kExpected = "postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE";
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(std::string(text).c_str(), &error), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> message(error, &PQfreemem);
  if (!is_postgres_url(text) || options == nullptr) return std::unexpected(kExpected);
  PostgresAddress address;
  std::string user;
  std::string host;
  std::string port;
  std::string database;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    fmt::format_to(std::back_inserter(address.conninfo), "{}={} ", keyword,
                   quoted_conninfo(option->val));
    if (keyword == "user") user = fmt::format("{}@", option->val);
    if (keyword == "host") host = option->val;
    if (keyword == "port") port = fmt::format(":{}", option->val);
    if (keyword == "dbname") database = option->val;
  }
  if (database.empty()) return std::unexpected(kExpected);
  address.shown = fmt::format("postgresql://{}{}{}/{}", user, host, port, database);
  return address;
}

}  // namespace fairrush::server
