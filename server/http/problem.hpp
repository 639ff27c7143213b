#pragma once

#include <string_view>

#include "server/domain/error.hpp"
#include "server/http/exchange.hpp"

namespace fairrush::server {

/// The HTTP status that goes with an error.
unsigned status_of(ErrorCode code);

/// The reason phrase of a status this server sends.
std::string_view phrase_of(unsigned status);

/// Makes `response` a problem document (RFC 9457): {"type","title","status","code","detail"}.
/// `detail` may hold anything, it is escaped; empty takes the code's own sentence. `members` is
/// JSON text of further members with a leading comma, such as `,"ticket":17`.
void set_problem(Response& response, ErrorCode code, std::string_view detail = {},
                 std::string_view members = {});

}  // namespace fairrush::server
