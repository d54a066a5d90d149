#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#if defined(EIGENGRAD_USE_BLAS)
#include <cblas.h>
#endif

#include "hand/functions.hpp"

namespace hand {

enum class Products { Eigen, Blas };

/// One hidden layer of rectified units and a softmax, trained by Adam; float32, every matrix by rows.
template <Products Kind>
class Perceptron {
 public:
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Row = Eigen::Matrix<float, 1, Eigen::Dynamic>;

  /// A parameter with its gradient and Adam's moments.
  template <class M>
  struct Parameter {
    M value, gradient, mean, square;
    void start(const M& from) {
      value = from;
      mean = square = M::Zero(from.rows(), from.cols());
    }
  };

  /// Loss before the step.
  float step(const Matrix& x, const std::int64_t* labels) {
    const Eigen::Index n = x.rows();
    multiply(x, false, w1.value, true, hidden_);
    hidden_ = (hidden_.rowwise() + b1.value).cwiseMax(0.0f);
    multiply(hidden_, false, w2.value, true, delta2_);
    delta2_.rowwise() += b2.value;
    float loss = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      auto row = delta2_.row(i);
      const float own = row[labels[i]];
      const float top = row.maxCoeff();
      row = (row.array() - top).exp();
      const float sum = row.sum();
      loss += std::log(sum) + top - own;
      row *= 1 / (sum * static_cast<float>(n));
      row[labels[i]] -= 1 / static_cast<float>(n);
    }
    multiply(delta2_, true, hidden_, false, w2.gradient);
    b2.gradient = delta2_.colwise().sum();
    multiply(delta2_, false, w2.value, false, delta1_);
    delta1_ = (hidden_.array() > 0).select(delta1_, 0.0f);
    multiply(delta1_, true, x, false, w1.gradient);
    b1.gradient = delta1_.colwise().sum();
    ++steps_;
    update(w1);
    update(b1);
    update(w2);
    update(b2);
    return loss / static_cast<float>(n);
  }

  Parameter<Matrix> w1, w2;
  Parameter<Row> b1, b2;

 private:
  /// c = a b, each transposed or not.
  static void multiply(const Matrix& a, bool ta, const Matrix& b, bool tb, Matrix& c) {
    const Eigen::Index rows = ta ? a.cols() : a.rows();
    const Eigen::Index cols = tb ? b.rows() : b.cols();
    c.resize(rows, cols);
    if constexpr (Kind == Products::Blas) {
#if defined(EIGENGRAD_USE_BLAS)
      const auto number = [](Eigen::Index i) { return static_cast<int>(i); };
      cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
                  number(rows), number(cols), number(ta ? a.rows() : a.cols()), 1, a.data(),
                  number(a.cols()), b.data(), number(b.cols()), 0, c.data(), number(cols));
#endif
    } else if (ta) {
      c.noalias() = a.transpose() * b;
    } else if (tb) {
      c.noalias() = a * b.transpose();
    } else {
      c.noalias() = a * b;
    }
  }

  template <class M>
  void update(Parameter<M>& p) {
    constexpr float kRate = 1e-3f, kFirst = 0.9f, kSecond = 0.999f, kEpsilon = 1e-8f;
    const float first = 1 - std::pow(kFirst, static_cast<float>(steps_));
    const float second = std::sqrt(1 - std::pow(kSecond, static_cast<float>(steps_)));
    // In pieces that stay in the first cache.
    for (Eigen::Index i = 0; i < p.value.size(); i += kPiece) {
      const Eigen::Index n = std::min(kPiece, p.value.size() - i);
      const auto piece = [&](M& m) { return Eigen::Map<Eigen::ArrayXf>(m.data() + i, n); };
      auto mean = piece(p.mean);
      auto square = piece(p.square);
      const auto g = piece(p.gradient);
      mean = kFirst * mean + (1 - kFirst) * g;
      square = kSecond * square + (1 - kSecond) * g.square();
      Eigen::Map<Eigen::ArrayXf> root(root_, n);
      hand::sqrt(square.data(), square.data(), root_, n);
      piece(p.value) -= kRate / first * mean / (root / second + kEpsilon);
    }
  }

  static constexpr Eigen::Index kPiece = 1024;
  Matrix hidden_, delta1_, delta2_;
  float root_[kPiece];
  int steps_ = 0;
};

}  // namespace hand
