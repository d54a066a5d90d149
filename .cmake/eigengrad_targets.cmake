# How eigengrad's own targets are compiled. Everything here is PRIVATE: nothing reaches a consumer.

include(CheckCXXCompilerFlag)

if(EIGENGRAD_NATIVE)
  check_cxx_compiler_flag(-march=native EIGENGRAD_HAS_MARCH_NATIVE)
endif()

# eigengrad_own_target(<target>): language, warnings and instruction set of a target of this project.
#
# All targets of one build agree on EIGENGRAD_NATIVE, because Eigen's allocation and alignment depend
# on it and its inline functions are shared between the objects of one program.
function(eigengrad_own_target target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Part of -Wconversion in clang, not in g++.
    target_compile_options(${target} PRIVATE -Wno-sign-conversion)
  elseif(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 takes the "undefined" operand inside its own AVX-512 intrinsics for a use (GCC bug 105593), and
    # sees overlapping copies, and copies beyond the end, in its own std::string (GCC bugs 105651, 105329).
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
                                             -Wno-stringop-overflow)
  endif()
  if(EIGENGRAD_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
  if(EIGENGRAD_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(EIGENGRAD_NATIVE AND EIGENGRAD_HAS_MARCH_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
  endif()
endfunction()

# eigengrad_folders(<out>): the sub-folders of the current one that hold .cpp files, found anew on each build.
function(eigengrad_folders out)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" */*.cpp)
  list(TRANSFORM sources REPLACE "/.*" "")
  list(REMOVE_DUPLICATES sources)
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# eigengrad_precompile(<target> <header>...): headers of other people that most sources of the target read.
#
# Only what we do not write ourselves: a precompiled header of ours would compile everything anew whenever
# it changed. ccache stores what is compiled with one only if it is told that macros and times may differ
# (CCACHE_SLOPPINESS, set in eigengrad_options.cmake), and g++ has to show it the header (-fpch-preprocess).
function(eigengrad_precompile target)
  if(NOT EIGENGRAD_PRECOMPILE)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()
