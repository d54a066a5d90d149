# Dependencies are global targets: a static eigengrad hands them to its consumer's link line, which is
# written in another directory when we are a subproject.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

# No version in the call: Eigen's version file accepts only its own major number, and both 3.4 and 5 will do.
find_package(Eigen3 REQUIRED NO_MODULE)
if(Eigen3_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "eigengrad needs Eigen 3.4 or newer; found ${Eigen3_VERSION} in ${Eigen3_DIR}")
endif()

find_package(Boost 1.74 REQUIRED) # headers only: Boost.Math for special functions
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# eigengrad_find_optional(<BLAS|SLEEF> <package>): obeys AUTO/ON/OFF and sets EIGENGRAD_USE_<name>.
function(eigengrad_find_optional name package)
  set(EIGENGRAD_USE_${name} OFF PARENT_SCOPE)
  if(EIGENGRAD_${name} STREQUAL "OFF")
    message(STATUS "${name}: off")
    return()
  endif()
  set(required "")
  if(EIGENGRAD_${name} STREQUAL "ON")
    set(required REQUIRED)
  endif()
  find_package(${package} QUIET ${required})
  if(${package}_FOUND)
    message(STATUS "${name}: ${${package}_LIBRARY}")
    set(EIGENGRAD_USE_${name} ON PARENT_SCOPE)
  else()
    message(STATUS "${name}: none")
  endif()
endfunction()

eigengrad_find_optional(BLAS CBLAS)
eigengrad_find_optional(SLEEF SLEEF)
