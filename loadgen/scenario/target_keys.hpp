#pragma once

#include "base/options.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// Adds target.reserve.path and all other keys that say how a service is spoken to. `order` must
/// outlive the table.
void add_request_keys(OptionTable& keys, TargetOrder& order);

/// The same for target.token.*.
void add_tls_keys(OptionTable& keys, TlsOrder& order);
void add_token_keys(OptionTable& keys, TokenOrder& order);

}  // namespace fairrush::loadgen
