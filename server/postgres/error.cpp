#include "server/postgres/error.hpp"

#include <pqxx/except>

namespace fairrush::server {
namespace {

using Kind = PostgresError::Kind;

/// libpq's messages end with line breaks and have some within.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

}  // namespace

Kind kind_of_sqlstate(const std::string& state) {
  if (state == "23505") return Kind::clash;  // unique_violation
  const std::string state_class = state.substr(0, 2);
  // Connection exceptions, insufficient resources (a full disk among them), operator intervention
  // (shutdown, starting up), serialization failures and deadlocks.
  if (state_class == "08" || state_class == "53" || state_class == "57" || state_class == "40") {
    return Kind::away;
  }
  if (state == "25006") return Kind::away;  // read only: a fail-over is under way
  return Kind::refused;
}

PostgresError current_postgres_error() {
  try {
    throw;
  } catch (const pqxx::sql_error& error) {
    return {kind_of_sqlstate(error.sqlstate()), one_line(error.what())};
  } catch (const pqxx::in_doubt_error&) {
    return {Kind::away, "the connection was lost during a commit"};
  } catch (const pqxx::failure& error) {
    // Broken connections and failed attempts to connect. libpqxx notices a loss by odd signs.
    const std::string what = one_line(error.what());
    if (what.ends_with("not connected.") || what.ends_with("Connection to database failed")) {
      return {Kind::away, "the connection was lost"};
    }
    return {Kind::away, what};
  } catch (const std::exception& error) {
    return {Kind::refused, one_line(error.what())};
  }
}

}  // namespace fairrush::server
