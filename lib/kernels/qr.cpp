#include <Eigen/QR>
#include <algorithm>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/decompose.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using ByRows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Eigen::Map<Matrix<T>> by_columns(const Tensor& t, std::int64_t i) {
  return {matrix_of<T>(t, i), MatrixExtents(t).rows, MatrixExtents(t).cols};
}
template <class T>
Eigen::Map<ByRows<T>> by_rows(const Tensor& t, std::int64_t i) {
  return {matrix_of<T>(t, i), MatrixExtents(t).rows, MatrixExtents(t).cols};
}

template <class T>
Eigen::Map<Eigen::VectorX<T>> coefficients(const Tensor& t, std::int64_t i) {
  return {vector_of<T>(t, i), t.sizes().back()};
}

/// The last reflector first: each leaves the rows before its own alone, and the columns before it as
/// they are in the identity.
template <class T, class V, class Coefficients>
void apply_reflectors(Eigen::Map<Matrix<T>> q, const V& v, const Coefficients& tau) {
  constexpr Eigen::Index kBlock = 48;  // from which Eigen makes products of them
  q.setIdentity();
  Eigen::VectorX<T> work(q.cols());
  Eigen::Index i = tau.size();
  while (i > 0) {
    const Eigen::Index width = i < kBlock ? 1 : kBlock;
    i -= width;
    const Eigen::Index rows = q.rows() - i;
    auto part = q.bottomRightCorner(rows, q.cols() - i);
    if (width == 1)
      part.applyHouseholderOnTheLeft(v.col(i).tail(rows - 1), tau(i), work.data());
    else
      part.applyOnTheLeft(
          Eigen::householderSequence(v.block(i, i, rows, width), tau.segment(i, width)));
  }
}

/// The least squares solution by one way or the other, and its rank; -1 for a zero pivot.
template <class T>
class LeastSquares {
 public:
  LeastSquares(bool pivoted, double rcond, std::int64_t rows, std::int64_t cols)
      : pivoted_(pivoted),
        tall_(rows >= cols),
        complete_(pivoted ? rows : 0, pivoted ? cols : 0),
        plain_(pivoted ? 0 : std::max(rows, cols), pivoted ? 0 : std::min(rows, cols)) {
    complete_.setThreshold(static_cast<T>(rcond));
  }

  template <class A, class B, class X>
  std::int64_t solve(const A& a, const B& b, X x) {
    if (pivoted_) {
      complete_.compute(a);
      work_ = b;
      x = complete_.solve(work_);
      return complete_.rank();
    }
    const Eigen::Index n = std::min(a.rows(), a.cols());
    if (tall_)
      plain_.compute(a);
    else
      plain_.compute(a.transpose());
    const auto r = plain_.matrixQR().topRows(n).template triangularView<Eigen::Upper>();
    if ((plain_.matrixQR().diagonal().array() == T(0)).any()) return -1;
    if (tall_) {
      work_ = b;
      work_.applyOnTheLeft(plain_.householderQ().transpose());
      x = r.solve(work_.topRows(n));
    } else {
      work_.setZero(a.cols(), b.cols());
      work_.topRows(n) = r.transpose().solve(b);
      work_.applyOnTheLeft(plain_.householderQ());
      x = work_;
    }
    return n;
  }

 private:
  bool pivoted_;
  bool tall_;
  Eigen::CompleteOrthogonalDecomposition<Matrix<T>> complete_;
  Eigen::HouseholderQR<Matrix<T>> plain_;
  Matrix<T> work_;
};

}  // namespace

void qr(const Tensor& a, const Tensor& q, const Tensor& r) {
  const MatrixExtents e(a);
  detail::dispatch_floating("linalg_qr", a.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      Eigen::HouseholderQR<Matrix<T>> solver(e.rows, e.cols);
      for (std::int64_t i = begin; i < end; ++i) {
        solver.compute(by_rows<T>(a, i));
        auto upper = by_columns<T>(r, i);
        upper = solver.matrixQR().topRows(upper.rows()).template triangularView<Eigen::Upper>();
        if (q.defined())
          apply_reflectors<T>(by_columns<T>(q, i), solver.matrixQR(), solver.hCoeffs());
      }
    });
  });
}

void reflectors(const Tensor& a, const Tensor& packed, const Tensor& tau) {
  const MatrixExtents e(a);
  detail::dispatch_floating("geqrf", a.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      Eigen::HouseholderQR<Matrix<T>> solver(e.rows, e.cols);
      for (std::int64_t i = begin; i < end; ++i) {
        solver.compute(by_rows<T>(a, i));
        by_columns<T>(packed, i) = solver.matrixQR();
        coefficients<T>(tau, i) = solver.hCoeffs();
      }
    });
  });
}

void product_of_reflectors(const Tensor& v, const Tensor& tau, const Tensor& q) {
  const MatrixExtents e(v);
  const std::int64_t k = tau.sizes().back();
  detail::dispatch_floating("householder_product", v.dtype(), [&]<class T>(std::type_identity<T>) {
    decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const Matrix<T> columns = by_rows<T>(v, i).leftCols(k);
        apply_reflectors<T>(by_columns<T>(q, i), columns, coefficients<T>(tau, i));
      }
    });
  });
}

std::int64_t least_squares(const Tensor& a, const Tensor& b, const Tensor& x, bool pivoted,
                           double rcond, const Tensor& rank) {
  const MatrixExtents e(a);
  return detail::dispatch_floating("linalg_lstsq", a.dtype(), [&]<class T>(std::type_identity<T>) {
    // Pivots would not show what is not finite, which is no failure: the solution is not a number.
    const auto any = [](const T*) { return true; };
    const auto solve_with = [&] {
      return [&, solver = LeastSquares<T>(pivoted, rcond, e.rows, e.cols)](std::int64_t i,
                                                                           const T* data) mutable {
        auto to = by_columns<T>(x, i);
        std::int64_t r = 0;
        if (all_finite(data, e.rows * e.cols))
          r = solver.solve(by_rows<T>(a, i), by_rows<T>(b, i), to);
        else
          to.setConstant(std::numeric_limits<T>::quiet_NaN());
        if (r < 0) return Outcome::RankDeficient;
        rank.impl()->data<std::int64_t>()[i] = r;
        return Outcome::Good;
      };
    };
    return decompose_each<T>(a, any, solve_with).matrix;
  });
}

}  // namespace eigengrad::kernels
