#include "calls.hpp"

namespace conformance {

void reductions(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  const Tensor x = f64({3, -1, 2, 5, 0.5, -4, 1, 1, 7, -2, 6, 0}).reshape({3, 4});
  const Tensor n = f64({3, 0, 2, 5, 0, -4}).reshape({2, 3}) / f64({1, 0, 2}).reshape({1, 3});
  const Tensor t = f64({1, 2, 2, 3, 3, 3});
  const Tensor i = i64({4, 2, 2, 9, 0, 7}).reshape({2, 3});
  const Tensor q = f64({0.1, 0.5, 0.85});
  SHOW(torch::sum(x));
  SHOW(torch::sum(x, 1));
  SHOW(torch::sum(x, at::IntArrayRef({0, 1}), true));
  SHOW(torch::sum(i));
  SHOW(torch::mean(x));
  SHOW(torch::mean(x, {0}, true));
  SHOW(torch::prod(x));
  SHOW(torch::prod(x, 0));
  SHOW(torch::logsumexp(x, {1}));
  SHOW(torch::logsumexp(x, at::IntArrayRef({0, 1}), true));
  SHOW(torch::amax(x, {0}));
  SHOW(torch::amin(x, {0, 1}, true));
  SHOW(torch::max(x));
  SHOW(torch::max(x, 1));
  SHOW(torch::min(x));
  SHOW(torch::min(x, 0, true));
  SHOW(torch::aminmax(x));
  SHOW(torch::aminmax(x, 1));
  SHOW(torch::argmax(x));
  SHOW(torch::argmax(x, 1));
  SHOW(torch::argmin(x, 0, true));
  SHOW(torch::all(x > -5));
  SHOW(torch::all(x, 1));
  SHOW(torch::any(x > 6, 0));
  SHOW(torch::count_nonzero(x));
  SHOW(torch::count_nonzero(x, at::IntArrayRef({1})));
  SHOW(torch::norm(x));
  SHOW(torch::norm(x, 1));
  SHOW(torch::norm(x, 3, {1}, true));
  SHOW(torch::norm(x, 2, {0}));
  SHOW(torch::linalg_vector_norm(x));
  SHOW(torch::linalg_vector_norm(x, 1, {0}));
  SHOW(torch::trace(x));
  SHOW(torch::renorm(x, 2, 0, 5));

  SHOW(torch::var(x));
  SHOW(torch::var(x, false));
  SHOW(torch::var(x, {1}, true, true));
  SHOW(torch::std(x));
  SHOW(torch::std(x, {0}, false));
  SHOW(torch::var_mean(x));
  SHOW(torch::std_mean(x, {1}));
  SHOW(torch::nansum(n));
  SHOW(torch::nansum(n, 1));
  SHOW(torch::nanmean(n, 0));
  SHOW(torch::median(x));
  SHOW(torch::median(x, 1));
  SHOW(torch::nanmedian(n));
  SHOW(torch::nanmedian(n, 1));
  SHOW(torch::quantile(x, 0.3));
  SHOW(torch::quantile(x, q, 1));
  SHOW(torch::quantile(x, q, 0, true, "lower"));
  SHOW(torch::quantile(x, q, 0, true, "nearest"));
  SHOW(torch::nanquantile(n, 0.5));
  SHOW(torch::mode(t));
  SHOW(torch::cov(x));
  SHOW(torch::cov(x, 0));
  SHOW(torch::corrcoef(x));
  SHOW(torch::histc(x, 4, -4, 8));
  SHOW(torch::bincount(i.reshape({-1})));
  SHOW(torch::bucketize(x, f64({-2, 0, 1, 5})));
  SHOW(torch::bucketize(x, f64({-2, 0, 1, 5}), false, true));
  SHOW(torch::searchsorted(f64({-2, 0, 1, 5}), x));
  SHOW(torch::searchsorted(f64({-2, 0, 1, 5}), x, false, true));

  SHOW(torch::cumsum(x, 1));
  SHOW(torch::cumsum(i, 0));
  SHOW(torch::cumprod(x, 0));
  SHOW(torch::logcumsumexp(x, 1));
  SHOW(torch::cummax(x, 1));
  SHOW(torch::cummin(x, 0));
  SHOW(torch::diff(x));
  SHOW(torch::diff(x, 2, 1));
  SHOW(torch::diff(x, 1, 0));
  SHOW(torch::trapezoid(x));
  SHOW(torch::trapezoid(x, f64({0, 1, 3, 4})));
  SHOW(torch::trapezoid(x, 0.5, 0));
  SHOW(torch::trapz(x));
  SHOW(torch::cumulative_trapezoid(x));
  SHOW(torch::cumulative_trapezoid(x, f64({0, 1, 3, 4})));
  SHOW(torch::gradient(x));
  SHOW(torch::gradient(x, at::Scalar(0.5), 1));

  SHOW(torch::sort(x));
  SHOW(torch::sort(x, 0, true));
  SHOW(torch::msort(x));
  SHOW(torch::argsort(x));
  SHOW(torch::argsort(x, 0, true));
  SHOW(torch::topk(x, 2));
  SHOW(torch::topk(x, 2, 0, false));
  SHOW(torch::kthvalue(x, 2));
  SHOW(torch::kthvalue(x, 1, 0, true));
#undef SHOW
}

}  // namespace conformance
