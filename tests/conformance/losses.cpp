#include "calls.hpp"

namespace conformance {

void losses(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  const Tensor x = f64({0.5, -1, 2, 0.25, 1.5, -0.75}).reshape({2, 3});
  const Tensor y = f64({1, 0, 1.5, 1, -1, 0.5}).reshape({2, 3});
  const Tensor p = torch::sigmoid(x);
  const Tensor t = f64({1, 0, 1, 0, 1, 1}).reshape({2, 3});
  const Tensor s = f64({1, -1, 1, -1, 1, 1}).reshape({2, 3});
  const Tensor c = i64({2, 0});
  const Tensor w = f64({1, 2, 0.5});
  const Tensor one = f64({1, -1});
  SHOW(torch::softmax(x, 1));
  SHOW(torch::softmax(x, 0));
  SHOW(torch::log_softmax(x, 1));
  SHOW(torch::mse_loss(x, y));
  SHOW(torch::mse_loss(x, y, torch::Reduction::Sum));
  SHOW(torch::mse_loss(x, y, torch::Reduction::None));
  SHOW(torch::l1_loss(x, y));
  SHOW(torch::smooth_l1_loss(x, y));
  SHOW(torch::smooth_l1_loss(x, y, torch::Reduction::Sum, 0.5));
  SHOW(torch::huber_loss(x, y));
  SHOW(torch::huber_loss(x, y, torch::Reduction::Sum, 0.5));
  SHOW(torch::binary_cross_entropy(p, t));
  SHOW(torch::binary_cross_entropy(p, t, w));
  SHOW(torch::binary_cross_entropy_with_logits(x, t));
  SHOW(torch::binary_cross_entropy_with_logits(x, t, w, w));
  SHOW(torch::nll_loss(torch::log_softmax(x, 1), c));
  SHOW(torch::nll_loss(torch::log_softmax(x, 1), c, w, torch::Reduction::Sum));
  SHOW(torch::cross_entropy_loss(x, c));
  SHOW(torch::cross_entropy_loss(x, c, w, torch::Reduction::Mean, -100, 0.1));
  SHOW(torch::cross_entropy_loss(x, torch::softmax(y, 1)));
  SHOW(torch::kl_div(torch::log_softmax(x, 1), torch::softmax(y, 1)));
  SHOW(torch::kl_div(torch::log_softmax(x, 1), torch::log_softmax(y, 1), torch::Reduction::Sum,
                     true));
  SHOW(torch::poisson_nll_loss(x, t, true, false, 1e-8, torch::Reduction::Mean));
  SHOW(torch::poisson_nll_loss(p, t + 1, false, true, 1e-8, torch::Reduction::Sum));
  SHOW(torch::hinge_embedding_loss(x, s));
  SHOW(torch::margin_ranking_loss(x, y, s, 0.5));
  SHOW(torch::cosine_embedding_loss(x, y, one));
  SHOW(torch::cosine_embedding_loss(x, y, one, 0.25));
  SHOW(torch::triplet_margin_loss(x, y, p));
  SHOW(torch::soft_margin_loss(x, s));
  SHOW(torch::multi_margin_loss(x, c));
  SHOW(torch::multilabel_margin_loss(x, i64({2, 0, -1, 1, -1, 0}).reshape({2, 3})));
#undef SHOW
}

}  // namespace conformance
