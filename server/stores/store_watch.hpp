#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "server/postgres/error.hpp"
#include "server/redis/reply.hpp"

namespace fairrush::server {

/// One call to the place where events are kept: a script of Redis, a transaction of PostgreSQL with
/// its repetitions.
struct StoreCall {
  std::string_view name;     ///< what it is for; valid for good
  std::size_t requests = 0;  ///< that it answers together; zero: it is upkeep
};

/// Told of each call as it begins. What it gives back is called once, at the end of the call, with
/// the kind of failure or, when it went well, nothing. On the thread that decides.
using StoreCallEnded = std::function<void(std::string_view failure)>;
using StoreWatch = std::function<StoreCallEnded(const StoreCall& call)>;

std::string_view name_of(RedisFailure::Kind kind);
std::string_view name_of(PostgresError::Kind kind);

/// `done` of a call that begins now, which whoever watches hears the end of first.
template <class Result>
std::function<void(Result result)> watched(const StoreWatch& watch, const StoreCall& call,
                                           std::function<void(Result result)> done) {
  if (!watch) return done;
  return [ended = watch(call), done = std::move(done)](Result result) {
    ended(result ? std::string_view() : name_of(result.error().kind));
    done(std::forward<Result>(result));
  };
}

}  // namespace fairrush::server
