#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>
#include <typeinfo>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/observer.hpp"
#include "eigengrad/autograd/saved_tensor_hooks.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "support/compare.hpp"
#include "support/derivatives.hpp"
#include "support/sanitizer.hpp"
#include "table.hpp"

/// Every differentiable row at its samples: gradients for several cotangents from one sweep (is_grads_batched) are those
/// of as many sweeps, stacked. So no rule sums a cotangent over its directions. And that of the recorded gradient, of
/// recorded sweeps differentiated again, of their tangents, under hooks on saved values, and for views.
namespace table {
namespace {

using eg::Tensor;
using eg::autograd::DualLevel;
using support::tensors_of;
using support::to_tensor;
using support::tracked;

// ---- Gradients for a batch of cotangents, by one sweep or by one for each.

using Gradients = variable_list (*)(const variable_list& y, const variable_list& x,
                                    const variable_list& w, bool create_graph);

variable_list by_one_sweep(const variable_list& y, const variable_list& x, const variable_list& w,
                           bool create_graph) {
  return eg::autograd::grad(y, x,
                            {.grad_outputs = w,
                             .retain_graph = true,
                             .create_graph = create_graph,
                             .allow_unused = true,
                             .is_grads_batched = true});
}

variable_list by_single_sweeps(const variable_list& y, const variable_list& x,
                               const variable_list& w, bool create_graph) {
  const std::int64_t lead = w[0].size(0);
  std::vector<variable_list> all(x.size());
  for (std::int64_t i = 0; i < lead; ++i) {
    variable_list one;
    for (const Tensor& t : w) one.push_back(t.select(0, i));
    const variable_list g = eg::autograd::grad(y, x,
                                               {.grad_outputs = one,
                                                .retain_graph = true,
                                                .create_graph = create_graph,
                                                .allow_unused = true});
    for (std::size_t k = 0; k < x.size(); ++k)
      if (g[k].defined()) all[k].push_back(g[k]);
  }
  variable_list stacked(x.size());
  for (std::size_t k = 0; k < x.size(); ++k)
    if (!all[k].empty()) stacked[k] = eg::stack(all[k]);
  return stacked;
}

/// `lead` tensors like each of `list`, stacked.
variable_list directions(const variable_list& list, std::int64_t lead, std::uint64_t seed) {
  variable_list all;
  for (const Tensor& t : list) {
    Sizes sizes = t.sizes().vec();
    sizes.insert(sizes.begin(), lead);
    all.push_back(
        to_tensor(support::as(support::uniform(sizes, -1, 1, seed + all.size()), t.dtype())));
  }
  return all;
}

Tensor dot(const variable_list& a, const variable_list& b) {
  Tensor sum = eg::zeros({});
  for (std::size_t k = 0; k < a.size(); ++k)
    if (a[k].defined()) sum = sum + (a[k] * b[k]).sum();
  return sum;
}

variable_list tangents(variable_list list) {
  for (Tensor& t : list)
    if (t.defined()) t = eg::autograd::unpack_dual(t).tangent;
  return list;
}

/// What is to agree, by name.
using Results = std::map<std::string, variable_list>;

/// The call's derivatives, with the gradients of batches computed by `gradients`.
class Derivatives {
 public:
  Derivatives(const Call& call, const Inputs& inputs, Gradients gradients, std::int64_t lead)
      : call_(call), inputs_(inputs), gradients_(gradients), lead_(lead) {}

  Results first() const {
    const variable_list leaves = tensors_of(inputs_, support::Layout::RowMajor, true);
    const variable_list x = tracked(leaves), y = tracked(call_(leaves));
    if (y.empty()) return {};
    Results r;
    r["first"] = gradients_(y, x, directions(y, lead_, 40), false);
    r["first, of one output"] = gradients_({y.back()}, x, directions({y.back()}, lead_, 50), false);
    return r;
  }

  /// Also those that are recorded, and differentiated in their turn.
  Results all() const {
    Results r = first();
    if (r.empty()) return r;
    const variable_list leaves = tensors_of(inputs_, support::Layout::RowMajor, true);
    const variable_list x = tracked(leaves), y = tracked(call_(leaves));
    const variable_list recorded = gradients_(y, x, directions(y, lead_, 40), true);
    r["first, recorded"] = recorded;
    const Tensor sum = dot(recorded, directions(x, lead_, 60));
    if (sum.requires_grad())
      r["differentiated again"] = eg::autograd::grad(
          {sum}, x, {.retain_graph = true, .create_graph = true, .allow_unused = true});
    r["second"] = second(y, x, false);
    r["second, recorded"] = second(y, x, true);
    r["tangents"] = of_tangents();
    return r;
  }

 private:
  variable_list second(const variable_list& y, const variable_list& x, bool create_graph) const {
    variable_list w;
    for (const Tensor& t : directions(y, 1, 70)) w.push_back(t.select(0, 0));
    const variable_list g =
        eg::autograd::grad(y, x, {.grad_outputs = w, .create_graph = true, .allow_unused = true});
    variable_list recorded;
    for (const Tensor& t : g)
      if (t.defined() && t.requires_grad()) recorded.push_back(t);
    if (recorded.empty()) return {};
    return gradients_(recorded, x, directions(recorded, lead_, 80), create_graph);
  }
  variable_list of_tangents() const {
    const DualLevel level;
    variable_list leaves = tensors_of(inputs_, support::Layout::RowMajor, true);
    for (Tensor& t : leaves)
      if (t.requires_grad()) t = eg::autograd::make_dual(t, directions({t}, 1, 90)[0].select(0, 0));
    const variable_list y = tracked(call_(leaves));
    return tangents(gradients_(y, tracked(leaves), directions(y, lead_, 40), false));
  }

  const Call& call_;
  const Inputs& inputs_;
  Gradients gradients_;
  std::int64_t lead_;
};

/// An undefined tensor and one of zeros are the same.
void check_same(const Results& actual, const Results& wanted, double relative) {
  BOOST_REQUIRE_EQUAL(actual.size(), wanted.size());
  for (const auto& [name, list] : wanted) {
    BOOST_TEST_INFO_SCOPE(name);
    const variable_list& other = actual.at(name);
    BOOST_REQUIRE_EQUAL(other.size(), list.size());
    for (std::size_t k = 0; k < list.size(); ++k) {
      BOOST_TEST_INFO_SCOPE("number " << k);
      const Tensor& like = list[k].defined() ? list[k] : other[k];
      if (!like.defined()) continue;
      const auto array = [&](const Tensor& t) {
        return t.defined() ? support::to_array(t) : Array(like.sizes().vec());
      };
      const Array expected = array(list[k]);
      double scale = 1;
      for (const double v : expected.values)
        if (std::isfinite(v)) scale = std::max(scale, std::abs(v));
      support::check_close(array(other[k]), expected, {.relative = relative, .scale = scale});
    }
  }
}

// ---- Who is evaluated once for each direction.

/// The nodes that a sweep for `lead` cotangents evaluates more than once.
std::set<std::string> looping_nodes(const Call& call, const Inputs& inputs, std::int64_t lead) {
  std::map<std::uint64_t, std::pair<std::string, int>> evaluations;
  const eg::autograd::Observer watch([&](const eg::autograd::Observation& o) {
    if (o.phase != eg::autograd::Observation::Phase::Backward) return;
    auto& [name, count] = evaluations[o.sequence_nr];
    name = std::string(o.name);
    ++count;
  });
  Derivatives(call, inputs, by_one_sweep, lead).first();
  std::set<std::string> names;
  for (const auto& [number, e] : evaluations)
    if (e.second >= lead) names.insert(e.first);
  return names;
}

/// Nodes that may, by the reason.
bool may_loop(const std::string& node) {
  // Decompositions and functions of matrices, whose rules cost far more than calling them again.
  static const std::set<std::string> of_matrices{"LinalgSvdBackward0",
                                                 "LinalgQrBackward0",
                                                 "LinalgEighBackward0",
                                                 "SymeigBackward0",
                                                 "LinalgEigBackward0",
                                                 "LinalgLuBackward0",
                                                 "LinalgLuFactorExBackward0",
                                                 "LuUnpackBackward0",
                                                 "LinalgLstsqBackward0",
                                                 "LinalgPinvBackward0",
                                                 "LinalgHouseholderProductBackward0",
                                                 "LinalgLdlSolveBackward0",
                                                 "LinalgMatrixExpBackward0",
                                                 "SqrtmBackward",
                                                 "LogmBackward",
                                                 "SolveSylvesterBackward0",
                                                 "CdistBackward0"};
  // Losses, whose results are numbers: their gradients are computed for one cotangent, and those of gradients are composed
  // of operators that lift.
  static const std::set<std::string> of_losses{"NllLossBackward0", "NllLoss2DBackward0",
                                               "CtcLossBackward0", "MultilabelMarginLossBackward0"};
  return of_matrices.contains(node) || of_losses.contains(node);
}
/// Along a dimension, which a tensor without dimensions does not have.
bool may_loop_on_scalars(const std::string& node) {
  static const std::set<std::string> names{
      "CumsumBackward0", "CumprodBackward0", "LogcumsumexpBackward0", "CummaxBackward0",
      "CumminBackward0", "SoftmaxBackward0", "LogSoftmaxBackward0"};
  return names.contains(node);
}

void check_lifted(const Row& row, const Inputs& inputs) {
  constexpr std::int64_t kLead = 3;
  const double relative = 1e-11 * row.amplification;
  const auto compare = [&](const char* what, const Call& call, std::int64_t lead,
                           Results (Derivatives::*derivatives)() const) {
    BOOST_TEST_INFO_SCOPE(what);
    check_same((Derivatives(call, inputs, by_one_sweep, lead).*derivatives)(),
               (Derivatives(call, inputs, by_single_sweeps, lead).*derivatives)(), relative);
  };
  compare("plain", row.call, kLead, &Derivatives::all);
  compare("for one cotangent", row.call, 1, &Derivatives::first);
  const Call on_views = [&row](variable_list x) {
    for (Tensor& t : x)
      if (t.is_floating_point()) {
        const Tensor base = eg::stack({t * 2, t});
        t = base[1];
        base[0].mul_(0.5);
      }
    return row.call(x);
  };
  compare("on views of a written base", on_views, kLead, &Derivatives::first);
  {
    const auto same = [](const Tensor& t) { return t; };
    const eg::autograd::SavedTensorHooks hooks(same, same);
    compare("under hooks", row.call, kLead, &Derivatives::first);
  }
  const bool scalar = !inputs.empty() && inputs[0].sizes.empty();
  for (const std::string& node : looping_nodes(row.call, inputs, kLead))
    BOOST_TEST((may_loop(node) || (scalar && may_loop_on_scalars(node))),
               node << " is evaluated once for each direction");
}

template <class F>
void add(boost::unit_test::test_suite& suite, const std::string& name, F test) {
  suite.add(boost::unit_test::make_test_case(test, name, __FILE__, __LINE__));
}

const bool lifted_registered = [] {
  auto* const lifted = BOOST_TEST_SUITE("lifted");
  const std::size_t share = support::under_address_sanitizer() ? 8 : 1;
  std::size_t number = 0;
  for (const Row& row : all_rows()) {
    if (!row.differentiable || number++ % share != 0) continue;
    add(*lifted, row.name, [&row] {
      for (const Inputs& inputs : row.samples) {
        BOOST_TEST_INFO_SCOPE("sample " << &inputs - row.samples.data());
        check_lifted(row, inputs);
      }
    });
  }
  boost::unit_test::framework::master_test_suite().add(lifted);
  return true;
}();

}  // namespace
}  // namespace table
