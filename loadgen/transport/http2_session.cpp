#include "loadgen/transport/http2_session.hpp"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

std::string_view text_of(const std::uint8_t* bytes, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

nghttp2_nv field_of(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    // nghttp2 copies both, and writes to neither.
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// What belongs to a connection of HTTP/1.1 and not to a request (RFC 9113, 8.2.2).
bool is_of_the_connection(std::string_view name) {
  return name == "connection" || name == "host" || name == "keep-alive" ||
         name == "transfer-encoding" || name == "upgrade";
}

/// A request of HTTP/1.1, taken apart.
struct Request {
  std::string method;
  std::string path;
  std::string authority;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string_view body;
};

std::string_view cut_line(std::string_view& text) {
  const std::size_t end = std::min(text.find("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return line;
}

std::optional<Request> parse(std::string_view text) {
  Request request;
  const std::string_view first = cut_line(text);
  const std::size_t after_method = first.find(' ');
  const std::size_t after_path = first.rfind(' ');
  if (after_method == first.npos || after_path <= after_method) return std::nullopt;
  request.method = first.substr(0, after_method);
  request.path = first.substr(after_method + 1, after_path - after_method - 1);
  for (std::string_view line = cut_line(text); !line.empty(); line = cut_line(text)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return std::nullopt;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "host") request.authority = value;
    if (!is_of_the_connection(name)) request.fields.emplace_back(std::move(name), value);
  }
  request.body = text;
  return request;
}

}  // namespace

/// What nghttp2 calls; `self` is the session.
struct Http2Session::Callbacks {
  static Http2Session& session(void* self) { return *static_cast<Http2Session*>(self); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    // An interim answer (1xx) is forgotten when the next one begins.
    const auto found = session(self).streams_.find(frame->hd.stream_id);
    if (found == session(self).streams_.end() || !found->second.body.empty()) return 0;
    found->second.status.clear();
    found->second.fields.clear();
    return 0;
  }

  static int frame(nghttp2_session*, const nghttp2_frame*, void* self) {
    session(self).met_ = true;
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                    std::uint8_t, void* self) {
    const auto found = session(self).streams_.find(frame->hd.stream_id);
    if (found == session(self).streams_.end()) return 0;
    Exchanged& exchanged = found->second;
    const std::string_view key = text_of(name, name_length);
    const std::string_view text = text_of(value, value_length);
    if (key == ":status") {
      exchanged.status = text;
    } else if (key != "content-length" && !key.starts_with(':')) {
      exchanged.fields += fmt::format("{}: {}\r\n", key, text);
    }
    return exchanged.fields.size() > kAnswerBytesMax ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
  }

  static int data(nghttp2_session* from, std::uint8_t, std::int32_t stream,
                  const std::uint8_t* bytes, std::size_t length, void* self) {
    const auto found = session(self).streams_.find(stream);
    if (found == session(self).streams_.end()) return 0;
    found->second.body += text_of(bytes, length);
    if (found->second.body.size() > kAnswerBytesMax) {
      nghttp2_submit_rst_stream(from, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    }
    return 0;
  }

  static int close(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* self) {
    auto taken = session(self).streams_.extract(stream);
    if (taken.empty()) return 0;
    const Exchanged& exchanged = taken.mapped();
    Answer answer{.stream = stream, .ending = Answer::Ending::broken, .text = {}};
    if (error == NGHTTP2_REFUSED_STREAM) answer.ending = Answer::Ending::refused;
    if (error == NGHTTP2_NO_ERROR && !exchanged.status.empty()) {
      answer.ending = Answer::Ending::complete;
      answer.text = fmt::format("HTTP/1.1 {} \r\n{}content-length: {}\r\n\r\n{}", exchanged.status,
                                exchanged.fields, exchanged.body.size(), exchanged.body);
    }
    session(self).answers_.push_back(std::move(answer));
    return 0;
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t stream, std::uint8_t* buffer,
                           std::size_t length, std::uint32_t* flags, nghttp2_data_source*,
                           void* self) {
    const auto found = session(self).streams_.find(stream);
    if (found == session(self).streams_.end()) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    Exchanged& exchanged = found->second;
    const std::size_t part = std::min(length, exchanged.body_out.size() - exchanged.body_sent);
    std::memcpy(buffer, exchanged.body_out.data() + exchanged.body_sent, part);
    exchanged.body_sent += part;
    if (exchanged.body_sent == exchanged.body_out.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(part);
  }
};

Http2Session::Http2Session(std::string_view scheme) : scheme_(scheme) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::frame);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::close);
  const int made = nghttp2_session_client_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  if (made != 0) throw std::bad_alloc();
  const nghttp2_settings_entry no_push{NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &no_push, 1);
}

Http2Session::~Http2Session() {
  nghttp2_session_del(session_);
}

bool Http2Session::accepts() const {
  return nghttp2_session_check_request_allowed(session_) != 0;
}

std::optional<Http2Session::Stream> Http2Session::request(std::string_view text) {
  const auto parsed = parse(text);
  if (!parsed) return std::nullopt;
  std::vector<nghttp2_nv> fields{field_of(":method", parsed->method), field_of(":scheme", scheme_),
                                 field_of(":authority", parsed->authority),
                                 field_of(":path", parsed->path)};
  for (const auto& [name, value] : parsed->fields) fields.push_back(field_of(name, value));
  nghttp2_data_provider body{.source = {}, .read_callback = &Callbacks::read_body};
  const Stream stream = nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                               parsed->body.empty() ? nullptr : &body, nullptr);
  if (stream < 0) return std::nullopt;
  streams_[stream].body_out = parsed->body;
  return stream;
}

void Http2Session::cancel(Stream stream) {
  if (streams_.erase(stream) == 0) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

void Http2Session::feed(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) broken_ = true;
}

bool Http2Session::is_alive() const {
  return !broken_ && nghttp2_session_want_read(session_) != 0;
}

std::string Http2Session::take_output() {
  std::string output;
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session_, &bytes);
    if (length <= 0) return output;
    output += text_of(bytes, static_cast<std::size_t>(length));
  }
}

std::vector<Http2Session::Answer> Http2Session::take_answers() {
  return std::exchange(answers_, {});
}

}  // namespace fairrush::loadgen
