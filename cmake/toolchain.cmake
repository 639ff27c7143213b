# g++ 12 silently drops the body of `if (co_await f())` in a coroutine without a local variable and
# destroys lambda captures inside a co_await expression twice, at every optimisation level. A build
# that looks green and loses work is worse than none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines: it drops the body of "
    "`if (co_await f())` in functions without a local and destroys captures in co_await "
    "expressions twice. Configure with clang 19: cmake --preset release (clang++-19).")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "clang ${CMAKE_CXX_COMPILER_VERSION} is too old for this project; clang 19 or newer is needed.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(FAIRRUSH_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")
option(FAIRRUSH_COVERAGE "Instrument for llvm-cov" OFF)
option(FAIRRUSH_FUZZ "Build the libFuzzer targets" OFF)
