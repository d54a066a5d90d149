#include "optim/ode/system.hpp"

#include <algorithm>
#include <array>

#include "autograd/kinds.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/functional/jacobian.hpp"

namespace eigengrad::optim::ode {

using eigengrad::detail::fail;

bool is_differentiable(const Tensor& t) {
  return (GradMode::is_enabled() && t.requires_grad()) || eigengrad::detail::carries_tangent(t);
}

Tensor System::time(double t) const {
  Tensor scalar = eigengrad::detail::new_tensor("odeint", {}, like_.dtype(), {});
  if (like_.dtype() == kFloat64)
    *scalar.impl()->data<double>() = t;
  else
    *scalar.impl()->data<float>() = static_cast<float>(t);
  return scalar;
}

Tensor System::evaluate(const Tensor& t, const Tensor& y) const {
  const std::uint32_t version = y.impl()->storage().version();
  Tensor k = f_(t, y, theta_);
  if (y.impl()->storage().version() != version)
    fail<GraphError>("odeint",
                     "f wrote to y in place; y is a state of the solution: write to y.clone()");
  if (!k.defined()) fail<ValueError>("odeint", "f gave an undefined tensor; return dy/dt");
  if (!(k.sizes() == like_.sizes()))
    fail<ShapeError>("odeint", "f gave sizes ", k.sizes(), " for a state of sizes ", like_.sizes(),
                     "; dy/dt has the shape of y");
  if (k.dtype() != like_.dtype())
    fail<DtypeError>("odeint", "f gave dtype ", to_string(k.dtype()), " for a state of ",
                     to_string(like_.dtype()), "; convert its constants");
  return k;
}

Tensor System::rhs(const Tensor& t, const Tensor& y) const {
  ++evaluations_;
  if (!is_plain()) return evaluate(t, y).contiguous();
  const AutoGradMode mode(GradMode::is_enabled() && !captured_);
  Tensor k = evaluate(t, y);
  if (is_differentiable(k)) {
    captured_ = true;
    k = k.detach();
  }
  return k.contiguous();
}

System::Derivatives System::derivatives(double t, const Tensor& y) const {
  ++jacobians_;
  const auto f = [this](const variable_list& x) {
    return eigengrad::detail::as_list(evaluate(x[0], x[1]));
  };
  const bool record = !is_plain() && GradMode::is_enabled();
  variable_list by = eigengrad::detail::jacobian(f, {time(t), y}, {.create_graph = record}).front();
  const std::int64_t n = y.numel();
  return {by[0].reshape(y.sizes()).contiguous(), by[1].reshape({n, n})};
}

namespace {

/// A linear combination of tensors of one shape and dtype.
struct Combination {
  static constexpr auto node_name = "OdeintCombinationBackward";
  static constexpr std::size_t kMost = 9;
  std::array<double, kMost> weights{};

  Tensor forward(TensorList xs) const {
    Tensor y = eigengrad::detail::new_tensor("odeint", xs[0].sizes(), xs[0].dtype(), {});
    eigengrad::detail::dispatch_floating("odeint", y.dtype(), [&]<class T>(std::type_identity<T>) {
      add_up(y.impl()->data<T>(), xs, y.numel());
    });
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return weights[i] == 1 ? g : g.mul(weights[i]);
  }

 private:
  /// Block by block, so that the sum stays in cache from term to term.
  template <class T>
  void add_up(T* out, TensorList xs, std::int64_t n) const {
    constexpr std::int64_t kBlock = 512;
    for (std::int64_t from = 0; from < n; from += kBlock) {
      const std::int64_t to = std::min(from + kBlock, n);
      for (std::size_t i = 0; i < xs.size(); ++i) {
        const T* const x = xs[i].impl()->data<T>();
        const auto w = static_cast<T>(weights[i]);
        for (std::int64_t e = from; e < to; ++e) out[e] = i == 0 ? w * x[e] : out[e] + w * x[e];
      }
    }
  }
};

}  // namespace

Tensor combine(const Tensor& y, const double* weights, const Tensor* k, std::size_t size) {
  Combination combination;
  std::array<Tensor, Combination::kMost> terms;
  std::size_t n = 0;
  const auto add = [&](const Tensor& x, double weight) {
    combination.weights[n] = weight;
    terms[n++] = x;
  };
  if (y.defined()) add(y, 1);
  for (std::size_t i = 0; i < size; ++i)
    if (weights[i] != 0) add(k[i], weights[i]);
  return autograd::apply_linear_list(combination, TensorList(terms.data(), n));
}

}  // namespace eigengrad::optim::ode
