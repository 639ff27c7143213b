#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace fairrush::analysis {

/// Reads JSON texts (RFC 8259) one after the other. A key that stands twice in one object is an
/// error, however deep: of two programs that read it one may take the first and one the last. One
/// thread.
class JsonParser {
 public:
  JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;
  ~JsonParser();

  /// The value of `text`, kept in `memory`. The error says what is wrong: "not JSON: …", or which
  /// key stands twice.
  std::expected<boost::json::value, std::string> operator()(std::string_view text,
                                                            boost::json::storage_ptr memory = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same for a single text.
std::expected<boost::json::value, std::string> parse_json(std::string_view text);

}  // namespace fairrush::analysis
