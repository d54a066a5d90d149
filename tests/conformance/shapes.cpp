#include "calls.hpp"

namespace conformance {

void shapes(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  const Tensor x = torch::arange(24, torch::kFloat64).reshape({2, 3, 4});
  const Tensor m = torch::arange(6, torch::kFloat64).reshape({2, 3});
  const Tensor v = f64({1, 2, 3});
  const Tensor one = f64({5}).reshape({1, 1});
  SHOW(torch::reshape(x, {4, -1}));
  SHOW(x.view({6, 4}));
  SHOW(x.view_as(torch::zeros({24})));
  SHOW(torch::flatten(x, 1));
  SHOW(torch::flatten(x));
  SHOW(x.unflatten(2, {2, 2}));
  SHOW(torch::ravel(m));
  SHOW(torch::squeeze(one));
  SHOW(torch::squeeze(one, 0));
  SHOW(torch::unsqueeze(m, -1));
  SHOW(torch::transpose(x, 0, -1));
  SHOW(torch::swapaxes(x, 0, 1));
  SHOW(torch::permute(x, {2, 0, 1}));
  SHOW(torch::movedim(x, 0, -1));
  SHOW(torch::movedim(x, {0, 1}, {1, 2}));
  SHOW(torch::t(m));
  SHOW(m.mT());
  SHOW(m.numpy_T());
  SHOW(v.expand({2, 3}));
  SHOW(v.expand_as(m));
  SHOW(torch::broadcast_to(v, {2, 3}));
  SHOW(torch::broadcast_tensors({m, v}));
  SHOW(torch::narrow(x, 1, 1, 2));
  SHOW(torch::select(x, 1, -1));
  SHOW(torch::slice(x, 2, 1, 4, 2));
  SHOW(torch::diagonal(m, 1));
  SHOW(torch::diagonal(x, 0, 1, 2));
  SHOW(torch::as_strided(m, {2, 2}, {1, 2}, 1));
  SHOW(v.unfold(0, 2, 1));
  SHOW(torch::split(x, 2, 1));
  SHOW(torch::split_with_sizes(x, {1, 3}, 2));
  SHOW(torch::chunk(x, 2, 2));
  SHOW(torch::tensor_split(v, 2));
  SHOW(torch::tensor_split(x, {1, 2}, 2));
  SHOW(torch::unbind(m));
  SHOW(torch::unbind(m, 1));
  SHOW(torch::hsplit(m, 3));
  SHOW(torch::vsplit(m, 2));
  SHOW(torch::dsplit(x, 2));
  SHOW(m.contiguous());
  SHOW(torch::clone(m));
  SHOW(torch::atleast_1d(f64({1})));
  SHOW(torch::atleast_2d(v));
  SHOW(torch::atleast_3d(m));

  SHOW(torch::cat({m, m}, 1));
  SHOW(torch::stack({m, m}, 1));
  SHOW(torch::hstack({m, m}));
  SHOW(torch::vstack({m, m}));
  SHOW(torch::dstack({m, m}));
  SHOW(torch::column_stack({m, m}));
  SHOW(m.repeat({2, 1, 2}));
  SHOW(torch::tile(m, {2}));
  SHOW(torch::repeat_interleave(m, 2, 1));
  SHOW(torch::repeat_interleave(m, i64({2, 1}), 0));
  SHOW(torch::diag(v));
  SHOW(torch::diag(m, 1));
  SHOW(torch::diag_embed(m));
  SHOW(torch::diagflat(v, 1));
  SHOW(torch::tril(m));
  SHOW(torch::triu(m, 1));
  SHOW(torch::flip(x, {0, 2}));
  SHOW(torch::fliplr(m));
  SHOW(torch::flipud(m));
  SHOW(torch::roll(m, 1));
  SHOW(torch::roll(x, {1, -1}, {0, 2}));
  SHOW(torch::rot90(m));
  SHOW(torch::rot90(x, 3, {1, 2}));
  SHOW(torch::block_diag({m, v}));
  SHOW(torch::cartesian_prod({v, f64({4, 5})}));
  SHOW(torch::combinations(v));
  SHOW(torch::combinations(v, 2, true));
  SHOW(torch::meshgrid({v, f64({4, 5})}, "ij"));
  SHOW(torch::meshgrid({v, f64({4, 5})}, "xy"));
  SHOW(torch::constant_pad_nd(m, {1, 2}, 7));

  SHOW(torch::select_scatter(m, v, 0, 1));
  SHOW(torch::slice_scatter(m, f64({8, 9}).reshape({2, 1}), 1, 1, 2));
  SHOW(torch::diagonal_scatter(m, f64({8, 9})));

  SHOW(torch::zeros({2, 2}, torch::kFloat64));
  SHOW(torch::ones({2}, torch::kInt64));
  SHOW(torch::full({2}, 1.5, torch::kFloat64));
  SHOW(torch::eye(3, torch::kFloat64));
  SHOW(torch::arange(1, 7, 2, torch::kInt64));
  SHOW(torch::linspace(0, 1, 5, torch::kFloat64));
  SHOW(torch::logspace(0, 2, 3, 10, torch::kFloat64));
  SHOW(torch::zeros_like(m));
  SHOW(torch::ones_like(m));
  SHOW(torch::full_like(m, 2));
#undef SHOW
}

}  // namespace conformance
