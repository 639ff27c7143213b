#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct nghttp2_session;

namespace fairrush::loadgen {

/// The client's side of one HTTP/2 connection (RFC 9113) without I/O: requests and answers are
/// texts of HTTP/1.1, so that whoever speaks that speaks this. Over nghttp2. One thread.
class Http2Session {
 public:
  using Stream = std::int32_t;

  /// How a stream ended.
  struct Answer {
    enum class Ending : std::uint8_t {
      complete,
      refused,  ///< the peer did nothing about the request (RFC 9113, 8.7)
      broken,   ///< it may have
    };
    Stream stream = 0;
    Ending ending = Ending::broken;
    std::string text;  ///< of a complete answer
  };

  /// `scheme` is "http" or "https".
  explicit Http2Session(std::string_view scheme);
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;
  ~Http2Session();

  /// Whether the peer still takes requests.
  bool accepts() const;

  /// Begins a request; unset when it is not one, or the session takes no more.
  std::optional<Stream> request(std::string_view text);

  /// Gives a request up.
  void cancel(Stream stream);

  /// Takes bytes from the peer.
  void feed(std::string_view bytes);

  /// Whether the peer has said anything in HTTP/2.
  bool has_met_its_peer() const { return met_; }

  /// False when the connection is of no more use, once the output has been taken: the peer broke
  /// the rules, or everything has been said.
  bool is_alive() const;

  /// Bytes for the peer since the last call.
  std::string take_output();

  /// Streams that have ended since the last call.
  std::vector<Answer> take_answers();

  /// Of an answer that is longer the rest is not taken, and it counts as broken.
  static constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 20;

 private:
  struct Exchanged {
    std::string body_out;
    std::size_t body_sent = 0;
    std::string status;
    std::string fields;
    std::string body;
  };
  struct Callbacks;

  std::string scheme_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<Stream, Exchanged> streams_;
  std::vector<Answer> answers_;
  bool met_ = false;
  bool broken_ = false;
};

}  // namespace fairrush::loadgen
