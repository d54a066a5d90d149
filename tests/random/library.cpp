#include "random/library.hpp"

#include <algorithm>
#include <utility>

#include "eigengrad/eigengrad.hpp"
#include "random/interpret.hpp"

namespace random_programs {
namespace {

using eg::Tensor;
using eg::autograd::DualLevel;

Tensor constant(const Statement& s) {
  const auto layout = s.column_major ? support::Layout::ColumnMajor : support::Layout::RowMajor;
  return support::to_tensor(support::Array(s.integers, s.numbers, s.dtype), layout);
}

Tensor directions(int k, int variable, const Tensor& like) {
  support::Array a(like.sizes().vec());
  for (std::size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = direction(k, variable, static_cast<std::int64_t>(i));
  a.dtype = like.dtype();
  return support::to_tensor(a);
}

Tensor loss_of(const variable_list& env) {
  Tensor loss = eg::zeros({});
  for (const Tensor& v : env)
    if (v.defined() && v.is_floating_point())
      loss = loss + (v * eg::arange(v.numel(), v.dtype()).cos().reshape(v.sizes())).sum();
  return loss;
}

Observation observe(std::string what, const Tensor& t) {
  Observation o{.what = std::move(what), .defined = t.defined()};
  if (!o.defined) return o;
  o.requires_grad = t.requires_grad();
  o.is_leaf = t.is_leaf();
  o.array = support::to_array(t);
  return o;
}

std::string name(std::string_view kind, std::size_t variable) {
  return std::string(kind) + "v" + std::to_string(variable);
}

/// Differentiates the loss again and again, each time along the next direction.
void differentiate(Outcome& outcome, const variable_list& env, int orders) {
  static constexpr const char* kOrders[] = {"loss", "first", "second", "third"};
  std::vector<std::size_t> leaves;
  variable_list inputs;
  for (std::size_t v = 0; v < env.size(); ++v) {
    const auto same = [&](const Tensor& o) { return o.is_same(env[v]); };
    if (!env[v].defined() || !env[v].is_leaf() || !env[v].requires_grad() ||
        std::any_of(inputs.begin(), inputs.end(), same))
      continue;
    leaves.push_back(v);
    inputs.push_back(env[v]);
  }
  outcome.failed_sweep = kOrders[0];
  const Tensor loss = loss_of(env);
  Tensor sum = loss;
  for (int order = 1; order <= orders && sum.requires_grad() && !inputs.empty(); ++order) {
    outcome.failed_sweep = kOrders[order];
    const variable_list g =
        eg::autograd::grad({sum}, inputs, {.create_graph = true, .allow_unused = true});
    sum = eg::zeros({});
    for (std::size_t i = 0; i < g.size(); ++i) {
      outcome.seen.push_back(observe(name(kOrders[order] + std::string(" "), leaves[i]), g[i]));
      if (!g[i].defined()) continue;
      sum = sum + (g[i] * directions(order - 1, static_cast<int>(leaves[i]), g[i])).sum();
    }
    outcome.along.push_back(sum.item<double>());
  }
  outcome.failed_sweep = "backward";
  if (loss.requires_grad()) loss.backward();
  outcome.failed_sweep.clear();
}

/// The lines that did not throw in reverse mode, on tensors that `maker` makes.
variable_list run_again(const Program& p, const Outcome& ours, const Maker<Tensor>& maker) {
  variable_list env(static_cast<std::size_t>(p.variables));
  for (std::size_t i = 0; i < p.statements.size(); ++i)
    if (!ours.errors.contains(i) && !p.statements[i].row->only_reverse)
      run(p.statements[i], env, maker);
  return env;
}

}  // namespace

Outcome run_library(const Program& p, int orders) {
  Outcome outcome;
  hook_log().clear();
  variable_list env(static_cast<std::size_t>(p.variables));
  const Maker<Tensor> maker = [](const Statement& s) {
    return s.requires_grad ? constant(s).requires_grad_() : constant(s);
  };
  for (std::size_t i = 0; i < p.statements.size(); ++i) try {
      run(p.statements[i], env, maker);
    } catch (const eg::Error& e) {
      outcome.errors[i] = e.what();
    }
  try {
    outcome.failed_sweep = "loss";  // a view that lost its history may not even be looked at
    for (std::size_t v = 0; v < env.size(); ++v)
      if (env[v].defined()) outcome.seen.push_back(observe(name("", v), env[v]));
    differentiate(outcome, env, orders);
  } catch (const eg::Error& e) {
    outcome.message = e.what();
    return outcome;
  }
  Observation hooks{.what = "hooks", .defined = true, .is_leaf = true};
  hooks.array = support::Array({static_cast<std::int64_t>(hook_log().size())}, hook_log());
  outcome.seen.push_back(hooks);
  for (std::size_t v = 0; v < env.size(); ++v)
    if (env[v].defined() && env[v].requires_grad() && (env[v].is_leaf() || env[v].retains_grad()))
      outcome.seen.push_back(observe(name("grad ", v), env[v].grad()));
  return outcome;
}

Forward run_forward(const Program& p, const Outcome& ours, bool over_reverse) {
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
  const Tensor loss = loss_of(run_again(p, ours, maker));
  const Tensor tangent = eg::autograd::unpack_dual(loss).tangent;
  Forward f;
  if (tangent.defined()) f.first = tangent.item<double>();
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
    for (std::size_t i = 0; s.requires_grad && i < s.numbers.size(); ++i)
      moved.numbers[i] += h * direction(0, s.result, static_cast<std::int64_t>(i));
    return constant(moved);
  };
  return loss_of(run_again(p, ours, maker)).item<double>();
}

}  // namespace random_programs
