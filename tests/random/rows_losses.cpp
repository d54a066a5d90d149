#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Losses: the mean over the elements of a function of an element and its target.
namespace random_programs {
namespace {

using eg::Tensor;
using N = Number;

Row loss(const char* name, const char* text, const char* python,
         Tensor (*call)(const Tensor&, const Tensor&), N (*f)(const N&, const N&)) {
  return {.name = name,
          .text = text,
          .draw =
              [](Draft& d, Statement& s) {
                const int x = d.real();
                require(d[x].numel() > 0);
                s.operands = {x, d.shaped(d[x].sizes, d[x].dtype)};
              },
          .call = [=](const Call& c) { return variable_list{call(c.x[0], c.x[1])}; },
          .reference =
              [=](const Reference& c) {
                require(c.x[0].sizes == c.x[1].sizes && c.x[0].dtype == c.x[1].dtype);
                const std::vector<N> x = c.x[0].elements(), y = c.x[1].elements();
                N sum;
                for (std::size_t i = 0; i < x.size(); ++i) sum += f(x[i], y[i]);
                return Values{make({}, {sum / N(static_cast<double>(x.size()))}, c.x[0].dtype)};
              },
          .python = python,
          .weight = 0.3};
}

/// d^2 / 2 within distance 1, d - 1/2 beyond.
N huber(const N& x, const N& y) {
  const N d = absolute(x - y);
  decide(value(d) - 1);
  return value(d) < 1 ? N(0.5) * d * d : d - N(0.5);
}

}  // namespace

Rows loss_rows() {
#define LOSS(name, ...)                                                        \
  loss(                                                                        \
      #name, "eg::" #name "(%0, %1)", "torch.nn.functional." #name "(%0, %1)", \
      [](const Tensor& x, const Tensor& y) { return eg::name(x, y); }, __VA_ARGS__)
  return {
      LOSS(mse_loss, [](const N& x, const N& y) { return (x - y) * (x - y); }),
      LOSS(l1_loss, [](const N& x, const N& y) { return absolute(x - y); }),
      LOSS(smooth_l1_loss, huber),
      LOSS(huber_loss, huber),
      LOSS(binary_cross_entropy_with_logits,
           [](const N& x, const N& y) { return (N(1) - y) * x + log1p(exp(-x)); }),
      loss(
          "kl_div", "eg::kl_div(%0, %1)", "torch.nn.functional.kl_div(%0, %1)",
          [](const Tensor& x, const Tensor& y) { return eg::kl_div(x, y); },
          [](const N& x, const N& y) { return y * (log(y) - x); }),
  };
#undef LOSS
}

}  // namespace random_programs
