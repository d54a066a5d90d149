#include <algorithm>
#include <utility>

#include "eigengrad/eigengrad.hpp"
#include "random/check.hpp"
#include "random/interpret.hpp"

/// Programs on the library, in reverse mode.
namespace random_programs {
namespace {

using eg::Tensor;

Tensor new_tensor(const Statement& s) {
  Tensor t = support::to_tensor(support::Array(s.integers, s.numbers, s.dtype),
                                s.column_major ? support::Layout::ColumnMajor
                                               : support::Layout::RowMajor);
  return s.requires_grad ? t.requires_grad_() : t;
}

Observation observe(std::string what, const Tensor& t) {
  Observation o{.what = std::move(what), .defined = t.defined()};
  if (!o.defined) return o;
  o.requires_grad = t.requires_grad();
  o.is_leaf = t.is_leaf();
  o.array = support::to_array(t);
  return o;
}

Tensor directions(int k, int variable, const Tensor& like) {
  support::Array a(like.sizes().vec());
  for (std::size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = direction(k, variable, static_cast<std::int64_t>(i));
  a.dtype = like.dtype();
  return support::to_tensor(a);
}

}  // namespace

Tensor loss_of(const std::vector<Tensor>& env) {
  Tensor loss = eg::zeros({});
  for (const Tensor& v : env)
    if (v.defined() && v.is_floating_point())
      loss = loss + (v * eg::arange(v.numel(), v.dtype()).cos().reshape(v.sizes())).sum();
  return loss;
}

Outcome run_library(const Program& p, int orders) {
  Outcome outcome;
  hook_log().clear();
  variable_list env(static_cast<std::size_t>(p.variables));
  const Maker<Tensor> maker = new_tensor;
  for (std::size_t i = 0; i < p.statements.size(); ++i) try {
      run(p.statements[i], env, maker);
    } catch (const eg::Error& e) {
      outcome.errors[i] = e.what();
    }
  std::vector<int> leaves;
  variable_list inputs;
  for (int v = 0; v < p.variables; ++v) {
    const Tensor& t = env[static_cast<std::size_t>(v)];
    if (!t.defined()) continue;
    outcome.seen.push_back(observe("v" + std::to_string(v), t));
    const auto same = [&](const Tensor& o) { return o.is_same(t); };
    if (!t.is_leaf() || !t.requires_grad() || std::any_of(inputs.begin(), inputs.end(), same))
      continue;
    leaves.push_back(v);
    inputs.push_back(t);
  }
  static const char* const kOrders[] = {"loss", "first", "second", "third"};
  outcome.failed_sweep = kOrders[0];
  try {
    const Tensor loss = loss_of(env);
    Tensor sum = loss;
    for (int order = 1; order <= orders && sum.requires_grad() && !inputs.empty(); ++order) {
      outcome.failed_sweep = kOrders[order];
      const variable_list g =
          eg::autograd::grad({sum}, inputs, {.create_graph = true, .allow_unused = true});
      sum = eg::zeros({});
      for (std::size_t i = 0; i < g.size(); ++i) {
        outcome.seen.push_back(
            observe(std::string(kOrders[order]) + " v" + std::to_string(leaves[i]), g[i]));
        if (g[i].defined()) sum = sum + (g[i] * directions(order - 1, leaves[i], g[i])).sum();
      }
      outcome.along.push_back(sum.item<double>());
    }
    outcome.failed_sweep = "backward";
    if (loss.requires_grad()) loss.backward();
    outcome.failed_sweep.clear();
  } catch (const eg::Error& e) {
    outcome.message = e.what();
    return outcome;
  }
  Observation hooks{.what = "hooks", .defined = true, .is_leaf = true};
  hooks.array = support::Array({static_cast<std::int64_t>(hook_log().size())}, hook_log());
  outcome.seen.push_back(hooks);
  for (int v = 0; v < p.variables; ++v) {
    const Tensor& t = env[static_cast<std::size_t>(v)];
    if (t.defined() && t.requires_grad() && (t.is_leaf() || t.retains_grad()))
      outcome.seen.push_back(observe("grad v" + std::to_string(v), t.grad()));
  }
  return outcome;
}

}  // namespace random_programs
