# Flags that every target of the house shares.
add_library(fairrush_flags INTERFACE)
target_include_directories(fairrush_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(fairrush_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror
  $<$<NOT:$<CONFIG:Release>>:-fno-omit-frame-pointer>)
target_link_options(fairrush_flags INTERFACE -fuse-ld=lld)
if(FAIRRUSH_SANITIZE)
  target_compile_options(fairrush_flags INTERFACE
    -fsanitize=${FAIRRUSH_SANITIZE} -fno-sanitize-recover=all -O1 -gline-tables-only)
  target_link_options(fairrush_flags INTERFACE -fsanitize=${FAIRRUSH_SANITIZE})
endif()
if(FAIRRUSH_COVERAGE)
  target_compile_options(fairrush_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(fairrush_flags INTERFACE -fprofile-instr-generate)
endif()
if(FAIRRUSH_FUZZ)
  target_compile_options(fairrush_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# fairrush_library(NAME SOURCES … LINKS …): the link lines are the arrows of the house; a target
# sees only what it names here.
function(fairrush_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC fairrush_flags ${arg_LINKS})
endfunction()

# fairrush_test(NAME [SERIAL] [PARTS …] SOURCES … LINKS …): one GoogleTest executable, its cases known
# to CTest. SERIAL: no other test runs beside them, for those that need the machine to themselves.
# PARTS: words, each in the names of cases that are one test of CTest's, because they share what is slow
# to start.
function(fairrush_test name)
  cmake_parse_arguments(arg "SERIAL" "" "PARTS;SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE fairrush_flags ${arg_LINKS} GTest::gmock GTest::gtest_main)
  if(arg_PARTS)
    foreach(part ${arg_PARTS})
      add_test(NAME ${name}.${part} COMMAND ${name} --gtest_filter=*${part}*)
      set_tests_properties(${name}.${part} PROPERTIES TIMEOUT 900 RUN_SERIAL ${arg_SERIAL})
    endforeach()
    return()
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 300 RUN_SERIAL ${arg_SERIAL})
endfunction()

# fairrush_bench(NAME SOURCES … LINKS …): one Google Benchmark executable, run by `./dev bench`.
function(fairrush_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE fairrush_flags ${arg_LINKS} benchmark::benchmark_main)
  set_property(GLOBAL APPEND PROPERTY FAIRRUSH_BENCHES ${name})
endfunction()

# fairrush_program(NAME SOURCES … LINKS …): an executable people run; all of them land in bin/, where
# they find each other.
function(fairrush_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE fairrush_flags ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()
