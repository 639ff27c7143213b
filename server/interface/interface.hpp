#pragma once

#include <string_view>

namespace fairrush::server {

/// The OpenAPI document of this server, JSON.
std::string_view interface_document();

}  // namespace fairrush::server
