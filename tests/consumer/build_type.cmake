# The project of a user who names no build type: BUILD is a folder for it. The library is compiled optimised.

file(REMOVE_RECURSE "${BUILD}")
unset(ENV{CMAKE_BUILD_TYPE})
execute_process(
  COMMAND ${CMAKE_COMMAND} -S "${TOP}/tests/consumer/project" -B "${BUILD}" "-DCMAKE_CXX_COMPILER=${CXX}" -DCMAKE_CXX_FLAGS=
          "-DEIGENGRAD_SUBDIRECTORY=${TOP}" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
  OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "eigengrad: there is no CMAKE_BUILD_TYPE")
  message(FATAL_ERROR "configuring does not say that there is no build type:\n${output}")
endif()
file(READ "${BUILD}/compile_commands.json" commands)
string(REGEX MATCHALL "\"command\": \"[^\n]*" commands "${commands}")
foreach(command IN LISTS commands)
  if(command MATCHES "eigengrad\\.dir" AND NOT command MATCHES " -O[23] .*-DNDEBUG| -DNDEBUG .*-O[23] ")
    message(FATAL_ERROR "not optimised: ${command}")
  elseif(command MATCHES "consumer\\.dir" AND command MATCHES " -O[23] | -DNDEBUG ")
    message(FATAL_ERROR "the user's own source gets our options: ${command}")
  endif()
endforeach()
