#include "server/postgres/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/draw/digest.hpp"
#include "server/postgres/schema.hpp"

namespace fairrush::server {
namespace {

using Parts = std::vector<SchemaPart>;

constexpr const char* kLock = "SELECT pg_advisory_xact_lock(1179800392, 2)";  // "FRSH"
constexpr const char* kRecord =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

/// Everything of the first schema of the search path: tables and views with their columns, then
/// constraints, then indexes that are no constraint's. Names of the schema itself are taken out.
constexpr const char* kParts = R"sql(
  WITH here AS (SELECT oid FROM pg_namespace WHERE oid = $1::oid),
  tables AS (SELECT c.* FROM pg_class c JOIN here ON here.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> 'schema_migrations')
  SELECT format('%s ''%s''', CASE t.relkind WHEN 'v' THEN 'view' ELSE 'table' END, t.relname),
         t.relkind::text
    FROM tables t
  UNION ALL
  SELECT format('column ''%s'' of ''%s''', a.attname, t.relname),
         format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
           || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
           || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY ' || a.attidentity::text END
    FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT format('constraint ''%s'' of ''%s''', k.conname, t.relname), pg_get_constraintdef(k.oid)
    FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid
  UNION ALL
  SELECT format('index ''%s'' of ''%s''', i.relname, t.relname),
         regexp_replace(pg_get_indexdef(x.indexrelid), ' ON \S+ USING', ' USING')
    FROM tables t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
   WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid
                       AND k.conrelid = t.oid)
  UNION ALL
  SELECT format('trigger ''%s'' of ''%s''', g.tgname, t.relname), pg_get_triggerdef(g.oid)
    FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal)sql";

Parts parts_of(pqxx::work& transaction, const char* schema) {
  const pqxx::row oid = transaction.exec1(schema);
  Parts parts;
  for (const pqxx::row& row : transaction.exec_params(kParts, oid[0].c_str())) {
    parts.push_back({row[0].c_str(), row[1].c_str()});
  }
  // Whole tables before what is in them: the first difference is the one that is told.
  std::ranges::sort(parts, {}, [](const SchemaPart& part) {
    const bool whole = part.name.starts_with("table") || part.name.starts_with("view");
    return std::pair(!whole, part.name);
  });
  return parts;
}

constexpr const char* kPresent = "SELECT current_schema()::regnamespace::oid";
constexpr const char* kTemporary = "SELECT pg_my_temp_schema()";

/// What the steps make of an empty schema: taken in a temporary one, which goes with the
/// transaction.
Parts expected_parts(pqxx::work& transaction) {
  transaction.exec0("SET LOCAL search_path TO pg_temp");
  for (const Migration& migration : migrations()) transaction.exec0(std::string(migration.sql));
  return parts_of(transaction, kTemporary);
}

std::vector<AppliedMigration> applied_steps(pqxx::work& transaction) {
  std::vector<AppliedMigration> steps;
  for (const pqxx::row& row :
       transaction.exec("SELECT version, name, checksum FROM schema_migrations ORDER BY version")) {
    steps.push_back({row[0].as<int>(), row[1].c_str(), row[2].c_str()});
  }
  return steps;
}

/// An empty text when all is well.
std::string apply_missing(pqxx::work& transaction) {
  transaction.exec1(kLock);
  if (transaction.exec1("SELECT current_schema()")[0].is_null()) return "has no schema to use";
  const bool begun = !transaction.exec1("SELECT to_regclass('schema_migrations')")[0].is_null();
  if (!begun && !parts_of(transaction, kPresent).empty()) {
    return "is a database of another program; name an empty one";
  }
  if (!begun) transaction.exec0(kRecord);
  const auto applied = applied_steps(transaction);
  const auto missing = missing_steps(migrations(), applied);
  if (!missing) return missing.error();
  for (const Migration& step : *missing) {
    transaction.exec0(std::string(step.sql));
    transaction.exec_params0(
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", step.version,
        std::string(step.name), checksum_of(step));
  }
  return {};
}

std::string find_drift(pqxx::work& transaction) {
  const Parts found = parts_of(transaction, kPresent);
  return describe_drift(expected_parts(transaction), found);
}

PostgresResult<void> checked(PostgresConnection& connection,
                             std::string (*step)(pqxx::work& transaction)) {
  std::string wrong;
  auto done = connection.transact([&](pqxx::work& transaction) {
    wrong = step(transaction);
    if (!wrong.empty()) throw pqxx::usage_error("schema");
  });
  if (!wrong.empty()) return std::unexpected(PostgresError{PostgresError::Kind::refused, wrong});
  return done;
}

}  // namespace

std::span<const Migration> migrations() {
  static constexpr std::array kMigrations{
      Migration{1, "001_ledger", kPostgresLedgerSchema},
  };
  return kMigrations;
}

std::string checksum_of(const Migration& migration) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(migration.sql.data());
  return to_hex(sha256({ByteView(bytes, migration.sql.size())}));
}

std::expected<std::span<const Migration>, std::string> missing_steps(
    std::span<const Migration> known, std::span<const AppliedMigration> applied) {
  for (std::size_t index = 0; index < applied.size(); ++index) {
    const AppliedMigration& step = applied[index];
    if (index >= known.size()) {
      return std::unexpected(
          fmt::format("has migration {}, which this server does not know (it knows {}); use the "
                      "server that applied it",
                      step.name, known.size()));
    }
    if (step.version != known[index].version) {
      return std::unexpected(fmt::format("lacks migration {}", known[index].name));
    }
    if (step.checksum != checksum_of(known[index])) {
      return std::unexpected(
          fmt::format("migration {} was changed after it was applied: {}… then, {}… now", step.name,
                      step.checksum.substr(0, 12), checksum_of(known[index]).substr(0, 12)));
    }
  }
  return known.subspan(applied.size());
}

std::string describe_drift(std::span<const SchemaPart> expected,
                           std::span<const SchemaPart> found) {
  const auto part_named = [](std::span<const SchemaPart> parts, const std::string& name) {
    return std::ranges::find(parts, name, &SchemaPart::name);
  };
  for (const SchemaPart& part : expected) {
    const auto there = part_named(found, part.name);
    if (there == found.end()) return fmt::format("{} is missing", part.name);
    if (there->definition != part.definition) {
      return fmt::format("{} is '{}', expected '{}'", part.name, there->definition,
                         part.definition);
    }
  }
  for (const SchemaPart& part : found) {
    if (part_named(expected, part.name) == expected.end()) {
      return fmt::format("{} is foreign", part.name);
    }
  }
  return {};
}

PostgresResult<void> migrate(PostgresConnection& connection) {
  if (auto applied = checked(connection, apply_missing); !applied) return applied;
  std::string drift;
  auto looked =
      connection.rehearse([&drift](pqxx::work& transaction) { drift = find_drift(transaction); });
  if (!looked) return looked;
  if (drift.empty()) return {};
  return std::unexpected(
      PostgresError{PostgresError::Kind::refused, "its schema has drifted: " + drift});
}

}  // namespace fairrush::server
