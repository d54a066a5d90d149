# Compiles SOURCE as README.md says for users without CMake, with the eigengrad under LIBDIR, and runs it.

file(STRINGS "${TOP}/README.md" line REGEX "^g\\+\\+ .*pkg-config")
if(NOT line STREQUAL "g++ -std=c++20 app.cpp \$(pkg-config --cflags --libs eigengrad)")
  message(FATAL_ERROR "README.md has another line for pkg-config than is tested here: ${line}")
endif()
set(ENV{PKG_CONFIG_PATH} "${LIBDIR}/pkgconfig:$ENV{PKG_CONFIG_PATH}")
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs eigengrad OUTPUT_VARIABLE pc COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(pc UNIX_COMMAND "${pc}")
separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
execute_process(COMMAND ${CXX} -std=c++20 ${FLAGS} "${SOURCE}" ${pc} -o "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
