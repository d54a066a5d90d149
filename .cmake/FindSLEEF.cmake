# Finds SLEEF, the vectorised elementary functions, and defines SLEEF::SLEEF.
# This file is installed beside eigengradConfig.cmake, for consumers of the static library.

find_library(SLEEF_LIBRARY NAMES sleef)
find_path(SLEEF_INCLUDE_DIR NAMES sleef.h)
mark_as_advanced(SLEEF_LIBRARY SLEEF_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SLEEF REQUIRED_VARS SLEEF_LIBRARY SLEEF_INCLUDE_DIR)

if(SLEEF_FOUND AND NOT TARGET SLEEF::SLEEF)
  add_library(SLEEF::SLEEF UNKNOWN IMPORTED)
  set_target_properties(SLEEF::SLEEF PROPERTIES IMPORTED_LOCATION "${SLEEF_LIBRARY}"
                                                INTERFACE_INCLUDE_DIRECTORIES "${SLEEF_INCLUDE_DIR}")
endif()
