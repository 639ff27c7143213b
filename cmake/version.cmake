# The commit a binary was built from, read again whenever HEAD moves.
execute_process(
  COMMAND git describe --always --abbrev=9 --dirty=+
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  OUTPUT_VARIABLE FAIRRUSH_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY
    CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
endif()
string(STRIP "${CMAKE_BUILD_TYPE} ${FAIRRUSH_SANITIZE}" FAIRRUSH_BUILD_NAME)
configure_file(${PROJECT_SOURCE_DIR}/base/version.cpp.in ${PROJECT_BINARY_DIR}/base/version.cpp @ONLY)
