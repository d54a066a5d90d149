#pragma once

#include <string_view>

#include "eigengrad/core/generator.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Domain: floating point; int64 and bool are converted to float64, except by relu, relu6, hardtanh
// and threshold, which keep integers (and truncate the numbers that they are given).

/// 1 / (1 + exp(-x)). Its derivatives are right far out on both sides.
/// Accuracy: 2 ulp; first derivative 3, second 2.5.
EIGENGRAD_API Tensor sigmoid(const Tensor& x);
/// sigmoid() written into its argument.
EIGENGRAD_API Tensor& sigmoid_(Tensor& x);
/// log(1 / (1 + exp(-x))), without overflow or cancellation.
/// Accuracy: 2 ulp; first derivative 1.5, second 3.
EIGENGRAD_API Tensor log_sigmoid(const Tensor& x);
/// log(1 + exp(beta x)) / beta, and x itself where beta x > threshold.
/// Accuracy: 2 ulp; first derivative 1.5, second 3.
EIGENGRAD_API Tensor softplus(const Tensor& x, const Scalar& beta = 1,
                              const Scalar& threshold = 20);
/// x / (1 + |x|).
/// Accuracy: 2 ulp; first derivative 2.5, second 4.
EIGENGRAD_API Tensor softsign(const Tensor& x);
/// x - tanh(x), without cancellation near 0.
/// Accuracy: 2 ulp; first derivative 1.5, second 3.
EIGENGRAD_API Tensor tanhshrink(const Tensor& x);

/// x sigmoid(x). At the edge: -0 at -inf.
/// Accuracy: 2.5 ulp; first derivative 8, second 16.
EIGENGRAD_API Tensor silu(const Tensor& x);
/// silu() written into its argument.
EIGENGRAD_API Tensor& silu_(Tensor& x);
/// x tanh(log(1 + exp(x))). At the edge: -0 at -inf.
/// Accuracy: 2.5 ulp; first derivative 8, second 16.
/// Source: Misra 2019, arXiv:1908.08681.
EIGENGRAD_API Tensor mish(const Tensor& x);
/// mish() written into its argument.
EIGENGRAD_API Tensor& mish_(Tensor& x);
/// x times the normal cdf at x; with approximate "tanh",
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. At the edge: -0 at -inf.
/// Accuracy: 2 ulp; first derivative 3, second 16.
/// Accuracy (tanh): 2.5 ulp; first derivative 2.5, second 8.
/// Throws: ValueError when `approximate` is neither "none" nor "tanh".
/// Source: Hendrycks and Gimpel 2016, arXiv:1606.08415.
EIGENGRAD_API Tensor gelu(const Tensor& x, std::string_view approximate = "none");
/// gelu() written into its argument.
EIGENGRAD_API Tensor& gelu_(Tensor& x, std::string_view approximate = "none");
/// a sigmoid(b), where a and b are the halves of x along `dim`.
/// Shapes: the extent of `dim` is halved.
/// Accuracy: 3 ulp; first derivative 4, second 4.
/// Throws: ShapeError for a tensor without dimensions and when the extent is odd.
EIGENGRAD_API Tensor glu(const Tensor& x, std::int64_t dim = -1);

/// max(x, 0). At the edge: gradient 0 at 0.
/// Accuracy: exact.
EIGENGRAD_API Tensor relu(const Tensor& x);
/// relu() written into its argument.
EIGENGRAD_API Tensor& relu_(Tensor& x);
/// min(max(x, 0), 6). At the edge: gradient 0 at 0 and at 6.
/// Accuracy: exact.
EIGENGRAD_API Tensor relu6(const Tensor& x);
/// relu6() written into its argument.
EIGENGRAD_API Tensor& relu6_(Tensor& x);
/// x limited to [min_val, max_val]. At the edge: gradient 0 at both.
/// Accuracy: exact.
EIGENGRAD_API Tensor hardtanh(const Tensor& x, const Scalar& min_val = -1,
                              const Scalar& max_val = 1);
/// hardtanh() written into its argument.
EIGENGRAD_API Tensor& hardtanh_(Tensor& x, const Scalar& min_val = -1, const Scalar& max_val = 1);
/// min(max(x + 3, 0), 6) / 6. At the edge: gradient 0 at -3 and at 3.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor hardsigmoid(const Tensor& x);
/// hardsigmoid() written into its argument.
EIGENGRAD_API Tensor& hardsigmoid_(Tensor& x);
/// x min(max(x + 3, 0), 6) / 6. At the edge: gradient -1/2 at -3, 3/2 at 3.
/// Accuracy: 2 ulp; first derivative 1.5, second 1.
EIGENGRAD_API Tensor hardswish(const Tensor& x);
/// hardswish() written into its argument.
EIGENGRAD_API Tensor& hardswish_(Tensor& x);
/// x, or `value` where x <= threshold. At the edge: gradient 0 at the threshold.
/// Accuracy: exact.
EIGENGRAD_API Tensor threshold(const Tensor& x, const Scalar& threshold, const Scalar& value);
/// threshold() written into its argument.
EIGENGRAD_API Tensor& threshold_(Tensor& x, const Scalar& threshold, const Scalar& value);
/// x, or 0 where |x| <= lambd. At the edge: gradient 0 at +-lambd.
/// Accuracy: exact.
EIGENGRAD_API Tensor hardshrink(const Tensor& x, const Scalar& lambd = 0.5);
/// x moved towards 0 by lambd, 0 where |x| <= lambd. At the edge: gradient 0 at +-lambd.
/// Accuracy: 0.5 ulp.
/// Throws: ValueError when lambd is negative.
EIGENGRAD_API Tensor softshrink(const Tensor& x, const Scalar& lambd = 0.5);

/// x, or negative_slope x where x <= 0. At the edge: gradient negative_slope at 0.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor leaky_relu(const Tensor& x, const Scalar& negative_slope = 0.01);
/// leaky_relu() written into its argument.
EIGENGRAD_API Tensor& leaky_relu_(Tensor& x, const Scalar& negative_slope = 0.01);
/// x, or weight x where x <= 0. At the edge: as leaky_relu.
/// Shapes: weight has one element, or one for each index of dimension 1 of x.
/// Accuracy: 0.5 ulp.
/// Throws: ShapeError for any other weight; DtypeError when the dtypes differ.
EIGENGRAD_API Tensor prelu(const Tensor& x, const Tensor& weight);
/// leaky_relu with a slope between `lower` and `upper`: their mean, or when training one that is drawn
/// for each element. At the edge: as leaky_relu.
/// Accuracy: 0.5 ulp.
/// Throws: ValueError when lower > upper.
EIGENGRAD_API Tensor rrelu(const Tensor& x, const Scalar& lower = 0.125,
                           const Scalar& upper = 0.3333333333333333, bool training = false,
                           const optional<Generator>& generator = nullopt);
/// rrelu() written into its argument.
EIGENGRAD_API Tensor& rrelu_(Tensor& x, const Scalar& lower = 0.125,
                             const Scalar& upper = 0.3333333333333333, bool training = false,
                             const optional<Generator>& generator = nullopt);
/// scale x, or scale alpha (exp(input_scale x) - 1) where x <= 0.
/// At the edge: gradient scale alpha input_scale at 0.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor elu(const Tensor& x, const Scalar& alpha = 1, const Scalar& scale = 1,
                         const Scalar& input_scale = 1);
/// elu() written into its argument.
EIGENGRAD_API Tensor& elu_(Tensor& x, const Scalar& alpha = 1, const Scalar& scale = 1,
                           const Scalar& input_scale = 1);
/// x, or alpha (exp(x / alpha) - 1) where x <= 0. Throws: ValueError when alpha is 0.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor celu(const Tensor& x, const Scalar& alpha = 1.0);
/// celu() written into its argument.
EIGENGRAD_API Tensor& celu_(Tensor& x, const Scalar& alpha = 1.0);
/// elu with the alpha and scale that keep mean 0 and variance 1.
/// Accuracy: 3 ulp; first derivative 1, second 1.
/// Source: Klambauer et al. 2017, arXiv:1706.02515.
EIGENGRAD_API Tensor selu(const Tensor& x);
/// selu() written into its argument.
EIGENGRAD_API Tensor& selu_(Tensor& x);

}  // namespace eigengrad
