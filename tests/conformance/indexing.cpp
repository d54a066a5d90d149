#include "calls.hpp"

namespace conformance {

void indexing(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  using torch::indexing::Ellipsis;
  using torch::indexing::None;
  using torch::indexing::Slice;
  const Tensor x = torch::arange(12, torch::kFloat64).reshape({3, 4}) * 0.5;
  const Tensor m = x > 2;
  const Tensor i = i64({2, 0, 2});
  const Tensor g = i64({0, 3, 1, 2, 2, 0}).reshape({3, 2});
  const Tensor s = f64({10, 20, 30, 40, 50, 60}).reshape({3, 2});
  const Tensor rows = torch::arange(12, torch::kFloat64).reshape({3, 4}) + 100;
  SHOW(torch::index_select(x, 0, i));
  SHOW(torch::index_select(x, 1, i));
  SHOW(torch::gather(x, 1, g));
  SHOW(torch::take(x, i64({0, 11, -1})));
  SHOW(torch::take_along_dim(x, g, 1));
  SHOW(torch::masked_select(x, m));
  SHOW(torch::masked_fill(x, m, -1));
  SHOW(torch::masked_scatter(x, m, rows));
  SHOW(torch::index(x, {i}));
  SHOW(torch::nonzero(m));
  SHOW(torch::one_hot(i, 4));
  SHOW(torch::one_hot(i));
  SHOW(torch::scatter(x, 1, g, s));
  SHOW(torch::scatter(x, 1, g, -1));
  SHOW(torch::scatter(x, 1, g, s, "add"));
  SHOW(torch::scatter_add(x, 1, g, s));
  SHOW(torch::scatter_reduce(x, 1, g, s, "sum"));
  SHOW(torch::scatter_reduce(x, 1, g, s, "amax", false));
  SHOW(torch::scatter_reduce(x, 1, g, s, "mean"));
  SHOW(torch::scatter_reduce(x, 1, g, s, "prod", false));
  SHOW(torch::index_add(x, 0, i, rows));
  SHOW(torch::index_add(x, 0, i, rows, 0.5));
  SHOW(torch::index_copy(x, 0, i64({2, 0, 1}), rows));
  SHOW(torch::index_fill(x, 1, i, -7));
  SHOW(torch::index_reduce(x, 0, i, rows, "amax"));
  SHOW(torch::put(x, i64({0, 5}), f64({-1, -2})));
  SHOW(torch::put(x, i64({5, 5}), f64({-1, -2}), true));
  SHOW(x.index({1}));
  SHOW(x.index({Slice(None, None, 2), Slice(1, 3)}));
  SHOW(x.index({Ellipsis, -1}));
  SHOW(x.index({None, 0}));
  SHOW(x.index({i, 1}));
  SHOW(x.index({m}));
  SHOW(x.clone().index_put_({i}, f64({1, 2, 3, 4})));
  SHOW(x.clone().index_put_({0, Slice()}, 9.0));
  SHOW(x.clone().index_put_({i64({0, 0})}, torch::ones({2, 4}, torch::kFloat64), true));
  SHOW(x.clone().masked_fill_(m, 3));
  SHOW(x.clone().index_add_(0, i, rows));
  SHOW(x.clone().scatter_add_(1, g, s));
  Tensor y = x.clone();
  y[0] = 5.0;
  y[1][2] = 7.0;
  y[2] = rows[0];
  SHOW(y);
  SHOW(x[1]);
  SHOW(x[1][2]);
#undef SHOW
}

}  // namespace conformance
