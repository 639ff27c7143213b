#pragma once

#include <string>
#include <string_view>

namespace fairrush {

/// What this binary was built from.
struct Version {
  std::string_view number;  ///< "0.1.0"
  std::string_view commit;  ///< short hash, "+" behind it when the tree had changes; may be empty
  std::string_view build_type;  ///< "Release", "Debug", "Debug address,undefined"
};
Version version();

/// "0.1.0 (a1b2c3d)"
std::string version_text();

/// Whether figures measured with this binary mean anything: optimised, without sanitizers.
bool is_release_build();

}  // namespace fairrush
