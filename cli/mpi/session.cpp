#include "cli/mpi/session.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "base/assert.hpp"

namespace fairrush::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Done = std::expected<void, std::string>;
using loadgen::Shard;

enum Tag : int { kWord, kAnswer, kSizes, kChunk };

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
/// The first shard takes files when it has taken its evidence, and those of the others before.
constexpr Duration kEvidence = std::chrono::minutes(5);

/// How the shards stand to each other.
enum class Bond : std::uint32_t {
  holds,
  left,    ///< one has failed and said so: all are there to end MPI together
  broken,  ///< one does not answer
};

/// What one shard tells another where they meet.
struct Word {
  Bond bond = Bond::holds;
  std::uint32_t length = 0;
  std::array<char, loadgen::ShardGroup::kWordMax> text{};

  static Word of(std::string_view said, Bond bond) {
    Word word{.bond = bond};
    word.length = static_cast<std::uint32_t>(std::min(said.size(), word.text.size()));
    std::ranges::copy(said.substr(0, word.length), word.text.begin());
    return word;
  }
  std::string said() const { return {text.data(), std::min<std::size_t>(length, text.size())}; }
};

/// Messages go from one shard to another and back; collective calls would wait for ever for one
/// that has died.
class OpenMpiSession final : public MpiSession {
 public:
  explicit OpenMpiSession(std::stop_token stop) : stop_(std::move(stop)) {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    shard_ = {.index = static_cast<std::uint32_t>(rank), .count = static_cast<std::uint32_t>(size)};
  }
  /// To finalize is to wait for all. Without one of them this process just ends, which MPI takes
  /// for an end by accident unless it was told to recover.
  ~OpenMpiSession() override {
    if (whole_) MPI_Finalize();
  }

  Shard shard() const override { return shard_; }
  std::expected<std::string, std::string> meet(const std::string& word, Duration patience) override;
  void leave(const std::string& why) override;
  Done send(const Files& files) override;
  Done receive(std::uint32_t index, const Files& files) override;

 private:
  std::expected<std::string, std::string> hear_all(const std::string& word, Duration patience);
  bool send_bytes(const void* bytes, std::size_t count, std::uint32_t to, Tag tag,
                  Duration patience);
  bool receive_bytes(void* bytes, std::size_t count, std::uint32_t from, Tag tag,
                     Duration patience);
  bool completes(MPI_Request& request, Duration patience) const;
  template <class Done>
  bool waits(Duration patience, Done is_done) const;
  Done send_file(const std::filesystem::path& file);
  Done receive_file(std::uint32_t index, std::uint64_t bytes, const std::filesystem::path& file);

  Shard shard_;
  std::stop_token stop_;
  std::set<std::uint32_t> lost_;  // known to the first
  bool whole_ = true;
};

/// MPI waits by spinning, which would take a processor from the shards that still play.
template <class Done>
bool OpenMpiSession::waits(Duration patience, Done is_done) const {
  const auto begun = SteadyClock::now();
  std::optional<SteadyClock::time_point> stopped;
  while (!is_done()) {
    const auto now = SteadyClock::now();
    // The others are killed when the first one does not wait for them any more.
    if (shard_.index == 0 && stop_.stop_requested() && !stopped) stopped = now;
    if (now - begun > patience || (stopped && now - *stopped > kGrace)) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

bool is_done(MPI_Request& request) {
  int done = 0;
  return MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done != 0;
}

bool OpenMpiSession::completes(MPI_Request& request, Duration patience) const {
  if (waits(patience, [&request] { return is_done(request); })) return true;
  MPI_Cancel(&request);
  MPI_Request_free(&request);
  return false;
}

bool OpenMpiSession::send_bytes(const void* bytes, std::size_t count, std::uint32_t to, Tag tag,
                                Duration patience) {
  MPI_Request request = MPI_REQUEST_NULL;
  const int begun = MPI_Isend(bytes, static_cast<int>(count), MPI_BYTE, static_cast<int>(to), tag,
                              MPI_COMM_WORLD, &request);
  return begun == MPI_SUCCESS && completes(request, patience);
}

bool OpenMpiSession::receive_bytes(void* bytes, std::size_t count, std::uint32_t from, Tag tag,
                                   Duration patience) {
  MPI_Request request = MPI_REQUEST_NULL;
  const int begun = MPI_Irecv(bytes, static_cast<int>(count), MPI_BYTE, static_cast<int>(from), tag,
                              MPI_COMM_WORLD, &request);
  return begun == MPI_SUCCESS && completes(request, patience);
}

std::expected<std::string, std::string> OpenMpiSession::meet(const std::string& word,
                                                             Duration patience) {
  FAIRRUSH_ASSERT(word.size() <= kWordMax);
  if (shard_.index == 0) return hear_all(word, patience);
  const Word mine = Word::of({}, Bond::holds);
  Word answer;
  // The first one waits that long for the slowest, and answers then.
  const bool answered = send_bytes(&mine, sizeof mine, 0, kWord, kTransfer) &&
                        receive_bytes(&answer, sizeof answer, 0, kAnswer, 2 * patience);
  if (answered && answer.bond == Bond::holds) return answer.said();
  if (!answered || answer.bond == Bond::broken) whole_ = false;
  return std::unexpected(answered ? answer.said() : "shard 1 is lost");
}

std::expected<std::string, std::string> OpenMpiSession::hear_all(const std::string& word,
                                                                 Duration patience) {
  std::vector<Word> heard(shard_.count);
  std::vector<MPI_Request> requests(shard_.count, MPI_REQUEST_NULL);
  for (std::uint32_t index = 1; index < shard_.count; ++index) {
    MPI_Irecv(&heard[index], sizeof(Word), MPI_BYTE, static_cast<int>(index), kWord, MPI_COMM_WORLD,
              &requests[index]);
  }
  // A request that is done becomes null, and a null one is done.
  waits(patience, [&requests] { return std::ranges::all_of(requests, is_done); });
  std::string lost;
  for (std::uint32_t index = 1; index < shard_.count; ++index) {
    const bool came = is_done(requests[index]);
    if (!came) MPI_Cancel(&requests[index]);
    if (came && heard[index].bond == Bond::holds) continue;
    if (!came) whole_ = false;
    lost_.insert(index);
    lost += fmt::format("{}shard {} is lost{}", lost.empty() ? "" : "; ", index + 1,
                        came ? ": " + heard[index].said() : "");
  }
  const Bond bond = lost.empty() ? Bond::holds : whole_ ? Bond::left : Bond::broken;
  const Word answer = Word::of(lost.empty() ? word : lost, bond);
  for (std::uint32_t index = 1; index < shard_.count; ++index) {
    if (lost_.contains(index)) continue;
    if (send_bytes(&answer, sizeof answer, index, kAnswer, kTransfer)) continue;
    whole_ = false;
    lost_.insert(index);
    lost = fmt::format("shard {} is lost", index + 1);
  }
  if (lost_.empty()) return word;
  return std::unexpected(lost);
}

void OpenMpiSession::leave(const std::string& why) {
  const Word last = Word::of(why, Bond::left);
  if (shard_.index != 0) {
    send_bytes(&last, sizeof last, 0, kWord, kTransfer);
    return;
  }
  for (std::uint32_t index = 1; index < shard_.count; ++index) {
    send_bytes(&last, sizeof last, index, kAnswer, kGrace);
  }
}

Done OpenMpiSession::send(const Files& files) {
  std::array<std::uint64_t, 2> sizes{};
  std::error_code error;
  sizes[0] = std::filesystem::file_size(files.run_json, error);
  if (!error) sizes[1] = std::filesystem::file_size(files.history, error);
  if (error) {
    return std::unexpected(
        fmt::format("{}: {}", files.run_json.parent_path().string(), error.message()));
  }
  // The first one comes to it when it has taken its evidence.
  if (!send_bytes(sizes.data(), sizeof sizes, 0, kSizes, kTransfer)) {
    return std::unexpected("shard 1 does not take what this one has recorded");
  }
  if (auto sent = send_file(files.run_json); !sent) return sent;
  return send_file(files.history);
}

Done OpenMpiSession::send_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> chunk(kChunkBytes);
  while (stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
         stream.gcount() > 0) {
    if (!send_bytes(chunk.data(), static_cast<std::size_t>(stream.gcount()), 0, kChunk,
                    kEvidence)) {
      return std::unexpected(fmt::format("{}: shard 1 does not take it", file.string()));
    }
  }
  return {};
}

Done OpenMpiSession::receive(std::uint32_t index, const Files& files) {
  std::array<std::uint64_t, 2> sizes{};
  if (lost_.contains(index)) return std::unexpected("it is lost");
  if (!receive_bytes(sizes.data(), sizeof sizes, index, kSizes, kTransfer)) {
    whole_ = false;
    return std::unexpected("it does not send what it has recorded");
  }
  if (auto received = receive_file(index, sizes[0], files.run_json); !received) return received;
  return receive_file(index, sizes[1], files.history);
}

Done OpenMpiSession::receive_file(std::uint32_t index, std::uint64_t bytes,
                                  const std::filesystem::path& file) {
  std::ofstream stream(file, std::ios::binary);
  std::vector<char> chunk(kChunkBytes);
  for (std::uint64_t left = bytes; left > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk.size()));
    if (!receive_bytes(chunk.data(), count, index, kChunk, kTransfer)) {
      whole_ = false;
      return std::unexpected(fmt::format("it was lost with {} bytes still to send", left));
    }
    stream.write(chunk.data(), static_cast<std::streamsize>(count));
    left -= count;
  }
  stream.close();
  if (stream) return {};
  return std::unexpected(fmt::format("{}: cannot be written", file.string()));
}

}  // namespace

std::expected<std::unique_ptr<MpiSession>, std::string> MpiSession::join(std::stop_token stop) {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (size == nullptr || std::string_view(size) == "1") return nullptr;
  return std::make_unique<OpenMpiSession>(std::move(stop));
}

}  // namespace fairrush::cli
