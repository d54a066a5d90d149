# Compiles SOURCE with what PKG_CONFIG says about the eigengrad under LIBDIR, and runs it.

set(ENV{PKG_CONFIG_PATH} "${LIBDIR}/pkgconfig:$ENV{PKG_CONFIG_PATH}")
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs eigengrad OUTPUT_VARIABLE pc COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(pc UNIX_COMMAND "${pc}")
separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
execute_process(COMMAND ${CXX} -std=c++20 ${FLAGS} "${SOURCE}" ${pc} "-Wl,-rpath,${LIBDIR}" -o "${PROGRAM}"
                        COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
