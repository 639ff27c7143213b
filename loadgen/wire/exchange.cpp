#include "loadgen/wire/exchange.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

/// 100 Continue and its like: an answer follows them.
bool is_interim(unsigned status) {
  return status >= 100 && status < 200;
}

constexpr unsigned kInterimAnswersMax = 8;

/// "0\r\n\r\n", the shortest end of a chunked body.
constexpr std::size_t kLastChunkBytes = 5;

}  // namespace

/// The headers somebody wants to know.
struct Watched {
  std::vector<std::string> names;
  std::vector<std::string> values;  // by name
};

/// Beast's parser without its message: only the status, the body and watched headers are kept. The
/// parser cannot be started anew, so each answer gets a new one, in place.
class Exchange::Parser final : public http::basic_parser<false> {
 public:
  Parser(std::string& body, Watched& watched, const AnswerLimits& limits)
      : body_(body), watched_(watched) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
  }

  unsigned status() const { return status_; }

 private:
  using View = boost::beast::string_view;

  void on_request_impl(http::verb, View, View, int, error_code&) override {}
  void on_response_impl(int code, View, int, error_code&) override {
    status_ = static_cast<unsigned>(code);
  }
  void on_field_impl(http::field, View name, View value, error_code&) override {
    for (std::size_t place = 0; place < watched_.names.size(); ++place) {
      if (!boost::beast::iequals(name, watched_.names[place])) continue;
      watched_.values[place].assign(value.data(), value.size());
    }
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View part, error_code&) override { return keep(part); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View part, error_code&) override {
    return keep(part);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t keep(View part) {
    body_.append(part.data(), part.size());
    return part.size();
  }

  std::string& body_;
  Watched& watched_;
  unsigned status_ = 0;
};

/// What the head of a whole answer said, so that the same bytes need not be parsed again: a service
/// says most answers of one second with the same head.
struct KnownHead {
  std::string bytes;
  std::size_t body_bytes = 0;
  unsigned status = 0;
  bool keep_alive = false;
  std::vector<std::string> values;  // of the watched headers

  bool begins(std::string_view answer) const {
    return !bytes.empty() && answer.size() == bytes.size() + body_bytes &&
           answer.starts_with(bytes);
  }
};

struct Exchange::Machine {
  AnswerLimits limits;
  State state = State::reading;
  unsigned interim_answers = 0;
  unsigned status = 0;      // of a complete answer
  bool keep_alive = false;  // likewise
  std::string body;
  Watched watched;
  std::string unparsed;  // the start of a header that has not come in whole
  std::string failure;
  std::optional<Parser> parser;  // unset: no byte of the answer has been parsed
  KnownHead known;
};

Exchange::Exchange(AnswerLimits limits, std::vector<std::string> watched)
    : machine_(std::make_unique<Machine>()) {
  machine_->limits = limits;
  machine_->watched.values.resize(watched.size());
  machine_->watched.names = std::move(watched);
  start();
}
Exchange Exchange::another() const {
  return Exchange(machine_->limits, machine_->watched.names);
}

Exchange::Exchange(Exchange&&) noexcept = default;
Exchange& Exchange::operator=(Exchange&&) noexcept = default;
Exchange::~Exchange() = default;

void Exchange::start() {
  Machine& machine = *machine_;
  machine.state = State::reading;
  machine.interim_answers = 0;
  machine.body.clear();
  forget_headers();
  machine.unparsed.clear();
  machine.failure.clear();
  machine.parser.reset();
}

/// What an interim answer said is no part of the one that follows.
void Exchange::forget_headers() {
  for (std::string& value : machine_->watched.values) value.clear();
}

/// Parses as much of `bytes` as can be parsed now and cuts that off.
Exchange::State Exchange::parse(std::string_view& bytes) {
  Machine& machine = *machine_;
  if (!machine.parser) machine.parser.emplace(machine.body, machine.watched, machine.limits);
  while (!bytes.empty() && !machine.parser->is_done()) {
    // Fewer bytes cannot end the body, and Beast asserts that a last chunk it has begun to read
    // comes back with as many (boostorg/beast, pull request 2861).
    const bool in_chunks = machine.parser->is_header_done() && machine.parser->chunked();
    if (in_chunks && bytes.size() < kLastChunkBytes) break;
    error_code error;
    const std::size_t used =
        machine.parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(used);
    if (error == http::error::need_more) break;
    if (error) {
      machine.failure = error.message();
      return machine.state = State::broken;
    }
    if (machine.parser->is_done() && is_interim(machine.parser->status())) {
      if (++machine.interim_answers > kInterimAnswersMax) {
        machine.failure = "too many interim answers";
        return machine.state = State::broken;
      }
      forget_headers();
      machine.parser.emplace(machine.body, machine.watched, machine.limits);
    } else if (used == 0) {
      break;
    }
  }
  if (!machine.parser->is_done()) return machine.state = State::reading;
  return complete(bytes.empty());
}

Exchange::State Exchange::complete(bool was_all) {
  Machine& machine = *machine_;
  machine.status = machine.parser->status();
  machine.keep_alive = was_all && machine.parser->keep_alive();
  return machine.state = State::complete;
}

/// Keeps the head of `answer`, which was parsed as a whole, unless its body was in chunks.
void Exchange::remember(std::string_view answer) {
  Machine& machine = *machine_;
  if (machine.parser->chunked() || machine.interim_answers > 0) return;
  KnownHead& known = machine.known;
  known.bytes.assign(answer.substr(0, answer.size() - machine.body.size()));
  known.body_bytes = machine.body.size();
  known.status = machine.status;
  known.keep_alive = machine.keep_alive;
  known.values = machine.watched.values;
}

/// Takes an answer whose head is known.
Exchange::State Exchange::recall(std::string_view answer) {
  Machine& machine = *machine_;
  const KnownHead& known = machine.known;
  machine.body.assign(answer.substr(known.bytes.size()));
  machine.watched.values = known.values;
  machine.status = known.status;
  machine.keep_alive = known.keep_alive;
  return machine.state = State::complete;
}

Exchange::State Exchange::feed(std::string_view bytes) {
  Machine& machine = *machine_;
  FAIRRUSH_ASSERT(machine.state == State::reading);
  if (machine.unparsed.empty()) {
    const bool is_first = !machine.parser;
    if (is_first && machine.known.begins(bytes)) return recall(bytes);
    const std::string_view answer = bytes;
    parse(bytes);
    if (is_first && machine.state == State::complete && bytes.empty()) remember(answer);
    if (machine.state == State::reading) machine.unparsed.assign(bytes);
  } else {
    machine.unparsed.append(bytes);
    std::string_view rest = machine.unparsed;
    parse(rest);
    machine.unparsed.erase(0, machine.unparsed.size() - rest.size());
  }
  const std::size_t unparsed_max = machine.limits.header_bytes;
  if (machine.state == State::reading && machine.unparsed.size() > unparsed_max) {
    machine.failure = "header limit exceeded";
    machine.state = State::broken;
  }
  return machine.state;
}

Exchange::State Exchange::end() {
  Machine& machine = *machine_;
  FAIRRUSH_ASSERT(machine.state == State::reading);
  if (!machine.parser || !machine.parser->got_some() || !machine.unparsed.empty()) {
    return machine.state = State::cut_off;
  }
  error_code error;
  machine.parser->put_eof(error);
  if (error || !machine.parser->is_done()) return machine.state = State::cut_off;
  return complete(true);
}

Exchange::State Exchange::state() const {
  return machine_->state;
}

unsigned Exchange::status() const {
  return machine_->status;
}

std::string_view Exchange::body() const {
  return machine_->body;
}

std::span<const std::string> Exchange::headers() const {
  return machine_->watched.values;
}

bool Exchange::keep_alive() const {
  return machine_->keep_alive;
}

std::string_view Exchange::failure() const {
  return machine_->failure;
}

}  // namespace fairrush::loadgen
