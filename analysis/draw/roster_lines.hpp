#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace fairrush::analysis {

/// A token is one line of a roster; what is longer is another kind of file.
inline constexpr std::size_t kTokenBytesMax = 1'024;

/// Takes a roster apart into its tokens as its bytes arrive, holding at most one of them. Lines end
/// in LF or CRLF, the last one may end with the text; a byte order mark is skipped, and so are
/// empty lines at the end. So a token's line is its ticket's number. One thread.
class RosterLines {
 public:
  using OnToken = std::function<void(std::string_view)>;

  /// Gives `on_token` every token that has become whole. The error names the line that is no token:
  /// empty, too long, not UTF-8 or with a control character; nothing may be fed after it.
  std::expected<void, std::string> feed(std::string_view bytes, const OnToken& on_token);

  /// Once, after the last byte: gives the last token when its line had no end.
  std::expected<void, std::string> finish(const OnToken& on_token);

 private:
  std::expected<void, std::string> take(std::string_view line, const OnToken& on_token);

  std::string rest_;
  std::uint64_t line_ = 0;        // of the last line taken, 1-based
  std::uint64_t empty_line_ = 0;  // the first of the empty lines at the end so far; 0: none
};

/// Whether `token` can stand on a line of its own and in a JSON document; the error says why not.
std::expected<void, std::string> check_token(std::string_view token);

}  // namespace fairrush::analysis
