#include "regression/coordinates.hpp"

#include <cmath>
#include <limits>

#include "eigengrad/eigengrad.hpp"
#include "regression/double_double.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Of the columns of `a`, which has ones at first when `shift` is 1, those that do not depend on
/// the ones before them. What is left of a column when its part along the columns before it is
/// taken away is rounding errors when it depends on them.
std::vector<Index> independent(const MatrixXd& a) {
  const double rounding =
      100 * std::sqrt(static_cast<double>(a.rows())) * std::numeric_limits<double>::epsilon();
  MatrixXd q(a.rows(), std::min(a.rows(), a.cols()));
  std::vector<Index> kept;
  for (Index j = 0; j < a.cols(); ++j) {
    const auto n = static_cast<Index>(kept.size());
    if (n == a.rows()) break;
    VectorXd rest = a.col(j);
    const double length = rest.norm();
    for (int again = 0; again < 2; ++again)
      rest -= q.leftCols(n) * (q.leftCols(n).transpose() * rest);
    if (!(rest.norm() > rounding * length)) continue;
    q.col(n) = rest.normalized();
    kept.push_back(j);
  }
  return kept;
}

/// Rows times the roots of the weights.
MatrixXd weighted(const MatrixXd& a, const VectorXd& weights) {
  return weights.cwiseSqrt().asDiagonal() * a;
}

}  // namespace

// Computed on numbers of size 1, so that squares neither overflow nor vanish.
Scale scale_of(const VectorXd& v, const VectorXd& weights, bool center) {
  const double largest = v.cwiseAbs().maxCoeff();
  if (largest == 0) return {0, 0};
  const VectorXd unit = v / largest;
  const double total = weights.sum();
  const double middle = center ? weights.dot(unit) / total : 0;
  const double variance = (weights.array() * (unit.array() - middle).square()).sum() / total;
  return {middle * largest, std::sqrt(variance) * largest};
}

Coordinates::Coordinates(const Design& design, const VectorXd& weights, bool intercept)
    : shift_(intercept ? 1 : 0) {
  for (Index j = 0; j < design.x.cols(); ++j) {
    const auto column = design.x.col(j);
    const bool constant = (column.array() == column[0]).all();
    scales_.push_back(constant && (intercept || column[0] == 0)
                          ? Scale{0, 0}
                          : scale_of(column, weights, intercept));
  }
  MatrixXd a = standardised(design);
  const std::vector<Index> kept = independent(weighted(a, weights));
  std::size_t next = 0;
  for (Index j = 0; j < a.cols(); ++j) {
    if (next < kept.size() && kept[next] == j) {
      ++next;
      columns_.push_back(j - shift_);
    } else {
      const auto column = design.x.col(j - shift_);
      aliased_.push_back({j - shift_, (column.array() == column[0]).all()});
    }
  }
  a = a(Eigen::all, kept).eval();
  const auto [q, r] = eg::linalg_qr(eg::from_eigen(weighted(a, weights)));
  const double root_rows = std::sqrt(static_cast<double>(a.rows()));
  r_ = eg::to_matrix(r) / root_rows;
  u_ = weights.cwiseSqrt().cwiseInverse().asDiagonal() * eg::to_matrix(q) * root_rows;
}

MatrixXd Coordinates::standardised(const Design& design) const {
  MatrixXd a = MatrixXd::Ones(design.x.rows(), design.x.cols() + shift_);
  for (Index j = 0; j < design.x.cols(); ++j) {
    const Scale& s = scales_[static_cast<std::size_t>(j)];
    if (s.spread == 0)
      a.col(j + shift_).setZero();
    else
      a.col(j + shift_) =
          (design.x.col(j).array() - s.center + design.x_low.col(j).array()) / s.spread;
  }
  return a;
}

MatrixXd Coordinates::u_of(const Design& design) const {
  const MatrixXd all = standardised(design);
  MatrixXd a(all.rows(), r_.rows());
  for (Index j = 0; j < a.cols(); ++j)
    a.col(j) = all.col(columns_[static_cast<std::size_t>(j)] + shift_);
  r_.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(a);
  return a;
}

VectorXd Coordinates::spreads() const {
  VectorXd s(r_.rows());
  for (Index j = 0; j < s.size(); ++j) {
    const Index column = columns_[static_cast<std::size_t>(j)];
    s[j] = column < 0 ? 0 : scales_[static_cast<std::size_t>(column)].spread;
  }
  return s;
}

VectorXd Coordinates::coefficients(const VectorXd& theta) const {
  VectorXd b = r_.triangularView<Eigen::Upper>().solve(theta);
  for (Index j = shift_; j < b.size(); ++j) {
    const Scale& s = scales_[static_cast<std::size_t>(columns_[static_cast<std::size_t>(j)])];
    if (shift_ == 1) b[0] -= b[j] * (s.center / s.spread);
    b[j] /= s.spread;
  }
  return b;
}

MatrixXd Coordinates::transposed_map() const {
  const Index n = r_.rows();
  MatrixXd back = MatrixXd::Identity(n, n);
  for (Index j = shift_; j < n; ++j) {
    const Scale& s = scales_[static_cast<std::size_t>(columns_[static_cast<std::size_t>(j)])];
    back(j, j) = 1 / s.spread;
    if (shift_ == 1) back(j, 0) = -s.center / s.spread;
  }
  r_.transpose().triangularView<Eigen::Lower>().solveInPlace(back);
  return back;
}

double condition_number(const Design& design, const Coordinates& coordinates) {
  const std::vector<Index>& columns = coordinates.columns();
  MatrixXd a = MatrixXd::Ones(design.x.rows(), static_cast<Index>(columns.size()));
  for (Index j = 0; j < a.cols(); ++j) {
    const Index column = columns[static_cast<std::size_t>(j)];
    if (column >= 0) a.col(j) = design.x.col(column) / design.x.col(column).cwiseAbs().maxCoeff();
    a.col(j).normalize();
  }
  const VectorXd s =
      eg::to_vector(eg::linalg_svdvals(std::get<1>(eg::linalg_qr(eg::from_eigen(a)))));
  return s[0] / s[s.size() - 1];
}

namespace {

using Vector = std::vector<DoubleDouble>;

/// The exponent that scales the largest element to between 1/2 and 1.
int exponent_of(const VectorXd& v) {
  int exponent = 0;
  std::frexp(v.cwiseAbs().maxCoeff(), &exponent);
  return exponent;
}

DoubleDouble scaled(double high, double low, int exponent) {
  return {std::ldexp(high, -exponent), std::ldexp(low, -exponent)};
}

DoubleDouble dot(const Vector& a, const Vector& b, std::size_t from) {
  DoubleDouble sum;
  for (std::size_t i = from; i < a.size(); ++i) sum = sum + a[i] * b[i];
  return sum;
}

/// b -= factor * a.
void subtract(Vector& b, const DoubleDouble& factor, const Vector& a, std::size_t from) {
  for (std::size_t i = from; i < a.size(); ++i) b[i] = b[i] - factor * a[i];
}

/// The factorisation: R above the diagonal of `columns` is kept in `r`, column by column.
struct Factored {
  std::vector<Vector> r;
  /// Q^T y.
  Vector y;
};

Factored factor(std::vector<Vector> columns, Vector y) {
  Factored f;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Vector& v = columns[k];
    const DoubleDouble norm = sqrt(dot(v, v, k));
    const DoubleDouble diagonal = v[k].high > 0 ? -norm : norm;
    f.r.emplace_back(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(k));
    f.r.back().push_back(diagonal);
    // The reflector 1 - 2 v v^T / v^T v sends the column to its diagonal element.
    v[k] = v[k] - diagonal;
    const DoubleDouble half = dot(v, v, k) * 0.5;
    const auto reflect = [&](Vector& other) { subtract(other, dot(v, other, k) / half, v, k); };
    for (std::size_t j = k + 1; j < columns.size(); ++j) reflect(columns[j]);
    reflect(y);
  }
  f.y = std::move(y);
  return f;
}

/// R x = b in place.
void solve_upper(const std::vector<Vector>& r, Vector& b) {
  for (std::size_t j = r.size(); j-- > 0;) {
    b[j] = b[j] / r[j][j];
    for (std::size_t i = 0; i < j; ++i) b[i] = b[i] - r[j][i] * b[j];
  }
}

/// R^T x = b in place.
void solve_lower(const std::vector<Vector>& r, Vector& b) {
  for (std::size_t j = 0; j < r.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) b[j] = b[j] - r[j][i] * b[i];
    b[j] = b[j] / r[j][j];
  }
}

Vector residual_of(const std::vector<Vector>& columns, const Vector& y, const Vector& b) {
  Vector rest = y;
  for (std::size_t j = 0; j < columns.size(); ++j) subtract(rest, b[j], columns[j], 0);
  return rest;
}

}  // namespace

QrSolution solve_by_qr(const Design& design, const Coordinates& coordinates, const VectorXd& y,
                       const VectorXd& weights) {
  const auto n = static_cast<std::size_t>(y.size());
  const std::size_t p = coordinates.columns().size();
  Vector roots;
  for (const double w : weights) roots.push_back(sqrt(DoubleDouble(w)));
  std::vector<int> exponents;
  std::vector<Vector> columns;
  for (const Index column : coordinates.columns()) {
    exponents.push_back(column < 0 ? 0 : exponent_of(design.x.col(column)));
    columns.emplace_back(roots);
    for (std::size_t i = 0; column >= 0 && i < n; ++i) {
      const auto row = static_cast<Index>(i);
      columns.back()[i] =
          roots[i] * scaled(design.x(row, column), design.x_low(row, column), exponents.back());
    }
  }
  const int y_exponent = exponent_of(y);
  Vector target;
  for (std::size_t i = 0; i < n; ++i)
    target.push_back(roots[i] * scaled(y[static_cast<Index>(i)], 0, y_exponent));

  const Factored f = factor(columns, target);
  Vector b(f.y.begin(), f.y.begin() + static_cast<std::ptrdiff_t>(p));
  solve_upper(f.r, b);
  // Refinement by the normal equations of the correction, factored as R^T R.
  const Vector first = residual_of(columns, target, b);
  Vector correction;
  for (const Vector& column : columns) correction.push_back(dot(column, first, 0));
  solve_lower(f.r, correction);
  solve_upper(f.r, correction);
  for (std::size_t j = 0; j < p; ++j) b[j] = b[j] + correction[j];
  const Vector rest = residual_of(columns, target, b);

  QrSolution out;
  out.coefficients.resize(static_cast<Index>(p));
  out.effects.resizeLike(out.coefficients);
  out.root = MatrixXd::Zero(static_cast<Index>(p), static_cast<Index>(p));
  for (std::size_t j = 0; j < p; ++j) {
    const auto to = static_cast<Index>(j);
    out.coefficients[to] = std::ldexp(static_cast<double>(b[j]), y_exponent - exponents[j]);
    out.effects[to] = std::ldexp(static_cast<double>(f.y[j]), y_exponent);
    Vector unit(p);
    unit[j] = 1.0;
    solve_upper(f.r, unit);
    for (std::size_t i = 0; i <= j; ++i)
      out.root(static_cast<Index>(i), to) = std::ldexp(static_cast<double>(unit[i]), -exponents[i]);
  }
  out.residuals.resizeLike(y);
  out.z.resize(y.size(), static_cast<Index>(p));
  Vector row(p);
  for (std::size_t i = 0; i < n; ++i) {
    const auto to = static_cast<Index>(i);
    for (std::size_t j = 0; j < p; ++j) row[j] = columns[j][i];
    solve_lower(f.r, row);
    for (std::size_t j = 0; j < p; ++j)
      out.z(to, static_cast<Index>(j)) = static_cast<double>(row[j] / roots[i]);
    out.residuals[to] = std::ldexp(static_cast<double>(rest[i] / roots[i]), y_exponent);
  }
  // Where the columns explain the target to all 32 digits, what is left is rounding errors.
  const DoubleDouble sum = dot(rest, rest, 0);
  const DoubleDouble total = dot(target, target, 0);
  if (sum.high <= 1e-56 * total.high) out.residuals.setZero();
  out.residual_sum_of_squares =
      out.residuals.isZero(0) ? 0 : std::ldexp(static_cast<double>(sum), 2 * y_exponent);
  return out;
}

}  // namespace apps::regression
