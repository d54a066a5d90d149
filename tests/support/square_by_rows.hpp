#pragma once

#include "eigengrad/eigengrad.hpp"

/// The square of x as a custom function without a forward rule.
struct SquareByRows : eigengrad::autograd::Function<SquareByRows> {
  static eigengrad::Tensor forward(eigengrad::autograd::AutogradContext* ctx, eigengrad::Tensor x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static eigengrad::autograd::variable_list backward(eigengrad::autograd::AutogradContext* ctx,
                                                     eigengrad::autograd::variable_list g) {
    return {2 * g[0] * ctx->get_saved_variables()[0]};
  }
};
