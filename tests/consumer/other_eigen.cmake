# The sources that meet most of Eigen, read with the headers below EIGEN. What these warn of is no matter of ours;
# what our sources do with them is.

if(NOT EIGEN)
  message("skipped: EIGENGRAD_OTHER_EIGEN names no folder of Eigen's headers")
  return()
endif()
file(GLOB sources "${TOP}/lib/kernels/linalg/*.cpp")
list(APPEND sources "${TOP}/lib/core/eigen.cpp" "${TOP}/lib/ops/pointwise/unary.cpp" "${TOP}/tests/core/eigen_interop.cpp"
     "${TOP}/tests/consumer/project/main.cpp")
foreach(source IN LISTS sources)
  execute_process(
    COMMAND ${CXX} -std=c++20 -fsyntax-only -Wall -Wextra -Werror -Wno-maybe-uninitialized -Wno-uninitialized "-I${TOP}/include"
            "-I${TOP}/lib" "-I${TOP}/tests" "-I${TOP}/tests/core" -isystem "${EIGEN}" "${source}" RESULT_VARIABLE failed)
  if(failed)
    list(APPEND bad "${source}")
  endif()
endforeach()
if(bad)
  message(FATAL_ERROR "with ${EIGEN} these do not compile: ${bad}")
endif()
