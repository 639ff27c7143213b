#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairrush::server_test {

/// A response as it came over the wire.
struct Reply {
  unsigned status = 0;
  std::string head;  ///< status line and fields
  std::string body;

  /// The value of a field, whatever the case of its name; empty when it is not there.
  std::string field(std::string_view name) const;
  /// The text or number of a member of the JSON body; empty when it is not there.
  std::string member(std::string_view name) const;
  std::string code() const { return member("code"); }
  bool closes() const { return field("Connection") == "close"; }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One blocking connection. Nothing throws: a connection that breaks gives no reply, and stays
/// broken.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  bool connected() const { return socket_ >= 0; }

  std::optional<Reply> get(const std::string& path, const Fields& fields = {});
  std::optional<Reply> post(const std::string& path, const Fields& fields = {},
                            const std::string& body = {});

  /// Sends bytes as they are.
  void send_raw(std::string_view bytes);
  /// Ends our direction; the peer sees the end of the stream.
  void finish_sending();
  /// The next response; nothing when the connection ends first.
  std::optional<Reply> read_reply();
  /// Reads on until `text` has come, for answers without a length; false when the peer ends first.
  bool receive_until(std::string_view text);
  /// What has come and is no part of a reply that was read.
  const std::string& received() const { return received_; }
  /// Whether the peer closes without a further byte.
  bool closed_by_peer();
  void close();

 private:
  bool receive_more();
  std::optional<Reply> exchange(std::string_view method, const std::string& path,
                                const Fields& fields, const std::string& body);

  int socket_ = -1;
  std::string received_;
};

/// Fields of a request of `user`, with an idempotency key unless it is empty.
Fields as_user(std::uint32_t user, const std::string& key = {});
Fields as_admin();

/// Milliseconds since the Unix epoch.
std::int64_t unix_ms();

/// How an event is to run; times from now.
struct EventPlan {
  std::string name = "rush";
  std::string design = "sealed-draw";
  std::string coupons = "\"20%\"";
  std::int64_t reserve_ms = 60'000;  ///< length of the reservations, from now
  std::int64_t pause_ms = 0;
  std::int64_t rush_ms = 3'600'000;
};

/// The JSON body that creates the event.
std::string event_body(const EventPlan& plan);

}  // namespace fairrush::server_test
