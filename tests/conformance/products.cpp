#include "calls.hpp"

namespace conformance {

void products(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  const Tensor a = f64({1, -2, 3, 0.5, 4, -1}).reshape({2, 3});
  const Tensor b = f64({2, 1, 0, -1, 3, 1, 1, 2, -2, 5, 0.25, 1}).reshape({3, 4});
  const Tensor c = torch::arange(8, torch::kFloat64).reshape({2, 4});
  const Tensor s = f64({2, 1, 0.5, -1}).reshape({2, 2});
  const Tensor u = f64({1, 2, 3});
  const Tensor v = f64({-1, 0.5, 2});
  const Tensor w = f64({2, -1});
  const Tensor p = torch::arange(12, torch::kFloat64).reshape({2, 2, 3}) * 0.5;
  const Tensor q = torch::arange(12, torch::kFloat64).reshape({2, 3, 2}) - 4;
  const Tensor d = torch::ones({2, 2, 2}, torch::kFloat64);
  SHOW(torch::mm(a, b));
  SHOW(torch::mv(a, u));
  SHOW(torch::dot(u, v));
  SHOW(torch::vdot(u, v));
  SHOW(torch::outer(u, w));
  SHOW(torch::inner(a, u));
  SHOW(torch::bmm(p, q));
  SHOW(torch::matmul(p, u));
  SHOW(torch::matmul(a, q));
  SHOW(torch::addmm(c, a, b));
  SHOW(torch::addmm(c, a, b, 0.5, 2));
  SHOW(torch::addmv(w, a, u));
  SHOW(torch::addr(a, w, u));
  SHOW(torch::addbmm(s, p, q));
  SHOW(torch::baddbmm(d, p, q, 2, 0.5));
  SHOW(torch::einsum("ij,jk->ik", {a, b}));
  SHOW(torch::einsum("bij,bjk", {p, q}));
  SHOW(torch::einsum("ii", {s}));
  SHOW(torch::einsum("...i->...", {p}));
  SHOW(torch::einsum("i,j,k->kij", {u, v, w}));
  SHOW(torch::kron(s, a));
  SHOW(torch::tensordot(p, q, {2}, {1}));
  SHOW(torch::tensordot(p, q, {0, 2}, {0, 1}));
  SHOW(torch::linalg_multi_dot({s, a, b}));
  SHOW(torch::linalg_cross(u, v));
  SHOW(torch::cross(u, v));
  SHOW(torch::linalg_vecdot(u, v));
  SHOW(torch::linear(a, b.t(), f64({1, 2, 3, 4})));
  SHOW(torch::bilinear(a, c, torch::ones({2, 3, 4}, torch::kFloat64), w));
  SHOW(torch::matrix_power(s, 3));
  SHOW(torch::linalg_matrix_power(s, 0));
  SHOW(torch::linalg_vander(u));
  SHOW(torch::cdist(a, a * 2 + 1));
  SHOW(torch::cdist(a, a * 2 + 1, 1));
  SHOW(torch::cosine_similarity(a, a * a, 1));
  SHOW(torch::pairwise_distance(a, a * a));
  SHOW(torch::pdist(a));
#undef SHOW
}

}  // namespace conformance
