# Installs the library, its headers, the CMake package and the pkg-config file.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/eigengrad")

install(
  TARGETS eigengrad
  EXPORT eigengradTargets
  RUNTIME COMPONENT library
  LIBRARY COMPONENT library NAMELINK_COMPONENT library
  ARCHIVE COMPONENT library
  FILE_SET HEADERS COMPONENT library)
install(
  EXPORT eigengradTargets
  NAMESPACE eigengrad::
  DESTINATION ${package_dir}
  COMPONENT library)

# A shared library has its dependencies inside; the consumer of a static one has to link them.
set(EIGENGRAD_STATIC_DEPENDENCIES "")
set(PC_PRIVATE_LIBS "")
set(PC_RUN_PATH "")
get_target_property(library_type eigengrad TYPE)
if(library_type STREQUAL "SHARED_LIBRARY")
  # As CMake's own package does: what is linked runs without LD_LIBRARY_PATH.
  set(PC_RUN_PATH " -Wl,-rpath,\${libdir}")
endif()
if(library_type STREQUAL "STATIC_LIBRARY")
  list(APPEND EIGENGRAD_STATIC_DEPENDENCIES "find_dependency(Threads)")
  string(APPEND PC_PRIVATE_LIBS " -pthread")
  if(EIGENGRAD_USE_SLEEF)
    list(APPEND EIGENGRAD_STATIC_DEPENDENCIES "find_dependency(SLEEF)")
    string(APPEND PC_PRIVATE_LIBS " ${SLEEF_LIBRARY}")
    install(
      FILES "${PROJECT_SOURCE_DIR}/.cmake/FindSLEEF.cmake"
      DESTINATION ${package_dir}
      COMPONENT library)
  endif()
endif()
list(JOIN EIGENGRAD_STATIC_DEPENDENCIES "\n" EIGENGRAD_STATIC_DEPENDENCIES)

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/.cmake/eigengradConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/eigengradConfig.cmake"
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/eigengradConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/eigengradConfig.cmake"
        "${PROJECT_BINARY_DIR}/eigengradConfigVersion.cmake"
  DESTINATION ${package_dir}
  COMPONENT library)

# The prefix is found from the file's own place, so that the tree can be moved.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
  set(PC_LIBDIR "${CMAKE_INSTALL_LIBDIR}")
else()
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(PC_PREFIX "\${pcfiledir}/${up}")
  set(PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/.cmake/eigengrad.pc.in" "${PROJECT_BINARY_DIR}/eigengrad.pc" @ONLY)
install(
  FILES "${PROJECT_BINARY_DIR}/eigengrad.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
  COMPONENT library)
