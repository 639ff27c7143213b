#include "server/http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstring>
#include <optional>
#include <string>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Keeps what the server reads of a message, in memory that is used again for the next one.
struct MessageParts {
  Method method = Method::other;
  int version = 0;  ///< 10 or 11
  std::string target;
  std::string authorization;
  std::string user_id;
  std::string idempotency_key;
  std::string user_agent;
  std::string accept;
  std::string prefer;
  std::string request_id;
  std::string body;
  bool has_host = false;
  bool has_transfer_encoding = false;
  bool expects_continue = false;

  void clear() {
    method = Method::other;
    for (std::string* text : {&target, &authorization, &user_id, &idempotency_key, &user_agent,
                              &accept, &prefer, &request_id, &body}) {
      text->clear();
    }
    has_host = has_transfer_encoding = expects_continue = false;
  }
};

/// Beast's parser without its container of fields: only the few that matter are copied.
class MessageParser final : public http::basic_parser<true> {
 public:
  MessageParser(MessageParts& parts, const RequestLimits& limits)
      : parts_(parts), header_left_(limits.header.bytes) {
    header_limit(static_cast<std::uint32_t>(limits.header.bytes));
    body_limit(limits.body.bytes);
    eager(true);
  }

 private:
  void on_request_impl(http::verb method, beast::string_view, beast::string_view target,
                       int version, error_code& error) override {
    if (version != 10 && version != 11) error = http::error::bad_version;
    parts_.version = version;
    if (method == http::verb::get) parts_.method = Method::get;
    if (method == http::verb::post) parts_.method = Method::post;
    parts_.target = view(target);
    count_header(target.size() + kRequestLineRest, error);
  }

  void on_field_impl(http::field name, beast::string_view name_text, beast::string_view value,
                     error_code& error) override {
    count_header(name_text.size() + value.size() + kFieldRest, error);
    // The parser reports trailers here too. A gateway does not look for X-User-ID there.
    if (error || is_header_done()) return;
    if (name == http::field::host) {
      note_once(parts_.has_host, error);
    } else if (name == http::field::transfer_encoding) {
      // The parser takes a message in a coding that it does not know for one without a body, and
      // would read that body as the next request: RFC 9112 §6.3 demands a refusal.
      note_once(parts_.has_transfer_encoding, error);
      if (!beast::iequals(value, "chunked")) error = http::error::bad_transfer_encoding;
    } else if (name == http::field::authorization) {
      keep_once(parts_.authorization, value, error);
    } else if (name == http::field::user_agent) {
      parts_.user_agent = view(value);
    } else if (name == http::field::accept) {
      parts_.accept = view(value);
    } else if (name == http::field::prefer) {
      parts_.prefer = view(value);
    } else if (name == http::field::expect) {
      parts_.expects_continue = beast::iequals(value, "100-continue");
    } else if (name != http::field::unknown) {
      return;
    } else if (beast::iequals(name_text, "X-User-ID")) {
      keep_once(parts_.user_id, value, error);
    } else if (beast::iequals(name_text, "Idempotency-Key")) {
      keep_once(parts_.idempotency_key, value, error);
    } else if (beast::iequals(name_text, "X-Request-ID")) {
      parts_.request_id = view(value);
    }
  }

  /// The parser's own limit starts anew behind the fields that an earlier call consumed.
  void count_header(std::size_t bytes, error_code& error) {
    if (bytes > header_left_) error = http::error::header_limit;
    header_left_ -= std::min(bytes, header_left_);
  }

  /// Two different values for who asks would let a gateway and this server see different users.
  static void keep_once(std::string& kept, beast::string_view value, error_code& error) {
    if (!kept.empty()) error = http::error::bad_field;
    kept = view(value);
  }

  static void note_once(bool& noted, error_code& error) {
    if (noted) error = http::error::bad_field;
    noted = true;
  }

  void on_header_impl(error_code& error) override {
    if (parts_.version == 11 && !parts_.has_host) error = http::error::bad_field;
    if (parts_.version == 10 && parts_.has_transfer_encoding) {
      error = http::error::bad_transfer_encoding;
    }
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    parts_.body += view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    parts_.body += view(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  static constexpr std::size_t kRequestLineRest = 15;  // "GET ", " HTTP/1.1", line end
  static constexpr std::size_t kFieldRest = 4;         // ": ", line end

  MessageParts& parts_;
  std::size_t header_left_;
};

}  // namespace

class RequestReader::Parser {
 public:
  explicit Parser(const RequestLimits& limits) : limits_(limits) { begin(); }

  void begin() {
    parts_.clear();
    message_.emplace(parts_, limits_);
  }

  MessageParser& message() { return *message_; }
  const MessageParts& parts() const { return parts_; }

  const Request& complete() {
    request_ = {.method = parts_.method,
                .target = parts_.target,
                .authorization = parts_.authorization,
                .user_id = parts_.user_id,
                .idempotency_key = parts_.idempotency_key,
                .user_agent = parts_.user_agent,
                .accept = parts_.accept,
                .prefer = parts_.prefer,
                .request_id = parts_.request_id,
                .body = parts_.body};
    return request_;
  }

 private:
  const RequestLimits limits_;
  MessageParts parts_;
  std::optional<MessageParser> message_;
  Request request_;
};

RequestReader::RequestReader(RequestLimits limits)
    : limits_(limits),
      buffer_(std::make_unique_for_overwrite<char[]>(limits.header.bytes)),
      parser_(std::make_unique<Parser>(limits)) {}
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

std::span<char> RequestReader::free_space() {
  return {buffer_.get() + filled_, limits_.header.bytes - filled_};
}

void RequestReader::received(std::size_t bytes) {
  filled_ += bytes;
  FAIRRUSH_ASSERT(filled_ <= limits_.header.bytes);
}

RequestReader::State RequestReader::advance() {
  MessageParser& message = parser_->message();
  std::size_t used = 0;
  error_code error;
  while (used < filled_ && !message.is_done() && !error) {
    used += message.put(boost::asio::buffer(buffer_.get() + used, filled_ - used), error);
  }
  filled_ -= used;
  std::memmove(buffer_.get(), buffer_.get() + used, filled_);
  if (error == http::error::header_limit) return State::header_too_large;
  if (error == http::error::body_limit) return State::body_too_large;
  if (error && error != http::error::need_more) return State::malformed;
  if (message.is_done()) return State::complete;
  // What the parser leaves behind is an unfinished line; one that fills the buffer never ends.
  return filled_ == limits_.header.bytes ? State::header_too_large : State::need_more;
}

void RequestReader::next() {
  parser_->begin();
}

bool RequestReader::started() const {
  return filled_ > 0 || parser_->message().got_some();
}

const Request& RequestReader::request() const {
  return parser_->complete();
}

bool RequestReader::keep_alive() const {
  return parser_->message().keep_alive();
}

bool RequestReader::takes_chunks() const {
  return parser_->parts().version == 11;
}

bool RequestReader::expects_continue() const {
  return parser_->parts().expects_continue && parser_->message().is_header_done();
}

}  // namespace fairrush::server
