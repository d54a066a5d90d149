#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "eigengrad/eigengrad.hpp"

/// Matrices with known properties, and how far two tensors are apart.
namespace linalg_test {

namespace eg = eigengrad;
using eg::Tensor;
using eg::autograd::variable_list;

inline constexpr double kEpsilon = 2.220446049250313e-16;

inline double largest(const Tensor& x) {
  return x.numel() == 0 ? 0 : x.detach().abs().max().item<double>();
}
inline double distance(const Tensor& a, const Tensor& b) {
  BOOST_REQUIRE(a.sizes() == b.sizes());
  return largest(a.detach() - b.detach());
}
inline double frobenius(const Tensor& x) {
  return (x.detach() * x.detach()).sum().sqrt().item<double>();
}

inline Tensor random_matrix(std::int64_t n, std::int64_t m, std::uint64_t seed) {
  eg::manual_seed(seed);
  return eg::randn({n, m});
}

/// A product of reflections.
inline Tensor orthogonal(std::int64_t n, std::uint64_t seed) {
  Tensor q = eg::eye(n);
  for (std::uint64_t k = 0; k < 3; ++k) {
    const Tensor v = random_matrix(n, 1, seed + k);
    q = q - eg::matmul(v, eg::matmul(v.t(), q)) * (2 / (v * v).sum().item<double>());
  }
  return q;
}

/// Singular values spread evenly in logarithm from 1 to 1 / condition.
inline Tensor spread(std::int64_t n, double condition) {
  return eg::exp(eg::linspace(0, -std::log(condition), n));
}
inline Tensor conditioned(std::int64_t n, double condition, std::uint64_t seed) {
  return eg::matmul(orthogonal(n, seed) * spread(n, condition), orthogonal(n, seed + 50));
}
inline Tensor definite(std::int64_t n, double condition, std::uint64_t seed) {
  const Tensor q = orthogonal(n, seed);
  const Tensor a = eg::matmul(q * spread(n, condition), q.t());
  return (a + a.t()) * 0.5;
}

inline Tensor hilbert(std::int64_t n) {
  const Tensor i = eg::arange(0, n, eg::kFloat64);
  return 1 / (i.unsqueeze(1) + i + 1);
}

}  // namespace linalg_test
