#include "eigengrad/eigengrad.hpp"
#include "random/check.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "random/interpret.hpp"
#include "support/compare.hpp"

namespace random_programs {

Statistics& statistics() {
  static Statistics s;
  return s;
}

bool uses(const Program& p, std::string_view name) {
  return any_statement(p.statements, [&](const Statement& s) { return name == s.row->name; });
}

namespace {

using eg::Tensor;
using eg::autograd::DualLevel;

std::string number(double x) {
  std::ostringstream os;
  os.precision(12);
  os << x;
  return os.str();
}

bool single_precision(const Program& p) {
  return any_statement(p.statements, [](const Statement& s) { return s.dtype == eg::kFloat32; });
}

/// What the reference says: the variables and the derivatives of the loss along the directions.
struct Expected {
  Values env;
  double loss = 0;
  std::array<double, 1U << kDirections> along{};
  double nearest_kink = 0;
};

Expected expect(const Program& p, const Outcome& ours) {
  Expected e;
  nearest_kink = std::numeric_limits<double>::infinity();
  e.env.resize(static_cast<std::size_t>(p.variables));
  const Maker<Value> maker = [](const Statement& s) { return new_value(s, s.result); };
  for (std::size_t i = 0; i < p.statements.size(); ++i)
    if (!ours.errors.contains(i)) run(p.statements[i], e.env, maker);
  Number loss;
  for (const Value& v : e.env) {
    if (!v.defined() || !v.real()) continue;
    std::int64_t i = 0;
    for (const Number& x : v.elements()) loss += Number(weight(i++)) * x;
  }
  e.loss = value(loss);
  for (unsigned bits = 0; bits < e.along.size(); ++bits) e.along[bits] = coefficient(loss, bits);
  e.nearest_kink = nearest_kink;
  return e;
}

/// The loss with tangents along direction 0, or at a point moved along it, and gradients that carry
/// tangents along it: forward over reverse.
struct Forward {
  double along = 0;
  double second = 0;
};

Tensor loss_of(const variable_list& env) {
  Tensor loss = eg::zeros({});
  for (const Tensor& v : env)
    if (v.defined() && v.is_floating_point())
      loss = loss + (v * eg::arange(v.numel(), v.dtype()).cos().reshape(v.sizes())).sum();
  return loss;
}

Tensor directions(int k, int variable, const Tensor& like) {
  support::Array a(like.sizes().vec());
  for (std::size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = direction(k, variable, static_cast<std::int64_t>(i));
  a.dtype = like.dtype();
  return support::to_tensor(a);
}

variable_list run_all(const Program& p, const Outcome& ours, const Maker<Tensor>& maker) {
  variable_list env(static_cast<std::size_t>(p.variables));
  for (std::size_t i = 0; i < p.statements.size(); ++i)
    if (!ours.errors.contains(i) && !p.statements[i].row->only_reverse)
      run(p.statements[i], env, maker);
  return env;
}

Tensor constant(const Statement& s) {
  return support::to_tensor(support::Array(s.integers, s.numbers, s.dtype),
                            s.column_major ? support::Layout::ColumnMajor
                                           : support::Layout::RowMajor);
}

Forward forward(const Program& p, const Outcome& ours, bool over_reverse) {
  const DualLevel level;
  variable_list leaves;
  std::vector<int> variables;
  const Maker<Tensor> maker = [&](const Statement& s) {
    Tensor t = constant(s);
    if (!s.requires_grad) return t;
    if (over_reverse) t.requires_grad_();
    leaves.push_back(t);
    variables.push_back(s.result);
    return eg::autograd::make_dual(t, directions(0, s.result, t));
  };
  const variable_list env = run_all(p, ours, maker);
  const Tensor loss = loss_of(env);
  const Tensor tangent = eg::autograd::unpack_dual(loss).tangent;
  Forward f;
  if (tangent.defined()) f.along = tangent.item<double>();
  if (!over_reverse || !loss.requires_grad()) return f;
  const variable_list g = eg::autograd::grad({loss}, leaves, {.allow_unused = true});
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (!g[i].defined()) continue;
    const Tensor t = eg::autograd::unpack_dual(g[i]).tangent;
    if (t.defined()) f.second += (t * directions(1, variables[i], t)).sum().item<double>();
  }
  return f;
}

double moved_loss(const Program& p, const Outcome& ours, double h) {
  const Maker<Tensor> maker = [&](const Statement& s) {
    Statement moved = s;
    if (s.requires_grad)
      for (std::size_t i = 0; i < s.numbers.size(); ++i)
        moved.numbers[i] += h * direction(0, s.result, static_cast<std::int64_t>(i));
    return constant(moved);
  };
  return loss_of(run_all(p, ours, maker)).item<double>();
}

bool near(double a, double b, double relative, double scale) {
  return std::abs(a - b) <= relative * std::max({std::abs(a), std::abs(b), scale}) ||
         (std::isnan(a) && std::isnan(b));
}

std::optional<Difference> check_values(const Program& p, const Outcome& ours, const Expected& e) {
  const double relative = single_precision(p) ? 1e-4 : 1e-11;
  for (const Observation& o : ours.seen) {
    if (o.what[0] != 'v') continue;
    const Value& v = e.env[static_cast<std::size_t>(std::stoi(o.what.substr(1)))];
    support::Array wanted(v.sizes, {}, v.dtype);
    for (const Number& x : v.elements()) wanted.values.push_back(value(x));
    const std::string d =
        support::difference(o.array, wanted, {.relative = relative, .scale = 10});
    if (!d.empty()) return Difference{"value by the reference", o.what + ": " + d};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Difference> check_itself(const Program& p, const Outcome& ours) {
  auto& counts = statistics().counts;
  const Expected e = expect(p, ours);
  if (e.nearest_kink > 0 && e.nearest_kink < 1e-9) return std::nullopt;
  const bool single = single_precision(p);
  if (!single || e.nearest_kink > 1e-2) {
    ++counts["value by the reference"];
    if (auto d = check_values(p, ours, e)) return d;
  }
  if (!ours.failed_sweep.empty() || ours.along.empty()) return std::nullopt;
  const bool derivatives = !any_statement(p.statements, [](const Statement& s) {
    return !s.row->has_derivatives || (s.no_grad && s.row->is_view);
  });
  const double relative = single ? 1e-3 : 1e-8;
  double scale = 1;
  for (const double c : e.along) scale = std::max(scale, std::abs(c));
  const auto differ = [&](const char* check, double actual, double wanted, double tolerance) {
    ++counts[check];
    return near(actual, wanted, tolerance, scale)
               ? std::nullopt
               : std::optional(Difference{check, number(actual) + " instead of " + number(wanted)});
  };
  if (derivatives && e.nearest_kink > (single ? 1e-2 : 0)) {
    static const char* const kChecks[] = {"first derivative by the reference",
                                          "second derivative by the reference",
                                          "third derivative by the reference"};
    for (std::size_t k = 0; k < ours.along.size(); ++k)
      if (auto d = differ(kChecks[k], ours.along[k], e.along[(2U << k) - 1], relative)) return d;
  }
  // Forward mode passes through no_grad, which stops reverse mode.
  const bool forgets =
      any_statement(p.statements, [](const Statement& s) { return s.no_grad; }) || !derivatives;
  if (forgets) return std::nullopt;
  try {
    const Forward f = forward(p, ours, true);
    if (auto d = differ("forward mode", f.along, ours.along[0], relative)) return d;
    if (ours.along.size() > 1)
      if (auto d = differ("forward over reverse", f.second, ours.along[1], relative)) return d;
    if (auto d = differ("forward mode alone", forward(p, ours, false).along, ours.along[0], relative))
      return d;
  } catch (const eg::Error& error) {
    return Difference{"forward mode throws", error.what()};
  }
  if (single || uses(p, "detach") || !(e.nearest_kink > 0.05)) return std::nullopt;
  constexpr double h = 0x1p-9;
  const auto slope = [&](double step) {
    return (moved_loss(p, ours, step) - moved_loss(p, ours, -step)) / (2 * step);
  };
  try {
    const double coarse = slope(h), fine = slope(h / 2);
    const double best = fine + (fine - coarse) / 3;
    if (std::abs(fine - coarse) > 1e-3 * scale) return std::nullopt;  // too curved to tell
    return differ("differences", ours.along[0], best, 1e-6);
  } catch (const eg::Error& error) {
    return Difference{"differences throw", error.what()};
  }
}

std::optional<Difference> compare(const Program& p, const Outcome& ours, const Outcome& theirs) {
  ++statistics().counts["PyTorch"];
  for (std::size_t i = 0; i < p.statements.size(); ++i) {
    const bool a = ours.errors.contains(i), b = theirs.errors.contains(i);
    const std::string line = text_of(p.statements[i], Language::Cpp);
    if (a && !b) return Difference{"throws, PyTorch does not", line + ours.errors.at(i)};
    if (b && !a) return Difference{"does not throw, PyTorch does", line + theirs.errors.at(i)};
  }
  const double relative = single_precision(p) ? 1e-3 : 1e-8;
  std::map<std::string, double> scales;
  const auto order_of = [](const Observation& o) { return o.what.substr(0, o.what.find('v')); };
  for (const Observation& o : theirs.seen)
    for (const double x : o.array.values)
      if (std::isfinite(x)) {
        double& s = scales.try_emplace(order_of(o), 1.0).first->second;
        s = std::max(s, std::abs(x));
      }
  for (std::size_t i = 0; i < std::min(ours.seen.size(), theirs.seen.size()); ++i) {
    const Observation &a = ours.seen[i], &b = theirs.seen[i];
    const std::string kind = order_of(a).empty() ? "value" : order_of(a);
    if (a.what != b.what) return Difference{"what is there", a.what + " instead of " + b.what};
    if (a.defined != b.defined)
      return Difference{kind + " defined", a.what + (a.defined ? " is" : " is not") + " defined"};
    if (!a.defined) continue;
    if (a.requires_grad != b.requires_grad)
      return Difference{kind + " requires_grad",
                        a.what + (a.requires_grad ? " is" : " is not") + " tracked"};
    if (a.is_leaf != b.is_leaf)
      return Difference{kind + " is_leaf", a.what + (a.is_leaf ? " is" : " is not") + " a leaf"};
    const std::string d = support::difference(
        a.array, b.array, {.relative = relative, .scale = scales.try_emplace(order_of(b), 1.0).first->second});
    if (!d.empty()) return Difference{kind + " by PyTorch", a.what + ": " + d};
  }
  if (ours.failed_sweep != theirs.failed_sweep)
    return Difference{ours.failed_sweep.empty()     ? "no error in the sweep, PyTorch has one"
                      : theirs.failed_sweep.empty() ? "error in the sweep, PyTorch has none"
                                                    : "errors in different sweeps",
                      ours.failed_sweep + ": " + ours.message + " / " + theirs.failed_sweep + ": " +
                          theirs.message};
  if (ours.seen.size() != theirs.seen.size())
    return Difference{"what is there", "another number of tensors"};
  return std::nullopt;
}

}  // namespace random_programs
