#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::autograd {

/// The scope in which tensors may carry tangents. One at a time per thread; at its end every tangent
/// made in it is gone.
///
/// Note [Forward mode]
/// A tangent travels with its tensor: an operator that sees one among its inputs computes the
/// tangent of its output by the jvp rule of its kind. Tangents are tensors, so with grad mode on
/// they are recorded (reverse over forward), and a backward sweep over values that carry tangents
/// gives gradients that carry tangents (forward over reverse: one Hessian-vector product).
/// Inference mode inside it hides the tangents, as in PyTorch; a level that is opened in inference mode has
/// them.
/// Throws: GraphError when one is open already.
class EIGENGRAD_API DualLevel {
 public:
  DualLevel();
  ~DualLevel();
  DualLevel(const DualLevel&) = delete;
  DualLevel& operator=(const DualLevel&) = delete;
  static bool is_open() noexcept;
};

/// A view of `primal` that carries `tangent`.
/// Throws: GraphError when no level exists; ShapeError when the sizes differ; DtypeError when the
/// dtypes differ or do not float.
EIGENGRAD_API Tensor make_dual(const Tensor& primal, const Tensor& tangent);

struct Dual {
  Tensor primal;
  /// Undefined when the tensor carries none, which stands for zero.
  Tensor tangent;
};
/// Takes a tensor apart. The primal carries no tangent.
/// Throws: GraphError when no level exists.
EIGENGRAD_API Dual unpack_dual(const Tensor& t);

}  // namespace eigengrad::autograd
