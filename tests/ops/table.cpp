#include "table.hpp"

#include <boost/test/unit_test.hpp>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/autograd/inspect.hpp"
#include "eigengrad/autograd/saved_tensor_hooks.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "support/compare.hpp"
#include "support/derivatives.hpp"
#include "support/sanitizer.hpp"
#include "support/says.hpp"

namespace table {

namespace {

using support::arrays_of;
using support::check_close;
using support::cotangents;
using support::gradients;
using support::Layout;
using support::tensors_of;
using support::to_array;
using support::to_tensor;
using support::Tolerance;
using support::tracked;

Inputs as(const Inputs& inputs, eg::ScalarType dtype) {
  Inputs converted;
  for (const Array& a : inputs)
    converted.push_back(a.dtype == eg::kFloat64 ? support::as(a, dtype) : a);
  return converted;
}

/// Whether the sample has a counterpart in integers.
bool all_finite(const Inputs& inputs) {
  for (const Array& a : inputs)
    for (const double v : a.values)
      if (!std::isfinite(v)) return false;
  return true;
}

/// What the reference gives, stored in the dtypes that came out.
Outputs expected(const Row& row, const Inputs& inputs, const variable_list& actual) {
  Outputs arrays = row.naive(inputs);
  BOOST_REQUIRE_EQUAL(arrays.size(), actual.size());
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    arrays[k].dtype = actual[k].dtype();
    for (double& v : arrays[k].values) v = support::stored(v, arrays[k].dtype);
  }
  return arrays;
}

void check_all_close(const variable_list& actual, const Outputs& wanted, const Tolerance& tol) {
  BOOST_REQUIRE_EQUAL(actual.size(), wanted.size());
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    BOOST_TEST_INFO_SCOPE("output " << k);
    check_close(actual[k], wanted[k], tol);
  }
}

std::string shapes_of(const Inputs& inputs) {
  std::string list;
  for (const Array& a : inputs) list += support::text(a.sizes);
  return list;
}

template <class F>
void for_each_sample(const Row& row, F&& f) {
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    BOOST_TEST_INFO_SCOPE("sample " << i << ", shapes " << shapes_of(row.samples[i]));
    f(row.samples[i]);
  }
}

/// The first sample repeated until it needs several blocks and, unless it is slow, threads.
Inputs enlarged(const Inputs& sample, bool slow) {
  Inputs large;
  for (const Array& a : sample) {
    std::size_t i = 0;
    large.push_back(support::generate(
        {slow ? 13 : 131, 263}, [&](const Sizes&) { return a.values[i++ % a.values.size()]; }));
    large.back().dtype = a.dtype;
  }
  return large;
}

template <class F>
void for_each_size(const Row& row, F&& f) {
  for_each_sample(row, f);
  for (const Inputs& sample : row.values_only) {
    BOOST_TEST_INFO_SCOPE("shapes " << shapes_of(sample));
    f(sample);
  }
  if (row.elementwise) {
    BOOST_TEST_INFO_SCOPE("first sample, enlarged");
    f(enlarged(row.samples[0], row.slow));
  }
}

void check_values(const Row& row, eg::ScalarType dtype) {
  const auto check = [&](const Inputs& sample) {
    if (!eg::is_floating_point(dtype) && !all_finite(sample)) return;
    const Inputs inputs = as(sample, dtype);
    const variable_list x = tensors_of(inputs);
    const variable_list y = row.call(x);
    check_all_close(y, expected(row, inputs, y), tolerance_of(row, dtype));
    for (std::size_t k = 0; k < x.size(); ++k) {
      BOOST_TEST_INFO_SCOPE("input " << k << " afterwards");
      check_close(x[k], inputs[k]);
    }
    for (const eg::Tensor& t : y) BOOST_TEST(!t.requires_grad());
  };
  // Large products of integers overflow.
  if (eg::is_floating_point(dtype) || row.elementwise)
    for_each_size(row, check);
  else
    for_each_sample(row, check);
}

/// One reference is all that a fixed set of values allows, so the others are compared with it: to the
/// bit for elementwise operators, whose loops may not depend on the layout.
void check_layouts(const Row& row) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32})
    for_each_size(row, [&](const Inputs& sample) {
      const Inputs inputs = as(sample, dtype);
      const Tolerance tol = row.elementwise ? Tolerance{} : tolerance_of(row, dtype);
      const Outputs wanted = arrays_of(row.call(tensors_of(inputs)));
      for (const Layout layout : support::kStridedLayouts) {
        BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", " << support::name_of(layout));
        check_all_close(row.call(tensors_of(inputs, layout)), wanted, tol);
      }
      Inputs repeated;
      for (const Array& a : inputs) repeated.push_back(support::first_row_repeated(a));
      BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", expanded");
      check_all_close(row.call(tensors_of(inputs, Layout::Expanded)),
                      arrays_of(row.call(tensors_of(repeated))), tol);
    });
}

/// One operand in each layout beside row-major others.
void check_mixed_layouts(const Row& row) {
  for_each_sample(row, [&](const Inputs& inputs) {
    const Tolerance tol = row.elementwise ? Tolerance{} : tolerance_of(row, eg::kFloat64);
    const Outputs wanted = arrays_of(row.call(tensors_of(inputs)));
    for (std::size_t k = 0; k < inputs.size(); ++k)
      for (const Layout layout : support::kStridedLayouts) {
        BOOST_TEST_INFO_SCOPE("input " << k << ' ' << support::name_of(layout));
        variable_list x = tensors_of(inputs);
        x[k] = to_tensor(inputs[k], layout);
        check_all_close(row.call(x), wanted, tol);
      }
  });
}

void check_spellings(const Row& row) {
  for (const Spelling& s : row.spellings) {
    BOOST_TEST_INFO_SCOPE(s.name);
    for_each_sample(row, [&](const Inputs& inputs) {
      const variable_list x = tensors_of(inputs, Layout::RowMajor, row.differentiable);
      const variable_list y = row.call(x);
      const variable_list z = s.call(x);
      check_all_close(z, arrays_of(y), {});
      if (tracked(y).empty()) return;
      BOOST_REQUIRE_EQUAL(tracked(z).size(), tracked(y).size());
      const variable_list w = cotangents(y);
      const variable_list g = gradients(y, x, w), h = gradients(z, x, w);
      for (std::size_t k = 0; k < g.size(); ++k) check_close(h[k], to_array(g[k]));
    });
  }
}

/// The layouts in which derivatives are compared with differences.
constexpr Layout kCheckedLayouts[] = {Layout::RowMajor, Layout::Transposed, Layout::Sliced};

void check_derivatives(const Row& row, bool second) {
  // Sanitizers look at the memory and not at the numbers: for them second derivatives are run in every layout, and
  // compared with differences along one direction instead of those along each axis.
  const eg::GradcheckOptions options{.check_forward_ad = true,
                                     .fast_mode = second && support::under_address_sanitizer()};
  for_each_sample(row, [&](const Inputs& inputs) {
    for (const Layout layout : kCheckedLayouts) {
      if (!row.any_layout && layout != Layout::RowMajor) continue;
      BOOST_TEST_INFO_SCOPE(support::name_of(layout));
      const variable_list x = tensors_of(inputs, layout, true);
      try {
        BOOST_TEST((second ? eg::gradgradcheck(row.call, x, {}, options)
                           : eg::gradcheck(row.call, x, options)));
      } catch (const eg::Error& e) {
        BOOST_ERROR(e.what());
      }
    }
  });
}

/// sum(w (J t)) both ways: w J by a backward sweep, J t by tangents.
void check_ways_agree(const Row& row) {
  for_each_sample(row, [&](const Inputs& inputs) {
    const variable_list x = tensors_of(inputs, Layout::RowMajor, true);
    const variable_list y = row.call(x);
    const variable_list w = cotangents(y);
    const variable_list g = gradients(y, x, w);
    double reverse = 0;
    double size = 0;
    std::vector<Array> tangents;
    for (std::size_t k = 0; k < g.size(); ++k) {
      tangents.push_back(support::uniform(tracked(x)[k].sizes().vec(), -1, 1, 200 + k));
      const Array gradient = to_array(g[k]);
      for (std::size_t i = 0; i < gradient.values.size(); ++i) {
        reverse += gradient.values[i] * tangents[k].values[i];
        size += std::abs(gradient.values[i] * tangents[k].values[i]);
      }
    }
    double forward = 0;
    const eg::autograd::DualLevel level;
    variable_list duals = x;
    for (std::size_t k = 0, i = 0; k < duals.size(); ++k)
      if (duals[k].requires_grad())
        duals[k] = eg::autograd::make_dual(duals[k].detach(), to_tensor(tangents[i++]));
    const variable_list z = row.call(duals);
    for (std::size_t k = 0, i = 0; k < z.size(); ++k) {
      if (!y[k].requires_grad()) continue;
      const Array weight = to_array(w[i++]);
      const eg::Tensor t = eg::autograd::unpack_dual(z[k]).tangent;
      BOOST_REQUIRE(t.defined());
      const Array tangent = to_array(t);
      BOOST_TEST(tangent.sizes == weight.sizes);
      for (std::size_t e = 0; e < weight.values.size(); ++e)
        forward += weight.values[e] * tangent.values[e];
    }
    BOOST_TEST(std::abs(reverse - forward) <= 1e-13 * row.amplification * (1 + size));
  });
}

/// Gradients do not depend on how inputs and cotangents lie in memory.
void check_gradient_layouts(const Row& row) {
  for_each_sample(row, [&](const Inputs& inputs) {
    const auto run = [&](Layout of_inputs, Layout of_weights) {
      const variable_list x = tensors_of(inputs, of_inputs, true);
      const variable_list y = row.call(x);
      return arrays_of(gradients(y, x, cotangents(y, of_weights)));
    };
    const Outputs wanted = run(Layout::RowMajor, Layout::RowMajor);
    const Tolerance tol{.relative = 1e-12 * row.amplification, .scale = 1};
    const auto compare = [&](const Outputs& actual, const Outputs& reference) {
      for (std::size_t k = 0; k < reference.size(); ++k) check_close(actual[k], reference[k], tol);
    };
    for (const Layout layout : support::kStridedLayouts) {
      BOOST_TEST_INFO_SCOPE(support::name_of(layout));
      compare(run(Layout::RowMajor, layout), wanted);
      if (row.any_layout) compare(run(layout, layout), wanted);
    }
    // A cotangent of stride 0, such as that of a sum, against one written out.
    const variable_list x = tensors_of(inputs, Layout::RowMajor, true);
    const variable_list y = row.call(x);
    variable_list expanded, dense;
    for (const eg::Tensor& t : tracked(y)) {
      const eg::Tensor one = to_tensor(Array(Sizes(), 0.75));
      expanded.push_back(one.expand(t.sizes()));
      dense.push_back(to_tensor(Array(t.sizes().vec(), 0.75)));
    }
    BOOST_TEST_INFO_SCOPE("cotangent of stride 0");
    compare(arrays_of(gradients(y, x, expanded)), arrays_of(gradients(y, x, dense)));
  });
}

/// float32 all the way: dtype of the gradients, and their values against those in float64.
void check_float32_gradients(const Row& row) {
  for_each_sample(row, [&](const Inputs& sample) {
    const Inputs inputs = as(sample, eg::kFloat32);
    const variable_list x = tensors_of(inputs, Layout::RowMajor, true);
    const variable_list y = row.call(x);
    const Outputs g = arrays_of(gradients(y, x, cotangents(y)));
    Inputs doubled = inputs;
    for (Array& a : doubled)
      if (a.dtype == eg::kFloat32) a.dtype = eg::kFloat64;
    const variable_list u = tensors_of(doubled, Layout::RowMajor, true);
    const variable_list v = row.call(u);
    Outputs wanted = arrays_of(gradients(v, u, cotangents(v)));
    for (std::size_t k = 0; k < g.size(); ++k) {
      wanted[k].dtype = eg::kFloat32;
      for (double& e : wanted[k].values) e = support::stored(e, eg::kFloat32);
      check_close(g[k], wanted[k], {.relative = 1e-5 * row.amplification, .scale = 1});
    }
  });
}

/// A node without cotangents has no gradients to give, whether recorded or not.
void check_undefined_cotangents(const Row& row) {
  for_each_sample(row, [&](const Inputs& inputs) {
    const variable_list x = tensors_of(inputs, Layout::RowMajor, true);
    const variable_list y = tracked(row.call(x));
    BOOST_REQUIRE(!y.empty());
    if (y[0].is_same(x[0])) return;  // nothing had to be done
    for (const bool record : {false, true}) {
      const eg::AutoGradMode mode(record);
      const auto node = y[0].grad_fn();
      for (const eg::Tensor& g : (*node)(variable_list(node->num_inputs())))
        BOOST_TEST(!g.defined());
    }
  });
}

/// An undefined tensor in the place of any argument is an error that says so.
void check_undefined_arguments(const Row& row) {
  const variable_list x = tensors_of(row.samples[0]);
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (row.optional_arguments.contains(k)) continue;
    BOOST_TEST_INFO_SCOPE("argument " << k);
    variable_list with_hole = x;
    with_hole[k] = eg::Tensor();
    BOOST_CHECK_EXCEPTION(row.call(with_hole), eg::ValueError, Says{"undefined"});
    for (const Spelling& s : row.spellings) {
      BOOST_TEST_INFO_SCOPE(s.name);
      BOOST_CHECK_EXCEPTION(s.call(with_hole), eg::ValueError, Says{"undefined"});
    }
  }
}

/// What a graph keeps is what it shows.
void check_saved_values(const Row& row) {
  const auto same = [](const eg::Tensor& t) { return t; };
  for_each_sample(row, [&](const Inputs& inputs) {
    std::size_t kept = 0;
    const eg::autograd::SavedTensorHooks count(
        [&](const eg::Tensor& t) {
          ++kept;
          return t;
        },
        same);
    const variable_list y = tracked(row.call(tensors_of(inputs, Layout::RowMajor, true)));
    BOOST_TEST(eg::graph_summary(y).packed_values == kept);
    std::set<std::shared_ptr<eg::autograd::Node>> nodes;
    std::size_t shown = 0;
    const std::function<void(const std::shared_ptr<eg::autograd::Node>&)> visit =
        [&](const auto& n) {
          if (n == nullptr || !nodes.insert(n).second) return;
          shown += n->saved_variables().size();
          for (const eg::autograd::Edge& e : n->next_edges()) visit(e.function);
        };
    for (const eg::Tensor& t : y) visit(t.grad_fn());
    BOOST_TEST(shown == kept);
  });
}

/// A tensor that is no view has a tangent of its own: writing to a result changes no input's, and the
/// other way round.
void check_tangents_are_apart(const Row& row) {
  const Inputs& inputs = row.samples[0];
  const eg::autograd::DualLevel level;
  const auto tangent = [](const eg::Tensor& t) { return eg::autograd::unpack_dual(t).tangent; };
  const std::size_t n = tracked(tensors_of(inputs, Layout::RowMajor, true)).size();
  for (std::size_t only = 0; only <= n; ++only) {
    BOOST_TEST_INFO_SCOPE("with a tangent: " << (only < n ? std::to_string(only) : "all"));
    variable_list x = tensors_of(inputs), floats;
    for (eg::Tensor& t : x) {
      if (!t.is_floating_point()) continue;
      const eg::Tensor direction = to_tensor(support::uniform(t.sizes().vec(), -1, 1, 310));
      t = t.clone();
      if (only == n || only == floats.size()) t = eg::autograd::make_dual(t, direction) * 1;
      floats.push_back(t);
    }
    for (const eg::Tensor& y : row.call(x)) {
      if (!y.is_floating_point() || y.is_view() || y.numel() == 0 || !tangent(y).defined())
        continue;
      const bool is_input = std::any_of(floats.begin(), floats.end(),
                                        [&](const eg::Tensor& t) { return t.is_same(y); });
      if (is_input) continue;
      Outputs before;
      for (const eg::Tensor& t : floats)
        if (tangent(t).defined()) before.push_back(to_array(tangent(t)));
      eg::Tensor(y).mul_(3);
      const Array own = to_array(tangent(y));
      std::size_t k = 0;
      for (eg::Tensor& t : floats) {
        if (!tangent(t).defined()) continue;
        check_close(tangent(t), before[k++]);
        t.mul_(3);
      }
      check_close(tangent(y), own);
    }
  }
}

void add(boost::unit_test::test_suite& suite, const Row& row, const char* name,
         std::function<void(const Row&)> test) {
  suite.add(
      boost::unit_test::make_test_case([&row, test] { test(row); }, name, __FILE__, __LINE__));
}

boost::unit_test::test_suite* suite_of(const Row& row) {
  boost::unit_test::test_suite* const suite = BOOST_TEST_SUITE(row.name);
  add(*suite, row, "value", [](const Row& r) { check_values(r, eg::kFloat64); });
  add(*suite, row, "value_float32", [](const Row& r) { check_values(r, eg::kFloat32); });
  if (row.integers)
    add(*suite, row, "value_int64", [](const Row& r) { check_values(r, eg::kInt64); });
  if (row.bools) add(*suite, row, "value_bool", [](const Row& r) { check_values(r, eg::kBool); });
  add(*suite, row, "undefined_arguments", check_undefined_arguments);
  if (row.any_layout) {
    add(*suite, row, "layouts", check_layouts);
    add(*suite, row, "mixed_layouts", check_mixed_layouts);
  }
  if (!row.spellings.empty()) add(*suite, row, "spellings", check_spellings);
  if (row.differentiable) {
    add(*suite, row, "gradcheck", [](const Row& r) { check_derivatives(r, false); });
    add(*suite, row, "gradgradcheck", [](const Row& r) { check_derivatives(r, true); });
    add(*suite, row, "reverse_and_forward", check_ways_agree);
    add(*suite, row, "gradient_layouts", check_gradient_layouts);
    add(*suite, row, "gradient_float32", check_float32_gradients);
    add(*suite, row, "undefined_cotangents", check_undefined_cotangents);
    add(*suite, row, "saved_values", check_saved_values);
    add(*suite, row, "tangents_are_apart", check_tangents_are_apart);
  }
  return suite;
}

/// Registers the rows before main(), as BOOST_AUTO_TEST_CASE does.
const bool registered = [] {
  boost::unit_test::test_suite* const suite = BOOST_TEST_SUITE("table");
  for (const Row& row : all_rows()) suite->add(suite_of(row));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

}  // namespace
}  // namespace table
