#include "eigengrad/check/gradcheck.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "autograd/kinds.hpp"
#include "check/jacobians.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/print.hpp"

namespace eigengrad::detail {
namespace {

using Vectors = std::vector<std::vector<double>>;

struct Tolerance {
  double atol;
  double rtol;
  bool accepts(double analytical, double numerical) const noexcept {
    return analytical == numerical ||
           std::abs(analytical - numerical) <= atol + rtol * std::abs(numerical);
  }
};

/// How an analytical derivative was computed; for messages.
constexpr std::string_view kBackward = "backward sweeps";
constexpr std::string_view kForward = "forward mode";

std::string to_text(const DoubleMatrix& m) {
  return tensor(m.values).reshape({m.rows, m.cols}).to_string();
}

void compare(const Subject& subject, const Jacobians& analytical, const Jacobians& numerical,
             const GradcheckOptions& options, std::string_view way) {
  const Tolerance tolerance{options.atol, options.rtol};
  for (std::size_t k = 0; k < numerical.size(); ++k) {
    for (std::size_t i = 0; i < numerical[k].size(); ++i) {
      const DoubleMatrix& a = analytical[k][i];
      const DoubleMatrix& n = numerical[k][i];
      for (std::int64_t r = 0; r < n.rows; ++r)
        for (std::int64_t c = 0; c < n.cols; ++c)
          if (!tolerance.accepts(a(r, c), n(r, c)))
            fail<GradcheckError>(
                subject.op(), "Jacobian mismatch for output ", subject.output_index(k),
                " with respect to input ", subject.input_index(i), ": row ", r, ", column ", c,
                " is ", a(r, c), " by ", way, " and ", n(r, c), " by differences;\nnumerical:\n",
                to_text(n), "\nanalytical:\n", to_text(a),
                "\ncorrect the derivative, or the tolerances if the function is steep there");
    }
  }
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double sum_of_abs(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += std::abs(x);
  return sum;
}

/// Random directions, one per input, and weights, one per output.
struct Probe {
  Vectors u;
  Vectors v;
};

Probe make_probe(const Subject& subject, FixedRandom& random) {
  Probe p;
  for (std::size_t i = 0; i < subject.num_inputs(); ++i)
    p.u.push_back(random.vector(subject.input(i).numel()));
  for (std::size_t k = 0; k < subject.num_outputs(); ++k)
    p.v.push_back(random.vector(subject.output(k).numel()));
  return p;
}

variable_list cotangents_of(const Subject& subject, const Vectors& v) {
  variable_list list;
  for (std::size_t k = 0; k < v.size(); ++k) list.push_back(from_doubles(v[k], subject.output(k)));
  return list;
}

void check_repeatable(const Subject& subject, double difference, const GradcheckOptions& options) {
  if (difference > options.nondet_tol)
    fail<GradcheckError>(subject.op(),
                         "the backward pass is not reentrant: two sweeps over one graph "
                         "with the same cotangents differ by ",
                         difference, ", nondet_tol is ", options.nondet_tol,
                         "; make the derivative deterministic, or raise it");
}

void check_slowly(Subject& subject, const GradcheckOptions& options) {
  const Jacobians numerical = numerical_jacobians(subject, options.eps);
  if (options.check_backward_ad) {
    const BackwardJacobians backward = backward_jacobians(subject);
    compare(subject, backward.jacobians, numerical, options, kBackward);
    check_repeatable(subject, backward.repeat_difference, options);
  }
  if (options.check_forward_ad)
    compare(subject, forward_jacobians(subject), numerical, options, kForward);
}

/// The tolerance of the entries of J carries over to v^T J u: atol is multiplied by the sums of |u_i| and
/// |v_k|.
void compare_product(Subject& subject, const Probe& p, std::size_t k, std::size_t i,
                     double analytical, double numerical, const GradcheckOptions& options,
                     std::string_view way) {
  const Tolerance tolerance{options.atol * sum_of_abs(p.u[i]) * sum_of_abs(p.v[k]), options.rtol};
  if (tolerance.accepts(analytical, numerical)) return;
  check_slowly(subject, options);
  fail<GradcheckError>(subject.op(), "Jacobian mismatch for output ", subject.output_index(k),
                       " with respect to input ", subject.input_index(i),
                       ": its product with two random vectors is ", analytical, " by ", way,
                       " and ", numerical,
                       " by differences, although no single entry is off; use fast_mode = false or "
                       "larger tolerances");
}

void check_fast(Subject& subject, const GradcheckOptions& options, FixedRandom& random) {
  const Probe p = make_probe(subject, random);
  const variable_list weights = cotangents_of(subject, p.v);
  std::vector<Vectors> products;  // [output][input]
  double repeat_difference = 0;
  if (options.check_backward_ad) {
    const Evaluation e = subject.evaluate();
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const Evaluation one{e.inputs, {e.outputs[k]}};
      products.push_back(backward_product(one, {weights[k]}));
      const Vectors again = backward_product(one, {weights[k]});
      for (std::size_t i = 0; i < again.size(); ++i)
        repeat_difference =
            std::max(repeat_difference, largest_difference(products[k][i], again[i]));
    }
  }
  for (std::size_t i = 0; i < subject.num_inputs(); ++i) {
    const Vectors numerical_products = numerical_product(subject, i, p.u[i], options.eps);
    Vectors tangents;
    if (options.check_forward_ad) {
      Vectors directions(subject.num_inputs());
      directions[i] = p.u[i];
      tangents = forward_product(subject, directions);
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double numerical = dot(p.v[k], numerical_products[k]);
      if (options.check_backward_ad)
        compare_product(subject, p, k, i, dot(products[k][i], p.u[i]), numerical, options,
                        kBackward);
      if (options.check_forward_ad)
        compare_product(subject, p, k, i, dot(p.v[k], tangents[k]), numerical, options, kForward);
    }
  }
  check_repeatable(subject, repeat_difference, options);
}

/// A sweep is linear in its cotangents: a rule that forgets to multiply by them, or does so twice, can
/// agree with the differences, which see unit vectors only.
void check_linear(const Subject& subject, const GradcheckOptions& options, FixedRandom& random) {
  const Vectors v = make_probe(subject, random).v;
  Vectors zero = v, scaled = v;
  constexpr double factor = -2.5;
  for (std::size_t k = 0; k < v.size(); ++k)
    for (std::size_t r = 0; r < v[k].size(); ++r) {
      zero[k][r] = 0;
      scaled[k][r] = factor * v[k][r];
    }
  const Evaluation e = subject.evaluate();
  const auto products_of = [&](const Vectors& w) {
    return backward_product(e, cotangents_of(subject, w));
  };
  const Vectors of_zero = products_of(zero), of_v = products_of(v), of_scaled = products_of(scaled);
  const Tolerance tolerance{options.atol + options.nondet_tol, options.rtol};
  for (std::size_t i = 0; i < of_v.size(); ++i)
    for (std::size_t c = 0; c < of_v[i].size(); ++c) {
      if (of_zero[i][c] != 0)
        fail<GradcheckError>(subject.op(),
                             "backward not multiplied by grad_output: with cotangents of "
                             "zero element ",
                             c, " of the gradient of input ", subject.input_index(i), " is ",
                             of_zero[i][c], "; multiply by the incoming gradient");
      if (!tolerance.accepts(of_scaled[i][c], factor * of_v[i][c]))
        fail<GradcheckError>(subject.op(),
                             "backward not multiplied by grad_output just once: "
                             "cotangents scaled by ",
                             factor, " change element ", c, " of the gradient of input ",
                             subject.input_index(i), " from ", of_v[i][c], " to ", of_scaled[i][c],
                             "; make it linear in the incoming gradient");
    }
}

/// Copies its input; its gradient is undefined.
struct UndefinedGrad {
  static constexpr auto node_name = "UndefinedGradBackward0";
  Tensor forward(const Tensor& x) const {
    const NoGradGuard plain;
    return x.clone();
  }
  Tensor transpose(const Tensor&) const { return {}; }
};

void check_undefined(const Subject& subject, std::size_t first, std::size_t last) {
  Evaluation e = subject.evaluate();
  for (std::size_t k = first; k < last; ++k)
    e.outputs[k] = autograd::apply_linear(UndefinedGrad{}, e.outputs[k]);
  variable_list seeds;
  for (const Tensor& y : e.outputs) seeds.push_back(zeros_like(y.detach()));
  Vectors g;
  try {
    g = backward_product(e, seeds);
  } catch (const Error& error) {
    fail<GradcheckError>(subject.op(),
                         "Expected backward function to handle undefined output grads: it "
                         "threw when the gradient of output ",
                         subject.output_index(first), last - first > 1 ? " and others" : "",
                         " was undefined (", error.what(), "); take undefined gradients as zeros");
  }
  for (std::size_t i = 0; i < g.size(); ++i)
    for (const double x : g[i])
      if (x != 0)
        fail<GradcheckError>(subject.op(),
                             "Expected all input grads to be undefined or zero when all "
                             "output grads are: the gradient of input ",
                             subject.input_index(i), " contains ", x,
                             "; take undefined gradients as zeros");
}

/// Tangents of all inputs at once give the sum of what they give one by one.
void check_tangents_add_up(const Subject& subject, const GradcheckOptions& options,
                           FixedRandom& random) {
  const Vectors u = make_probe(subject, random).u;
  const Vectors together = forward_product(subject, u);
  Vectors sum = together;
  for (std::vector<double>& s : sum) std::fill(s.begin(), s.end(), 0.0);
  for (std::size_t i = 0; i < u.size(); ++i) {
    Vectors one(u.size());
    one[i] = u[i];
    const Vectors part = forward_product(subject, one);
    for (std::size_t k = 0; k < sum.size(); ++k)
      for (std::size_t r = 0; r < sum[k].size(); ++r) sum[k][r] += part[k][r];
  }
  const Tolerance tolerance{options.atol, options.rtol};
  for (std::size_t k = 0; k < sum.size(); ++k)
    for (std::size_t r = 0; r < sum[k].size(); ++r)
      if (!tolerance.accepts(together[k][r], sum[k][r]))
        fail<GradcheckError>(subject.op(), "tangents do not add up: element ", r,
                             " of the tangent of output ", subject.output_index(k), " is ",
                             together[k][r], " for all inputs at once and ", sum[k][r],
                             " one by one; correct the forward rule");
}

void check_constant(Subject& subject, const GradcheckOptions& options) {
  const Tolerance tolerance{options.atol, options.rtol};
  const Jacobians numerical = numerical_jacobians(subject, options.eps);
  for (std::size_t k = 0; k < numerical.size(); ++k)
    for (std::size_t i = 0; i < numerical[k].size(); ++i)
      for (const double n : numerical[k][i].values)
        if (!tolerance.accepts(0, n))
          fail<GradcheckError>(subject.op(),
                               "Numerical gradient for function expected to be zero, "
                               "because no output requires grad: the derivative of output ",
                               subject.output_index(k), " by input ", subject.input_index(i),
                               " contains ", n, "; look for detach() and NoGradGuard");
}

void check_all(std::string_view op, ErasedFunction f, const variable_list& inputs,
               const GradcheckOptions& options) {
  if (!options.check_backward_ad && !options.check_forward_ad)
    fail<ValueError>(op,
                     "check_backward_ad and check_forward_ad are both false: nothing to check; "
                     "set one of them");
  if (!(options.eps > 0))
    fail<ValueError>(op, "eps must be positive: got ", options.eps, "; 1e-6 suits float64");
  const AutoGradMode recording(true);
  Subject subject(op, f, inputs);
  if (!subject.any_tracked()) {
    check_constant(subject, options);
    return;
  }
  FixedRandom random;
  if (options.fast_mode)
    check_fast(subject, options, random);
  else
    check_slowly(subject, options);
  if (options.check_backward_ad) {
    check_linear(subject, options, random);
    const std::size_t outputs = subject.num_outputs();
    if (options.check_undefined_grad) {
      check_undefined(subject, 0, outputs);
      for (std::size_t k = 0; k < outputs && outputs > 1; ++k) check_undefined(subject, k, k + 1);
    }
  }
  if (options.check_forward_ad && subject.num_inputs() > 1)
    check_tangents_add_up(subject, options, random);
}

bool check(std::string_view op, ErasedFunction f, const variable_list& inputs,
           const GradcheckOptions& options) {
  if (options.raise_exception) {
    check_all(op, f, inputs, options);
    return true;
  }
  try {
    check_all(op, f, inputs, options);
    return true;
  } catch (const GradcheckError&) {
    return false;
  }
}

/// The tracked tensors among `outputs`.
variable_list tracked(const variable_list& outputs) {
  variable_list list;
  for (const Tensor& y : outputs)
    if (y.defined() && y.requires_grad()) list.push_back(y);
  return list;
}

/// One cotangent per tracked output, made up where none are given.
variable_list cotangents_for(ErasedFunction f, const variable_list& inputs,
                             const variable_list& given) {
  const AutoGradMode recording(true);
  variable_list variables;
  for (const Tensor& x : inputs) {
    variables.push_back(x.defined() ? x.detach() : x);
    if (x.defined() && x.requires_grad()) variables.back().requires_grad_();
  }
  const variable_list outputs = tracked(f(variables));
  if (!given.empty()) {
    if (given.size() != outputs.size())
      fail<ValueError>("gradgradcheck", "got ", given.size(), " grad_outputs for ", outputs.size(),
                       " outputs that require grad; give one for each, or none");
    return given;
  }
  FixedRandom random;
  variable_list cotangents;
  for (const Tensor& y : outputs) {
    cotangents.push_back(from_doubles(random.vector(y.numel()), y.detach()));
    cotangents.back().requires_grad_();
  }
  return cotangents;
}

}  // namespace

bool gradcheck(ErasedFunction f, const variable_list& inputs, const GradcheckOptions& options) {
  return check("gradcheck", f, inputs, options);
}

bool gradgradcheck(ErasedFunction f, const variable_list& inputs, const variable_list& grad_outputs,
                   const GradcheckOptions& options) {
  variable_list all = inputs;
  for (const Tensor& g : cotangents_for(f, inputs, grad_outputs)) all.push_back(g);
  const auto gradients = [&](const variable_list& arguments) {
    const auto end_of_inputs = arguments.begin() + static_cast<std::ptrdiff_t>(inputs.size());
    const variable_list x(arguments.begin(), end_of_inputs);
    const variable_list cotangents(end_of_inputs, arguments.end());
    const variable_list g = autograd::grad(tracked(f(x)), tracked(x), cotangents, nullopt,
                                           /*create_graph=*/true, /*allow_unused=*/true);
    variable_list used;
    for (const Tensor& t : g)
      if (t.defined()) used.push_back(t);
    return used;
  };
  return check("gradgradcheck", gradients, all, options);
}

}  // namespace eigengrad::detail
