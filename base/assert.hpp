#pragma once

/// Stops the program with file, line and expression when `condition` is false. On in every build:
/// a measuring instrument that carries on from a broken state publishes wrong figures.
#define FAIRRUSH_ASSERT(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::fairrush::assertion_failed(#condition, __FILE__, __LINE__))

namespace fairrush {

/// Prints the failed expression to standard error and aborts. Any thread.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace fairrush
