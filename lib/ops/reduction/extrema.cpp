#include "eigengrad/ops/reduction/extrema.hpp"

#include "core/new_tensor.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/reduction/extremum.hpp"
#include "kernels/reduction/reduce.hpp"
#include "ops/reduction/along.hpp"
#include "ops/reduction/reduced_dims.hpp"
#include "ops/reduction/ties.hpp"

namespace eigengrad {
namespace {

using autograd::apply_general;

/// Largest or smallest elements over dimensions.
struct Extreme : TieSharingDerivative {
  bool largest;
  Tensor forward(const Tensor& x) const {
    const auto kernel = [this](const Tensor& y, const Tensor& of) {
      kernels::extreme(y, of, largest);
    };
    return dims.values(kernel, x);
  }
};
struct MaxAll : Extreme {
  static constexpr auto node_name = "MaxBackward1";
};
struct MinAll : Extreme {
  static constexpr auto node_name = "MinBackward1";
};
struct Amax : Extreme {
  static constexpr auto node_name = "AmaxBackward0";
};
struct Amin : Extreme {
  static constexpr auto node_name = "AminBackward0";
};

struct AminAmax {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 3;
  static constexpr auto node_name = "AminmaxBackward0";
  Extreme smallest;
  Extreme largest;
  struct Outputs {
    const Tensor& min;
    const Tensor& max;
  };

  std::array<Tensor, 2> forward(const Tensor& x) const {
    return {smallest.forward(x), largest.forward(x)};
  }
  Tensor vjp(std::size_t, const Outputs& g, const Tensor& x, const Outputs& y) const {
    if (!g.max.defined()) return smallest.vjp(g.min, x, y.min);
    const Tensor of_largest = largest.vjp(g.max, x, y.max);
    return g.min.defined() ? smallest.vjp(g.min, x, y.min) + of_largest : of_largest;
  }
  void lift(std::int64_t lead) {
    smallest.lift(lead);
    largest.lift(lead);
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor& x, const Outputs& y) const {
    return k == 0 ? smallest.jvp(t, x, y.min) : largest.jvp(t, x, y.max);
  }
};

/// The largest or smallest element of each slice along `d`, and its index.
struct ExtremumAlong {
  static constexpr std::size_t inputs = 1;
  const char* node_name;
  std::size_t d;
  bool keepdim;
  bool largest;

  ChosenValues forward(const Tensor& x) const {
    DimVector sizes(x.sizes());
    if (!sizes.empty()) sizes[d] = 1;
    Tensor values = detail::uninitialised(x.dtype(), sizes);
    Tensor indices = detail::uninitialised(kInt64, sizes);
    kernels::extremum(values, indices, x, largest);
    const bool dropped = !keepdim && !sizes.empty();
    const GatherAlong rule{node_name, along(x, d, indices), dropped};
    if (dropped) {
      values = without_dim(values, d);
      indices = without_dim(indices.detach(), d);
    }
    return {rule, {values, indices}};
  }
};

Extreme extreme_rule(std::string_view op, const Tensor& x, OptionalIntArrayRef dim, bool keepdim,
                     bool largest) {
  require_elements(op, x, dim);
  return {{{op, x, dim, keepdim}}, largest};
}

std::tuple<Tensor, Tensor> extremum_along(std::string_view op, const Tensor& x, std::int64_t dim,
                                          bool keepdim, bool largest) {
  const std::size_t d = detail::wrap_dim(op, dim, x.sizes().size());
  require_elements(op, x, dim);
  const char* const node_name = largest ? "MaxBackward0" : "MinBackward0";
  const auto [values, indices] =
      autograd::apply_many(ExtremumAlong{node_name, d, keepdim, largest}, {x});
  return {values, indices};
}

Tensor arg_extremum(std::string_view op, const Tensor& x, optional<std::int64_t> dim, bool keepdim,
                    bool largest) {
  const NoGradGuard off;
  const Tensor plain = x.detach();
  if (dim) return std::get<1>(extremum_along(op, plain, *dim, keepdim, largest));
  require_elements(op, x, nullopt);
  const Tensor index = std::get<1>(extremum_along(op, plain.reshape(-1), 0, false, largest));
  return keepdim ? index.reshape(DimVector(x.sizes().size(), 1)) : index;
}

}  // namespace

Tensor max(const Tensor& x) {
  return apply_general(MaxAll{extreme_rule("max", x, nullopt, false, true)}, x);
}
Tensor min(const Tensor& x) {
  return apply_general(MinAll{extreme_rule("min", x, nullopt, false, false)}, x);
}
std::tuple<Tensor, Tensor> max(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extremum_along("max", x, dim, keepdim, true);
}
std::tuple<Tensor, Tensor> min(const Tensor& x, std::int64_t dim, bool keepdim) {
  return extremum_along("min", x, dim, keepdim, false);
}
Tensor amax(const Tensor& x, IntArrayRef dim, bool keepdim) {
  return apply_general(Amax{extreme_rule("amax", x, dim, keepdim, true)}, x);
}
Tensor amin(const Tensor& x, IntArrayRef dim, bool keepdim) {
  return apply_general(Amin{extreme_rule("amin", x, dim, keepdim, false)}, x);
}
std::tuple<Tensor, Tensor> aminmax(const Tensor& x, optional<std::int64_t> dim, bool keepdim) {
  const OptionalIntArrayRef dims = dim ? OptionalIntArrayRef(*dim) : nullopt;
  const AminAmax rule{extreme_rule("aminmax", x, dims, keepdim, false),
                      extreme_rule("aminmax", x, dims, keepdim, true)};
  const auto [low, high] = autograd::apply_many(rule, {x});
  return {low, high};
}
Tensor argmax(const Tensor& x, optional<std::int64_t> dim, bool keepdim) {
  return arg_extremum("argmax", x, dim, keepdim, true);
}
Tensor argmin(const Tensor& x, optional<std::int64_t> dim, bool keepdim) {
  return arg_extremum("argmin", x, dim, keepdim, false);
}

Tensor Tensor::max() const { return eigengrad::max(*this); }
Tensor Tensor::max(const Tensor& o) const { return eigengrad::maximum(*this, o); }
std::tuple<Tensor, Tensor> Tensor::max(std::int64_t dim, bool keepdim) const {
  return eigengrad::max(*this, dim, keepdim);
}
Tensor Tensor::min() const { return eigengrad::min(*this); }
Tensor Tensor::min(const Tensor& o) const { return eigengrad::minimum(*this, o); }
std::tuple<Tensor, Tensor> Tensor::min(std::int64_t dim, bool keepdim) const {
  return eigengrad::min(*this, dim, keepdim);
}
Tensor Tensor::argmax(optional<std::int64_t> dim, bool keepdim) const {
  return eigengrad::argmax(*this, dim, keepdim);
}
Tensor Tensor::argmin(optional<std::int64_t> dim, bool keepdim) const {
  return eigengrad::argmin(*this, dim, keepdim);
}
Tensor Tensor::amax(IntArrayRef dim, bool keepdim) const {
  return eigengrad::amax(*this, dim, keepdim);
}
Tensor Tensor::amin(IntArrayRef dim, bool keepdim) const {
  return eigengrad::amin(*this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::aminmax(optional<std::int64_t> dim, bool keepdim) const {
  return eigengrad::aminmax(*this, dim, keepdim);
}

}  // namespace eigengrad
