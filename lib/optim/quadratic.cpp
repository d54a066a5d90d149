#include "optim/quadratic.hpp"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"

namespace eigengrad::optim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
/// Eigenvalues below this part of the largest are rounding.
constexpr double kRounding = 1e-12;

/// Sparse factors pay when most entries are zero; they then cost what is there, not n^3.
bool is_mostly_zero(const Matrix& h) {
  return h.cols() > 50 && (h.array() != 0).count() < h.size() / 10;
}

/// The shift s >= `least` at which f(s) = |p(s)| is `radius`; f falls, f(least) >= radius. Newton
/// on 1 / f, which is nearly linear, within an interval that shrinks.
template <class NormAndDerivative>
double shift_for(NormAndDerivative f, double least, double most, double radius) {
  double s = std::max(least, std::min(most, least + 1e-3 * (most - least)));
  for (int i = 0; i < 100; ++i) {
    const auto [norm, derivative] = f(s);
    if (std::abs(norm - radius) <= 1e-8 * radius) break;
    (norm > radius ? least : most) = s;
    const double next = s + (1 - norm / radius) * norm / derivative;
    s = next > least && next < most ? next : (least + most) / 2;
    if (most - least <= 4 * kEpsilon * std::abs(most)) break;
  }
  return s;
}

}  // namespace

struct Quadratic::SparseFactor {
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> llt;
};

Quadratic::Quadratic(Matrix h, Vector g)
    : h_(std::move(h)), g_(std::move(g)), is_sparse_(is_mostly_zero(h_)) {
  if (is_sparse_) {
    sparse_factor_ = std::make_unique<SparseFactor>();
    sparse_factor_->llt.compute(h_.sparseView());
    is_convex_ = sparse_factor_->llt.info() == Eigen::Success;
  } else {
    const auto [l, info] = linalg_cholesky_ex(from_eigen(h_));
    factor_ = to_matrix(l);
    is_convex_ = info.item<std::int64_t>() == 0;
  }
  if (is_convex_) newton_ = -solved(g_);
  is_convex_ = is_convex_ && newton_.allFinite();
}

Quadratic::Quadratic(Quadratic&&) noexcept = default;
Quadratic::~Quadratic() = default;

Vector Quadratic::solved(const Vector& b) const {
  if (is_sparse_) return sparse_factor_->llt.solve(b);
  const auto l = factor_.triangularView<Eigen::Lower>();
  Vector x = l.solve(b);
  l.transpose().solveInPlace(x);
  return x;
}

Matrix Quadratic::inverse() const {
  Matrix inverse(h_.rows(), h_.cols());
  for (Eigen::Index k = 0; k < h_.cols(); ++k) inverse.col(k) = solved(Vector::Unit(h_.rows(), k));
  return inverse;
}

double Quadratic::gain(const Vector& g) {
  if (is_convex_) return g.dot(solved(g)) / 2;
  const Vector sizes = spectrum().values.cwiseAbs();
  const Vector along = spectrum().vectors.transpose() * g;
  return along.cwiseAbs2().cwiseQuotient(sizes.cwiseMax(1e-8 * sizes.maxCoeff())).sum() / 2;
}

double Quadratic::inverse_norm(const Vector& g) {
  const Spectrum& s = spectrum();
  return (s.vectors.transpose() * g).cwiseQuotient(s.values.cwiseAbs().cwiseSqrt()).norm();
}

double Quadratic::amplification(const Matrix& a) {
  const Spectrum& s = spectrum();
  double sum = 0;
  for (Eigen::Index k = 0; k < s.values.size(); ++k)
    sum += (a * s.vectors.col(k)).squaredNorm() / std::abs(s.values[k]);
  return std::sqrt(sum);
}

const Quadratic::Spectrum& Quadratic::spectrum() {
  if (!spectrum_) {
    const auto [values, vectors] = linalg_eigh(from_eigen(h_));
    Spectrum s{to_vector(values), to_matrix(vectors), {}};
    s.g = s.vectors.transpose() * g_;
    spectrum_ = std::move(s);
  }
  return *spectrum_;
}

Vector Quadratic::along_ridge(double radius) {
  const Spectrum& s = spectrum();
  return s.vectors.col(0) * std::copysign(radius, -s.g[0]);
}

double Quadratic::least_curvature() { return spectrum().values[0]; }

bool Quadratic::is_indefinite(double rounding) {
  return !is_convex_ && least_curvature() < -rounding * spectrum().values.cwiseAbs().maxCoeff();
}

std::optional<Vector> Quadratic::shortest() {
  if (is_convex_) return newton_;
  const Spectrum& s = spectrum();
  const double rounding = kRounding * s.values.cwiseAbs().maxCoeff();
  Vector p = Vector::Zero(s.g.size());
  for (Eigen::Index i = 0; i < p.size(); ++i) {
    if (s.values[i] > rounding)
      p[i] = -s.g[i] / s.values[i];
    else if (s.values[i] < -rounding || std::abs(s.g[i]) > 1e-6 * s.g.norm())
      return std::nullopt;
  }
  return s.vectors * p;
}

Vector Quadratic::step(double radius) {
  if (is_convex_ && newton_.norm() <= radius) return newton_;
  if (is_sparse_)
    if (std::optional<Vector> p = sparse_step(radius)) return *std::move(p);
  return spectral_step(radius);
}

Vector Quadratic::spectral_step(double radius) {
  const Spectrum& s = spectrum();
  const Vector sizes = s.values.cwiseAbs();
  const auto norm_and_derivative = [&](double shift) {
    double square = 0;
    double derivative = 0;
    for (Eigen::Index i = 0; i < s.g.size(); ++i) {
      if (s.g[i] == 0) continue;
      const double p = s.g[i] / (sizes[i] + shift);
      square += p * p;
      derivative -= p * p / (sizes[i] + shift);
    }
    const double norm = std::sqrt(square);
    return std::pair{norm, derivative / norm};
  };
  double shift = 0;
  if (!(norm_and_derivative(0).first <= radius))
    shift = shift_for(norm_and_derivative, 0, s.g.norm() / radius, radius);
  Vector p(s.g.size());
  for (Eigen::Index i = 0; i < p.size(); ++i) p[i] = s.g[i] == 0 ? 0 : -s.g[i] / (sizes[i] + shift);
  return s.vectors * p;
}

std::optional<Vector> Quadratic::sparse_step(double radius) {
  const Eigen::SparseMatrix<double> sparse = h_.sparseView();
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factor;
  factor.analyzePattern(sparse);
  const double size = h_.cwiseAbs().rowwise().sum().maxCoeff();
  double least = std::max(0.0, -h_.diagonal().minCoeff());
  double most = g_.norm() / radius + size;
  double shift = is_convex_ ? 0 : least + 1e-3 * (most - least);
  for (int i = 0; i < 60; ++i) {
    factor.setShift(shift);
    factor.factorize(sparse);
    if (factor.info() != Eigen::Success) {
      least = shift;
    } else {
      const Vector p = -factor.solve(g_);
      const double norm = p.norm();
      if (std::abs(norm - radius) <= 1e-2 * radius) return p;
      (norm > radius ? least : most) = shift;
      const double quadratic = p.dot(factor.solve(p));
      const double next = shift + norm * norm / quadratic * (norm - radius) / radius;
      if (next > least && next < most) {
        shift = next;
        continue;
      }
    }
    // The gradient has next to no part along the lowest curvature.
    if (most - least <= 1e-10 * most) break;
    shift = least > 0 ? std::sqrt(least * most) : 1e-3 * most;
    if (!(shift > least && shift < most)) shift = (least + most) / 2;
  }
  return std::nullopt;
}

Vector curvature_roots(const Matrix& h) {
  Vector d = h.diagonal().unaryExpr([](double c) { return c != 0 ? std::sqrt(std::abs(c)) : 1; });
  // A curvature that is rounding beside others of its row is none: x y z has only mixed ones.
  constexpr int kSweeps = 4;
  for (int k = 0; k < kSweeps && h.size() > 0; ++k) {
    const Vector largest = scaled(h, d).cwiseAbs().rowwise().maxCoeff();
    if (!(largest.array() > 1.5).any()) break;
    d = d.cwiseProduct(largest.cwiseMax(1).cwiseSqrt());
  }
  return d;
}

Matrix scaled(const Matrix& h, const Vector& d) {
  Matrix s(h.rows(), h.cols());
  for (Eigen::Index j = 0; j < h.cols(); ++j)
    for (Eigen::Index i = 0; i < h.rows(); ++i) s(i, j) = (h(i, j) + h(j, i)) / 2 / d[i] / d[j];
  return s;
}

Curvatures curvatures_of(const Matrix& h) {
  const auto [values_tensor, vectors_tensor] = linalg_eigh(from_eigen(h));
  const Vector values = to_vector(values_tensor);
  const Matrix vectors = to_matrix(vectors_tensor);
  const double rounding = kRounding * values.cwiseAbs().maxCoeff();
  Curvatures c;
  c.is_determined.assign(static_cast<std::size_t>(h.rows()), true);
  const auto is_rounding = values.array().abs() <= rounding;
  c.rank = h.rows() - is_rounding.count();
  for (Eigen::Index k = 0; k < values.size(); ++k)
    for (Eigen::Index i = 0; i < values.size(); ++i)
      if (is_rounding[k] && std::abs(vectors(i, k)) > 1e-6)
        c.is_determined[static_cast<std::size_t>(i)] = false;
  c.inverse = Matrix::Zero(h.rows(), h.cols());
  for (Eigen::Index k = 0; k < values.size(); ++k)
    if (!is_rounding[k]) c.inverse += vectors.col(k) * (vectors.col(k) / values[k]).transpose();
  return c;
}

}  // namespace eigengrad::optim
