// For a build without MPI: several copies that know nothing of each other must not rush as one.
#include <cstdlib>

#include "cli/mpi/session.hpp"

namespace fairrush::cli {

std::expected<std::unique_ptr<MpiSession>, std::string> MpiSession::join(std::stop_token) {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (size == nullptr || std::string_view(size) == "1") return nullptr;
  return std::unexpected(
      "mpirun has started several copies, but this fairrush was built without MPI: install "
      "libopenmpi-dev and build again, or use --shard");
}

}  // namespace fairrush::cli
