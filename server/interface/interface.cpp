#include "server/interface/interface.hpp"

#include "server/interface/openapi.hpp"

namespace fairrush::server {

std::string_view interface_document() {
  return kInterfaceDocument;
}

}  // namespace fairrush::server
