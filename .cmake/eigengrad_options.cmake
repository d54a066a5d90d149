# What a user can choose. Everything that serves only our own development is on by default only when
# this is the top-level project, so that add_subdirectory() costs an embedder the library alone.

option(EIGENGRAD_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(EIGENGRAD_BUILD_APPS "Build the programs eg-tour, eg-regression, ..." ${PROJECT_IS_TOP_LEVEL})
option(EIGENGRAD_BUILD_BENCHMARKS "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(EIGENGRAD_INSTALL "Create the install rules" ${PROJECT_IS_TOP_LEVEL})
option(EIGENGRAD_TEST_LIBTORCH "Compile the conformance tests against libtorch as well" OFF)
option(EIGENGRAD_PRECOMPILE "Precompile the headers of Eigen, Boost and the standard library" ON)
option(EIGENGRAD_UNITY "Compile the library's smaller sources in groups of four" ON)
option(EIGENGRAD_WERROR "Treat warnings in eigengrad's own sources as errors" ${PROJECT_IS_TOP_LEVEL})

foreach(dependency BLAS SLEEF)
  set(EIGENGRAD_${dependency} AUTO CACHE STRING "Use ${dependency}: AUTO (when found), ON (required), OFF")
  set_property(CACHE EIGENGRAD_${dependency} PROPERTY STRINGS AUTO ON OFF)
  if(NOT EIGENGRAD_${dependency} MATCHES "^(AUTO|ON|OFF)$")
    message(FATAL_ERROR "EIGENGRAD_${dependency} is '${EIGENGRAD_${dependency}}'; use AUTO, ON or OFF")
  endif()
endforeach()

if(PROJECT_IS_TOP_LEVEL)
  # Shared when we are the project that gets installed: hidden visibility then keeps the Eigen code that was
  # compiled for this machine (EIGENGRAD_NATIVE) apart from the copies in the consumer's objects. Inside
  # another project the choice is that project's, and CMake's own default (static) needs no run path.
  option(BUILD_SHARED_LIBS "Build a shared library" ON)
endif()

# Off for a static library unless asked for: the linker keeps one copy of each of Eigen's inline functions,
# and a consumer compiled for another instruction set allocates with another alignment than we rely on.
set(native_default OFF)
if(PROJECT_IS_TOP_LEVEL AND BUILD_SHARED_LIBS)
  set(native_default ON)
endif()
option(EIGENGRAD_NATIVE "Compile eigengrad's own targets with -march=native (consumers never see it)"
       ${native_default})
if(EIGENGRAD_NATIVE AND NOT BUILD_SHARED_LIBS)
  message(STATUS "eigengrad: static with EIGENGRAD_NATIVE; compile what links it with -march=native too")
endif()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
  endif()

  find_program(CCACHE_PROGRAM ccache)
  mark_as_advanced(CCACHE_PROGRAM)
  if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros"
                                    "${CCACHE_PROGRAM}")
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()
