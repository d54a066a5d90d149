#pragma once

#ifdef EIGENGRAD_USE_BLAS
#include <cblas.h>
#endif

namespace eigengrad::kernels {

/// The functions of the BLAS that products use.
///
/// Note [The BLAS is loaded when first needed]
/// OpenBLAS starts its threads when it is loaded, and from then on every reference count of the
/// process takes locked instructions (detail::single_threaded()): measured on a chain of one-element
/// operators, a recorded node costs 1.4 times as much. It also brings the Fortran run-time along. So
/// it is opened by the first product that is large enough to gain from it, and a program without one
/// never pays.
struct Blas {
#ifdef EIGENGRAD_USE_BLAS
  decltype(&cblas_sgemm) sgemm;
  decltype(&cblas_dgemm) dgemm;
  /// OpenBLAS only; null elsewhere.
  char* (*core_name)();
  int (*get_num_threads)();
  void (*set_num_threads)(int);
#endif
};

/// Loads the BLAS that the library was configured with; null without one, or where it is not
/// installed at run time.
const Blas* blas() noexcept;

}  // namespace eigengrad::kernels
