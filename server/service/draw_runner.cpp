#include "server/service/draw_runner.hpp"

#include <exception>

namespace fairrush::server {

DrawResult run_draw(const DrawJob& job) {
  try {
    return job();
  } catch (const std::exception& error) {
    return std::unexpected(error.what());
  }
}

}  // namespace fairrush::server
