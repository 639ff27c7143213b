#include "server/api/interface.hpp"

#include "server/api/openapi.hpp"

namespace fairrush::server {

std::string_view interface_document() {
  return kInterfaceDocument;
}

}  // namespace fairrush::server
