#pragma once

#ifdef EIGENGRAD_USE_BLAS
#include <cblas.h>
#endif

namespace eigengrad::kernels {

/// Functions of the BLAS for one type of elements; those of LAPACK as Fortran has them, null where
/// the library has none.
template <class T>
struct BlasOf {
#ifdef EIGENGRAD_USE_BLAS
  void (*gemm)(CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, int, int, int, T, const T*, int,
               const T*, int, T, T*, int);
  void (*trsm)(CBLAS_ORDER, CBLAS_SIDE, CBLAS_UPLO, CBLAS_TRANSPOSE, CBLAS_DIAG, int, int, T,
               const T*, int, T*, int);
  void (*potrf)(const char* uplo, const int* n, T* a, const int* lda, int* info);
  void (*potri)(const char* uplo, const int* n, T* a, const int* lda, int* info);
  void (*getrf)(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);
  void (*getri)(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork,
                int* info);
  void (*syevd)(const char* jobz, const char* uplo, const int* n, T* a, const int* lda, T* w,
                T* work, const int* lwork, int* iwork, const int* liwork, int* info);
  void (*gesdd)(const char* jobz, const int* m, const int* n, T* a, const int* lda, T* s, T* u,
                const int* ldu, T* vt, const int* ldvt, T* work, const int* lwork, int* iwork,
                int* info);
#endif
};

/// The functions of the BLAS and of LAPACK that products and factorisations use.
///
/// Note [The BLAS is loaded when first needed]
/// OpenBLAS starts its threads when it is loaded, and from then on every reference count of the
/// process takes locked instructions (detail::single_threaded()): measured on a chain of one-element
/// operators, a recorded node costs 1.4 times as much. It also brings the Fortran run-time along. So
/// it is opened by the first product that is large enough to gain from it, and a program without one
/// never pays.
struct Blas {
  BlasOf<float> s;
  BlasOf<double> d;
#ifdef EIGENGRAD_USE_BLAS
  /// OpenBLAS only; null elsewhere.
  char* (*core_name)();
  int (*get_num_threads)();
  void (*set_num_threads)(int);
#endif
  template <class T>
  const BlasOf<T>& of() const noexcept {
    if constexpr (sizeof(T) == sizeof(float))
      return s;
    else
      return d;
  }
};

/// Loads the BLAS that the library was configured with; null without one, or where it is not
/// installed at run time.
const Blas* blas() noexcept;

/// blas(), if its kernels suit the SIMD registers that this library is compiled for; null otherwise, since Eigen's
/// own products are faster then.
const Blas* usable_blas() noexcept;

/// Within the scope OpenBLAS uses no threads of its own: how it sums up depends on their number.
class OneBlasThread {
 public:
  explicit OneBlasThread(const Blas& blas) noexcept;
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  [[maybe_unused]] const Blas& blas_;
};

}  // namespace eigengrad::kernels
