#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::loadgen {

/// How much of an answer is taken before it counts as broken.
struct AnswerLimits {
  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t body_bytes = std::size_t{64} * 1024;
};

/// The answer side of one HTTP/1.x exchange as a state machine without I/O: bytes go in, what is
/// known about the answer comes out. Interim (1xx) answers are stepped over. Reused for any number
/// of exchanges, one after the other, without allocating once its buffers have grown. One thread.
class Exchange {
 public:
  enum class State {
    reading,   ///< more bytes are needed
    complete,  ///< the whole answer is here
    broken,    ///< not HTTP, or beyond the limits; nothing more can be learned from this connection
    cut_off,   ///< the peer ended before the answer did
  };

  /// `watched` are the names of the headers that are kept, however they are capitalised.
  explicit Exchange(AnswerLimits limits = {}, std::vector<std::string> watched = {});
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;
  ~Exchange();

  /// A further one with the same limits and watched headers.
  Exchange another() const;

  /// Forgets the last answer and waits for the first byte of the next one.
  void start();

  /// Takes the next bytes from the peer. Not allowed once the answer is complete, broken or cut
  /// off.
  State feed(std::string_view bytes);

  /// The peer will send no more. Completes an answer whose length is "until the end".
  State end();

  State state() const;

  /// Of a complete answer: 200 … 999.
  unsigned status() const;
  /// Of a complete answer, without transfer coding. Valid until `start`.
  std::string_view body() const;
  /// Of a complete answer: the watched headers' values, in the order of their names; empty for one
  /// that did not come. The last one counts. Valid until `start`.
  std::span<const std::string> headers() const;
  /// Of a complete answer: whether the next request may use the connection. False also when the
  /// peer sent more than it was asked for.
  bool keep_alive() const;
  /// Of a broken answer: what was wrong with it.
  std::string_view failure() const;

 private:
  class Parser;
  struct Machine;

  void forget_headers();
  State parse(std::string_view& bytes);
  State complete(bool was_all);
  void remember(std::string_view answer);
  State recall(std::string_view answer);

  std::unique_ptr<Machine> machine_;
};

}  // namespace fairrush::loadgen
