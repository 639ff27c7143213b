#include "base/draw/rfc3797.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/arguments.hpp"
#include "cli/draw/files.hpp"
#include "cli/draw/subcommands.hpp"

namespace fairrush::cli {
namespace {

struct SelectionOptions {
  std::vector<std::string> sources;
  std::uint32_t pool = 0;  ///< 0: as many as names
  std::uint32_t picks = 0;
  std::optional<std::string> names;
  std::optional<std::string> selected;
};

using Places = std::vector<std::uint32_t>;

std::expected<std::vector<std::string>, std::string> read_names(const std::string& file) {
  std::vector<std::string> names;
  const auto take = [&names](std::string_view name) { names.emplace_back(name); };
  return read_document(
      file, [&](std::string_view text) -> std::expected<std::vector<std::string>, std::string> {
        analysis::RosterLines lines;
        if (const auto fed = lines.feed(text, take); !fed) return std::unexpected(fed.error());
        if (const auto end = lines.finish(take); !end) return std::unexpected(end.error());
        return std::move(names);
      });
}

/// Reads "17,7,2".
std::expected<Places, std::string> places_in(std::string_view text) {
  Places places;
  while (true) {
    const std::string_view word = text.substr(0, text.find(','));
    const char* const word_end = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), word_end, places.emplace_back());
    if (error != std::errc{} || end != word_end) {
      return std::unexpected(fmt::format(
          "--selected: '{}' is not accepted: expected places separated by commas", word));
    }
    if (word.size() == text.size()) return places;
    text.remove_prefix(word.size() + 1);
  }
}

ExitCode judge(const Places& selection, const Places& published) {
  const auto differ = std::ranges::mismatch(selection, published);
  if (differ.in1 == selection.end() && differ.in2 == published.end()) {
    fmt::print("yes: the {} published places are what the sources select\n", published.size());
    return ExitCode::pass;
  }
  fmt::print("no: pick {} is published as {}, the sources select {}\n",
             differ.in2 - published.begin() + 1,
             differ.in2 == published.end() ? "nothing" : std::to_string(*differ.in2),
             differ.in1 == selection.end() ? "nothing" : std::to_string(*differ.in1));
  return ExitCode::check_failed;
}

void print_picks(const Places& selection, const std::vector<std::string>& names) {
  if (names.empty()) return fmt::print("{}\n", fmt::join(selection, ","));
  for (const std::uint32_t place : selection) fmt::print("{}\t{}\n", place, names[place - 1]);
}

ExitCode select(SelectionOptions& options) {
  const auto key = rfc3797_key(options.sources);
  if (!key) return refuse("--source: " + key.error());
  std::vector<std::string> names;
  if (options.names) {
    auto read = read_names(*options.names);
    if (!read) return refuse(read.error());
    names = std::move(*read);
    if (options.pool == 0 && names.size() <= kRfc3797PoolMax) {
      options.pool = static_cast<std::uint32_t>(names.size());
    }
    if (names.size() != options.pool) {
      return refuse(fmt::format("{}: {} names, expected {} and at most {}", *options.names,
                                names.size(), options.pool, kRfc3797PoolMax));
    }
  }
  std::optional<Places> published;
  if (options.selected) {
    auto places = places_in(*options.selected);
    if (!places) return refuse(places.error());
    if (options.picks == 0) options.picks = static_cast<std::uint32_t>(places->size());
    published = std::move(*places);
  }
  if (options.pool == 0 || options.picks == 0 || options.picks > options.pool) {
    return refuse(fmt::format("--picks: {} of a pool of {}: expected 1 to the size of --pool",
                              options.picks, options.pool));
  }
  const Places selection = rfc3797_selection(*key, {.size = options.pool, .picks = options.picks});
  fmt::print("key {}\n", *key);
  if (published) return judge(selection, *published);
  print_picks(selection, names);
  return ExitCode::pass;
}

}  // namespace

ExitCode draw_rfc3797_main(std::vector<std::string> arguments) {
  SelectionOptions options;
  OptionTable table;
  table.add({"source", "NUMBERS", "Integers of one source, in the order of the sources"},
            options.sources);
  table.add({"pool", "N", "Size of the pool"}, options.pool,
            Between<std::uint32_t>{0, kRfc3797PoolMax});
  table.add({"names", "FILE", "The pool as a list, one a line"}, options.names);
  table.add({"picks", "K", "How many are selected"}, options.picks,
            Between<std::uint32_t>{0, kRfc3797PoolMax});
  table.add(
      {"selected", "LIST", "The published places, such as 17,7,2: say whether they are right"},
      options.selected);
  const auto positionals =
      read_arguments({.name = "fairrush draw rfc3797",
                      .purpose = "Run the publicly verifiable selection of RFC 3797 again.",
                      .positionals_hint = ""},
                     table, std::move(arguments));
  if (!positionals) return positionals.error();
  return select(options);
}

}  // namespace fairrush::cli
