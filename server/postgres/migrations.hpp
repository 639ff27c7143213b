#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/postgres/connection.hpp"

namespace fairrush::server {

/// One step of a schema, as a file of sql/postgres has it. The first has version 1.
struct Migration {
  int version = 0;
  std::string_view name;  ///< "001_ledger"
  std::string_view sql;
};

/// The steps that this program carries.
std::span<const Migration> migrations();

/// A step that a database says it has taken.
struct AppliedMigration {
  int version = 0;
  std::string name;
  std::string checksum;
};

/// SHA-256 of a step's text, hexadecimal.
std::string checksum_of(const Migration& migration);

/// Which steps are left, or why the database is not one of ours: a step that was changed after it
/// was applied, one that is unknown here, a gap. Pure.
std::expected<std::span<const Migration>, std::string> missing_steps(
    std::span<const Migration> known, std::span<const AppliedMigration> applied);

/// One table's column, constraint or index as the catalogue has it.
struct SchemaPart {
  std::string name;        ///< for people: "column 'note' of table 'coupons'"
  std::string definition;  ///< "text NOT NULL"
  auto operator<=>(const SchemaPart&) const = default;
};

/// What is missing, foreign or different, in one sentence that names it; empty when nothing is.
/// The first difference counts, in the order of `expected`. Pure.
std::string describe_drift(std::span<const SchemaPart> expected, std::span<const SchemaPart> found);

/// Takes the steps that are left, in one transaction and under a lock against other servers, and
/// checks that the schema is what the steps make of an empty one. Errors say what is wrong.
PostgresResult<void> migrate(PostgresConnection& connection);

}  // namespace fairrush::server
