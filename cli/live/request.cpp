#include "cli/live/request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

namespace fairrush::cli {
namespace {

namespace http = boost::beast::http;

Asked asked_for(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/") return Asked::page;
  if (path == "/events") return Asked::events;
  if (path == "/metrics") return Asked::metrics;
  return Asked::unknown_path;
}

}  // namespace

class RequestHead::Parser {
 public:
  Parser() { message_.header_limit(kBytesMax); }

  std::optional<Asked> feed(std::string_view bytes) {
    pending_ += bytes;
    boost::system::error_code error;
    const std::size_t used = message_.put(boost::asio::buffer(pending_), error);
    pending_.erase(0, used);
    if (error == http::error::header_limit) return Asked::header_too_big;
    if (error && error != http::error::need_more) return Asked::malformed;
    if (!message_.is_header_done()) return std::nullopt;
    const auto& head = message_.get();
    if (head.method() != http::verb::get) return Asked::wrong_method;
    return asked_for(std::string_view(head.target().data(), head.target().size()));
  }

 private:
  http::request_parser<http::empty_body> message_;
  std::string pending_;  // the parser takes a head as a whole
};

RequestHead::RequestHead() : parser_(std::make_unique<Parser>()) {}
RequestHead::~RequestHead() = default;

std::optional<Asked> RequestHead::feed(std::string_view bytes) {
  return parser_->feed(bytes);
}

}  // namespace fairrush::cli
