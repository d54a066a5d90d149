# Finds a BLAS with the C interface and defines CBLAS::CBLAS.
#
# Only OpenBLAS is looked for by name: the reference BLAS has the same interface and is slower than
# Eigen's own product. Another fast one is chosen with -DCBLAS_LIBRARY=... -DCBLAS_INCLUDE_DIR=...

find_library(CBLAS_LIBRARY NAMES openblas)
find_path(CBLAS_INCLUDE_DIR NAMES cblas.h PATH_SUFFIXES openblas-pthread openblas-openmp openblas-serial openblas)
mark_as_advanced(CBLAS_LIBRARY CBLAS_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CBLAS REQUIRED_VARS CBLAS_LIBRARY CBLAS_INCLUDE_DIR)

if(CBLAS_FOUND AND NOT TARGET CBLAS::CBLAS)
  add_library(CBLAS::CBLAS UNKNOWN IMPORTED)
  set_target_properties(CBLAS::CBLAS PROPERTIES IMPORTED_LOCATION "${CBLAS_LIBRARY}"
                                                INTERFACE_INCLUDE_DIRECTORIES "${CBLAS_INCLUDE_DIR}")
endif()
