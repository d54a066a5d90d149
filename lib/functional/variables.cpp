#include "functional/variables.hpp"

#include <algorithm>
#include <functional>

#include "autograd/accumulate_grad.hpp"
#include "autograd/forward_mode.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

Tensor find_tangent(const Tensor& t) {
  return DualLevel::is_open() ? autograd::unpack_dual(t).tangent : Tensor();
}

std::int64_t total_numel(const variable_list& list) noexcept {
  std::int64_t n = 0;
  for (const Tensor& t : list) n += t.defined() ? t.numel() : 0;
  return n;
}

void check_argument(std::string_view op, std::size_t i, const Tensor& x) {
  if (!x.defined())
    fail<DtypeError>(op, "argument ", i, " is an undefined tensor; give it a value");
  if (!x.is_floating_point())
    fail<DtypeError>(op, "argument ", i, " has dtype ", to_string(x.dtype()),
                     ": derivatives need floating point arguments; convert it, or let the function "
                     "capture it");
}

void check_arguments(std::string_view op, const variable_list& x) {
  if (x.empty())
    fail<GraphError>(op,
                     "grad requires non-empty inputs: got an empty list of arguments; give at "
                     "least one tensor");
  for (std::size_t i = 0; i < x.size(); ++i) check_argument(op, i, x[i]);
}

Tensor variable(const Tensor& x, bool connect, variable_list& leaves) {
  if (connect && x.requires_grad()) return x.view_as(x);
  Tensor leaf = x.detach();
  leaf.requires_grad_();
  leaves.push_back(leaf);
  const Tensor tangent = find_tangent(x);
  return tangent.defined() ? autograd::make_dual(leaf, tangent) : leaf;
}

variable_list variables(std::string_view op, const variable_list& x, bool connect,
                        variable_list& leaves) {
  check_arguments(op, x);
  variable_list vars;
  vars.reserve(x.size());
  for (const Tensor& t : x) vars.push_back(variable(t, connect, leaves));
  return vars;
}

void retire(const variable_list& leaves) noexcept {
  for (const Tensor& leaf : leaves)
    static_cast<autograd::AccumulateGrad&>(*autograd::gradient_edge(leaf).function).retire();
}

namespace {

/// Nodes are visited in the order of their sequence numbers, which is topological, so that the edges
/// into one node come up one after the other and no set of visited nodes is needed.
bool leads_to_tracked(const Tensor& t) {
  using autograd::Node;
  const auto older = [](const Node* a, const Node* b) {
    return a->sequence_nr() != b->sequence_nr() ? a->sequence_nr() < b->sequence_nr()
                                                : std::less<>()(a, b);
  };
  std::vector<const Node*> pending;
  const auto enter = [&](const autograd::Edge& e) {
    if (!e.is_valid()) return;
    pending.push_back(e.function.get());
    std::push_heap(pending.begin(), pending.end(), older);
  };
  const autograd::Edge root = t.requires_grad() ? autograd::gradient_edge(t) : autograd::Edge();
  enter(root);
  const Node* previous = nullptr;
  while (!pending.empty()) {
    std::pop_heap(pending.begin(), pending.end(), older);
    const Node* node = pending.back();
    pending.pop_back();
    if (node == previous) continue;
    previous = node;
    if (node->is_accumulator() && !static_cast<const autograd::AccumulateGrad*>(node)->is_retired())
      return true;
    for (const autograd::Edge& e : node->edges()) enter(e);
  }
  return false;
}

}  // namespace

bool depends_on_tracked(const Tensor& t) {
  if (leads_to_tracked(t)) return true;
  const Tensor tangent = find_tangent(t);
  return tangent.defined() && leads_to_tracked(tangent);
}

void make_constant_if_own(Tensor& t) {
  if (!t.requires_grad() || leads_to_tracked(t)) return;
  const Tensor tangent = find_tangent(t);
  t = tangent.defined() && leads_to_tracked(tangent) ? autograd::make_dual(t.detach(), tangent)
                                                     : constant(t);
}

Tensor constant(const Tensor& t) {
  const Tensor tangent = find_tangent(t);
  return tangent.defined() ? autograd::make_dual(t.detach(), tangent.detach()) : t.detach();
}

void make_constant(variable_list& list) {
  for (Tensor& t : list) t = constant(t);
}

variable_list evaluate(std::string_view op, ErasedFunction f, const variable_list& x) {
  variable_list outputs = f(x);
  if (outputs.empty())
    fail<ValueError>(op, "the function returned an empty list; return at least one tensor");
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!outputs[i].defined())
      fail<ValueError>(op, "output ", i, " of the function is an undefined tensor; return a value");
  return outputs;
}

Tensor evaluate_to_one_element(std::string_view op, ErasedFunction f, const variable_list& x) {
  variable_list outputs = evaluate(op, f, x);
  if (outputs.size() != 1)
    fail<ShapeError>(op, "the function must return a single tensor: got ", outputs.size(),
                     "; combine them, or use vjp or jacobian");
  if (outputs[0].numel() != 1)
    fail<ShapeError>(op, "the function must return a single element: got sizes ",
                     outputs[0].sizes(), "; reduce them, as sum() does, or use vjp or jacobian");
  if (!outputs[0].is_floating_point())
    fail<DtypeError>(op, "the function must return a floating point value: got dtype ",
                     to_string(outputs[0].dtype()), "; convert it before differentiating");
  return std::move(outputs[0]);
}

variable_list check_vectors(std::string_view op, const variable_list& v, const variable_list& like,
                            std::string_view like_what) {
  if (v.empty()) {
    if (like.size() != 1 || like[0].numel() != 1)
      fail<ShapeError>(op, "v can be left out only for a single tensor with a single element: the ",
                       like_what, " has ", like.size(), " tensor(s), the first with sizes ",
                       like[0].sizes(), "; give v");
    return as_list(ones(like[0].sizes(), like[0].dtype()));
  }
  if (v.size() != like.size())
    fail<ShapeError>(op, "v has ", v.size(), " tensor(s) and the ", like_what, " has ", like.size(),
                     "; give one for each");
  variable_list checked;
  checked.reserve(v.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (!v[i].defined())
      fail<ShapeError>(op, "tensor ", i, " of v is undefined; give it sizes ", like[i].sizes());
    if (!(v[i].sizes() == like[i].sizes()))
      fail<ShapeError>(op, "v has invalid sizes: tensor ", i, " has ", v[i].sizes(), " and the ",
                       like_what, " ", like[i].sizes(), "; give it the same");
    checked.push_back(v[i].to(like[i].dtype()));
  }
  return checked;
}

variable_list sweep(const variable_list& outputs, const variable_list& vars,
                    const variable_list& cotangents, bool create_graph, optional<bool> keep_graph,
                    bool batched) {
  variable_list roots, weights;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].defined() && outputs[i].requires_grad()) {
      roots.push_back(outputs[i]);
      weights.push_back(cotangents[i]);
    }
  if (roots.empty()) return variable_list(vars.size());
  return autograd::grad(roots, vars, weights, keep_graph, create_graph, /*allow_unused=*/true,
                        batched);
}

Tensor pull_back(const Tensor& output, const Tensor& var, const Tensor& cotangent) {
  if (!output.requires_grad()) return {};
  return autograd::grad({output}, {var}, {cotangent}, /*retain_graph=*/true,
                        /*create_graph=*/false, /*allow_unused=*/true)[0];
}

void fill_in_zeros(std::string_view op, variable_list& derivatives, const variable_list& like,
                   bool strict, std::string_view by) {
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    if (derivatives[i].defined()) continue;
    if (strict) fail_independent(op, by, i);
    derivatives[i] = zeros(like[i].sizes(), like[i].dtype());
  }
}

void fail_independent(std::string_view op, std::string_view by, std::size_t i) {
  fail<GraphError>(op, "strict mode: the derivative ", by, " ", i,
                   " is zero because nothing depends on it; leave it out, or the strict option");
}

void check_tracked_outputs(std::string_view op, const variable_list& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!outputs[i].requires_grad())
      fail<GraphError>(op, "strict mode: output ", i,
                       " of the function does not require grad: it was "
                       "not computed from the arguments by recorded operators; look for detach() "
                       "and NoGradGuard, or leave out the strict option");
}

void check_recorded(std::string_view op, const variable_list& results) {
  for (std::size_t i = 0; i < results.size(); ++i)
    if (!results[i].requires_grad())
      fail<GraphError>(op, "strict mode: result ", i,
                       " does not require grad although create_graph "
                       "asks for it: it depends on no tracked tensor; leave out one of the two "
                       "options");
}

Tensor unit(const Tensor& like, std::int64_t i) {
  Tensor t = zeros(like.sizes(), like.dtype());
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) { t.impl()->data<T>()[i] = T(1); });
  return t;
}

Strategy strategy_of(const FunctionalOptions& options, Strategy otherwise) {
  const Strategy strategy = options.strategy.value_or(otherwise);
  if (strategy > Strategy::Auto)
    fail<ValueError>("functional", "no strategy has the number ", static_cast<int>(strategy),
                     "; give one of Strategy");
  return strategy;
}

bool choose_tangents(const FunctionalOptions& options) {
  const Strategy strategy = strategy_of(options, Strategy::Auto);
  return strategy == Strategy::Forward || (strategy == Strategy::Auto && !DualLevel::is_open());
}

}  // namespace eigengrad::detail
