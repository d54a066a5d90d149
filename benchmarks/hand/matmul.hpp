#pragma once

#include <Eigen/Core>
#if defined(EIGENGRAD_USE_BLAS)
#include <cblas.h>
#endif

namespace hand {

/// c = a b, da = g b^T, db = a^T g for row-major n x n matrices by Eigen's own product.
template <class T>
void matmul_gradient_eigen(int n, const T* a, const T* b, const T* g, T* c, T* da, T* db) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using In = Eigen::Map<const Matrix>;
  using Out = Eigen::Map<Matrix>;
  Out(c, n, n).noalias() = In(a, n, n) * In(b, n, n);
  Out(da, n, n).noalias() = In(g, n, n) * In(b, n, n).transpose();
  Out(db, n, n).noalias() = In(a, n, n).transpose() * In(g, n, n);
}

#if defined(EIGENGRAD_USE_BLAS)

inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int n, const double* a, const double* b,
                 double* c) {
  cblas_dgemm(CblasRowMajor, ta, tb, n, n, n, 1, a, n, b, n, 0, c, n);
}
inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int n, const float* a, const float* b,
                 float* c) {
  cblas_sgemm(CblasRowMajor, ta, tb, n, n, n, 1, a, n, b, n, 0, c, n);
}

/// The same by three direct calls of the BLAS, or by Eigen when there is none.
template <class T>
void matmul_gradient(int n, const T* a, const T* b, const T* g, T* c, T* da, T* db) {
  gemm(CblasNoTrans, CblasNoTrans, n, a, b, c);
  gemm(CblasNoTrans, CblasTrans, n, g, b, da);
  gemm(CblasTrans, CblasNoTrans, n, a, g, db);
}

#else

template <class T>
void matmul_gradient(int n, const T* a, const T* b, const T* g, T* c, T* da, T* db) {
  matmul_gradient_eigen(n, a, b, g, c, da, db);
}

#endif

inline void use_one_thread() {
#if defined(EIGENGRAD_USE_BLAS) && defined(OPENBLAS_VERSION)
  openblas_set_num_threads(1);
#endif
}

}  // namespace hand
