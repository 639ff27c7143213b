#include "loadgen/ledger/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/run/ledger_columns.hpp"
#include "loadgen/ledger/text_template.hpp"

namespace fairrush::loadgen {
namespace {

/// How a kind of source is written.
struct SourceForm {
  LedgerKind kind;
  std::string_view start;
  bool is_url;              ///< handed on as a whole
  std::string_view ending;  ///< a path with this ending needs no start; empty: none
};

constexpr auto kForms = std::to_array<SourceForm>({
    {LedgerKind::http, "http://", true, {}},
    {LedgerKind::postgresql, "postgresql://", true, {}},
    {LedgerKind::postgresql, "postgres://", true, {}},
    {LedgerKind::sqlite, "sqlite:", false, {}},
    {LedgerKind::redis, "redis://", true, {}},
    {LedgerKind::csv, "csv:", false, ".csv"},
    {LedgerKind::ndjson, "ndjson:", false, ".ndjson"},
    {LedgerKind::ndjson, "jsonl:", false, ".jsonl"},
});

constexpr std::string_view kAccepted =
    "expected http://HOST:PORT[/PATH], postgresql://HOST:PORT/DB, sqlite:PATH, "
    "redis://HOST:PORT/DB, csv:PATH or ndjson:PATH";

/// "user:password@host" in a URL.
bool has_password(std::string_view url) {
  const std::size_t authority = url.find("://") + 3;
  const std::string_view rest =
      url.substr(authority, url.find_first_of("/?", authority) - authority);
  const std::size_t at = rest.rfind('@');
  return (at != std::string_view::npos && rest.substr(0, at).contains(':')) ||
         url.contains("password=");
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20; });
}

/// The form that a text begins with, else the one that it ends with.
const SourceForm* form_of(std::string_view text) {
  const auto begins = [text](const SourceForm& form) { return text.starts_with(form.start); };
  const auto ends = [text](const SourceForm& form) {
    return !form.ending.empty() && text.ends_with(form.ending);
  };
  auto form = std::ranges::find_if(kForms, begins);
  if (form == kForms.end()) form = std::ranges::find_if(kForms, ends);
  return form == kForms.end() ? nullptr : &*form;
}

}  // namespace

std::expected<LedgerSource, std::string> parse_ledger_source(std::string_view text) {
  const auto refused = [text] {
    return std::unexpected(
        fmt::format("'{}' is not accepted: {}", analysis::excerpt(text), kAccepted));
  };
  const SourceForm* const form = form_of(text);
  if (form == nullptr || text == form->start) return refused();
  LedgerSource source;
  source.kind = form->kind;
  source.place = text;
  if (!form->is_url) {
    if (text.starts_with(form->start)) source.place.erase(0, form->start.size());
    return source;
  }
  if (has_password(text)) {
    return std::unexpected(
        "a password in a ledger source is not accepted: expected it in PGPASSWORD or ~/.pgpass "
        "(PostgreSQL), in REDISCLI_AUTH (Redis)");
  }
  if (!is_printable(text)) return refused();
  return source;
}

std::expected<std::optional<LedgerSource>, std::string> ledger_source(
    const LedgerOrder& order, const std::string& admin_token) {
  if (!order.source) {
    if (order.query.empty() && order.key.empty() && order.member.empty()) return std::nullopt;
    return std::unexpected("a ledger query, key or member is given without a ledger source");
  }
  auto source = parse_ledger_source(*order.source);
  if (!source) return std::unexpected(std::move(source.error()));
  source->query = order.query;
  source->key = order.key;
  source->member = order.member;
  if (source->kind == LedgerKind::http) source->admin_token = admin_token;
  if (const auto fits = check_ledger_source(*source); !fits) return std::unexpected(fits.error());
  return std::optional(std::move(*source));
}

std::expected<void, std::string> check_ledger_source(const LedgerSource& source) {
  const bool sql = source.kind == LedgerKind::postgresql || source.kind == LedgerKind::sqlite;
  const bool redis = source.kind == LedgerKind::redis;
  if (sql && source.query.empty()) {
    return std::unexpected(
        "a ledger query is missing: expected SQL that yields user, coupon[, round]");
  }
  if (!sql && !source.query.empty()) {
    return std::unexpected("a ledger query is given: expected one for PostgreSQL or SQLite only");
  }
  if (source.query.contains("'{event}'") || source.query.contains("\"{event}\"")) {
    return std::unexpected(
        "the ledger query has {event} in quotes: expected it bare, it is a bound parameter");
  }
  if (redis && source.key.empty()) {
    return std::unexpected("a ledger key is missing: expected a Redis key or a template of keys");
  }
  if (!redis && !(source.key.empty() && source.member.empty())) {
    return std::unexpected("a ledger key or member is given: expected them for Redis only");
  }
  if (!redis) return {};
  const auto key = TextTemplate::parse(source.key);
  if (!key) return std::unexpected("the ledger key: " + key.error());
  const auto member = TextTemplate::parse(source.member);
  if (!member) return std::unexpected("the ledger member: " + member.error());
  if (!source.member.empty() && !(member->has_user() && member->has_coupon())) {
    return std::unexpected("the ledger member: expected {user} and {coupon} in it");
  }
  return {};
}

}  // namespace fairrush::loadgen
