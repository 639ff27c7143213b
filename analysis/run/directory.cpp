#include "analysis/run/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "analysis/run/facts_json.hpp"

namespace fairrush::analysis {
namespace {

std::unexpected<std::string> wrong(const std::filesystem::path& file, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", file.string(), what));
}

std::expected<std::string, std::string> read_text(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return wrong(file, "missing");
  if (!std::filesystem::is_regular_file(file, failure)) return wrong(file, "not a regular file");
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream && !stream.eof()) {
    return wrong(file, fmt::format("cannot read: {}", std::generic_category().message(errno)));
  }
  return text;
}

std::expected<RunFacts, std::string> read_facts(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  boost::system::error_code failure;
  const boost::json::value document = boost::json::parse(*text, failure);
  if (failure) return wrong(file, fmt::format("not JSON: {}", failure.message()));
  const boost::json::object* root = document.if_object();
  const boost::json::value* version = root ? root->if_contains("version") : nullptr;
  const boost::json::value* facts = root ? root->if_contains("facts") : nullptr;
  if (!version || !version->is_int64() || !facts) {
    return wrong(file, "not a run: expected an object with an integer \"version\" and \"facts\"");
  }
  if (version->get_int64() != kRunVersion) {
    return wrong(
        file,
        fmt::format("run version {}, this program reads {}; {}", version->get_int64(), kRunVersion,
                    version->get_int64() > kRunVersion ? "a newer fairrush wrote it"
                                                       : "no fairrush wrote such a version"));
  }
  auto read = facts_from_json(*facts);
  if (!read) return wrong(file, read.error());
  return read;
}

std::expected<void, std::string> check_users(const RunEvidence& evidence,
                                             const std::filesystem::path& file) {
  for (const HistoryBlock& block : evidence.history.blocks()) {
    for (const AttemptRecord& record : block.records) {
      if (record.user < evidence.facts.users) continue;
      return wrong(file, fmt::format("attempt {} is of user {}, but run.json says {} users: they "
                                     "are not of one run",
                                     record.attempt, record.user, evidence.facts.users));
    }
  }
  return {};
}

/// The file's parsed content, or nothing when there is no such file.
template <class T, class Parse>
std::expected<std::optional<T>, std::string> read_optional(const std::filesystem::path& file,
                                                           Parse parse) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure) && !failure) return std::nullopt;
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  auto parsed = parse(std::string_view(*text));
  if (!parsed) return wrong(file, parsed.error());
  return std::optional<T>(std::move(*parsed));
}

}  // namespace

std::expected<RunEvidence, std::string> load_run(const RunDirectory& directory) {
  auto facts = read_facts(directory.run_json());
  if (!facts) return std::unexpected(std::move(facts.error()));
  return load_evidence(directory, std::move(*facts));
}

std::expected<RunEvidence, std::string> load_evidence(const RunDirectory& directory,
                                                      RunFacts facts) {
  auto history = History::open(directory.history());
  if (!history) return std::unexpected(std::move(history.error()));
  auto ledger = read_optional<Ledger>(directory.ledger(), parse_ledger_csv);
  if (!ledger) return std::unexpected(std::move(ledger.error()));
  if (!*ledger && !facts.ledger_missing) {
    return wrong(directory.ledger(), "missing, though run.json says that there is a ledger");
  }
  auto draw = read_optional<PublishedDraw>(directory.draw(), parse_published_draw);
  if (!draw) return std::unexpected(std::move(draw.error()));
  RunEvidence evidence{std::move(facts), std::move(*history), std::move(*ledger), std::move(*draw)};
  if (auto users = check_users(evidence, directory.history()); !users) {
    return std::unexpected(std::move(users.error()));
  }
  return evidence;
}

}  // namespace fairrush::analysis
