#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <typeinfo>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/saved_tensor_hooks.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/core/threads.hpp"
#include "eigengrad/functional/checkpoint.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "support/compare.hpp"
#include "support/derivatives.hpp"
#include "support/sanitizer.hpp"
#include "table.hpp"

/// Every differentiable row at its samples: all ways to a derivative agree, or all throw alike. For
/// f(x), the weighted sum of what the row gives, along a direction d:
///   first order    gradient; tangent
///   second order   H d by a sweep over a sweep, by a sweep that carries tangents, by a sweep over
///                  tangents; d H d by tangents over a pair of sweeps
///   third order    by three sweeps; by two that carry tangents
/// and all of that again under hooks that leave saved values as they are, inside checkpoint, from memory of
/// other strides, and through views whose base or sibling has been written to.
namespace table {
namespace {

using eg::Tensor;
using eg::autograd::DualLevel;
using support::arrays_of;
using support::cotangents;
using support::tensors_of;
using support::to_array;
using support::to_tensor;
using support::tracked;

// ---- The ways.

/// What one way gives, or how it throws.
struct Result {
  Outputs arrays;
  std::string error;
};
using Results = std::map<std::string, Result>;

Tensor dot(const variable_list& a, const variable_list& b) {
  Tensor sum = eg::zeros({});
  for (std::size_t k = 0; k < a.size(); ++k)
    if (a[k].defined()) sum = sum + (a[k] * b[k]).sum();
  return sum;
}

/// One function at one point.
class Point {
 public:
  Point(const Call& call, const Inputs& inputs) : call_(call), inputs_(inputs) {
    for (const Tensor& t : tracked(leaves())) {
      directions_.push_back(
          to_tensor(support::uniform(t.sizes().vec(), -1, 1, 300 + directions_.size())));
      sizes_.push_back(t.sizes().vec());
    }
  }

  Results results() const {
    Results all;
    const auto enter = [&](const char* way, Outputs (Point::*derivative)() const) {
      Result& r = all[way];
      try {
        r.arrays = (this->*derivative)();
      } catch (const eg::Error& e) {
        r.error = typeid(e).name() + std::string(": ") + e.what();
      }
    };
    enter("value", &Point::value);
    enter("1 by a sweep", &Point::reverse);
    enter("1 by tangents", &Point::forward);
    enter("2 by two sweeps", &Point::reverse_over_reverse);
    enter("2 by a sweep with tangents", &Point::forward_over_reverse);
    enter("2 by a sweep over tangents", &Point::reverse_over_forward);
    enter("2 by tangents", &Point::forward_over_forward);
    enter("3 by three sweeps", &Point::third_by_reverse);
    enter("3 by two sweeps with tangents", &Point::third_with_forward);
    return all;
  }

 private:
  variable_list leaves() const { return tensors_of(inputs_, support::Layout::RowMajor, true); }
  /// The leaves with tangents in the directions.
  variable_list duals() const {
    variable_list x = leaves();
    for (std::size_t k = 0, i = 0; k < x.size(); ++k)
      if (x[k].requires_grad()) x[k] = eg::autograd::make_dual(x[k], directions_[i++]);
    return x;
  }
  Tensor f(const variable_list& x) const {
    const variable_list y = tracked(call_(x));
    return dot(y, cotangents(y));
  }
  variable_list gradient(const Tensor& y, const variable_list& x) const {
    if (!y.requires_grad()) return variable_list(directions_.size());
    return eg::autograd::grad({y}, tracked(x), {.create_graph = true, .allow_unused = true});
  }
  variable_list along(const variable_list& g, const variable_list& x) const {
    return gradient(dot(g, directions_), x);
  }
  static Tensor tangent(const Tensor& t) {
    return t.defined() ? eg::autograd::unpack_dual(t).tangent : Tensor();
  }
  static variable_list tangents(variable_list list) {
    for (Tensor& t : list) t = tangent(t);
    return list;
  }
  /// Undefined derivatives are zero.
  Outputs arrays(const variable_list& list) const {
    Outputs all;
    for (std::size_t k = 0; k < list.size(); ++k)
      all.push_back(list[k].defined() ? to_array(list[k]) : Array(sizes_[k]));
    return all;
  }
  static Outputs number(const Tensor& t) { return {t.defined() ? to_array(t) : Array(Sizes())}; }

  Outputs value() const { return arrays_of(call_(leaves())); }
  Outputs reverse() const {
    const variable_list x = leaves();
    return arrays(gradient(f(x), x));
  }
  Outputs forward() const {
    const DualLevel level;
    return number(tangent(f(duals())));
  }
  Outputs reverse_over_reverse() const {
    const variable_list x = leaves();
    return arrays(along(gradient(f(x), x), x));
  }
  Outputs forward_over_reverse() const {
    const DualLevel level;
    const variable_list x = duals();
    return arrays(tangents(gradient(f(x), x)));
  }
  Outputs reverse_over_forward() const {
    const DualLevel level;
    const variable_list x = duals();
    const Tensor t = tangent(f(x));
    return arrays(t.defined() ? gradient(t, x) : variable_list(directions_.size()));
  }
  Outputs forward_over_forward() const {
    const DualLevel level;
    const variable_list x = duals();
    const variable_list y = tracked(call_(x)), w = cotangents(y);
    // What a sweep gives is linear in its cotangents; its transpose gives tangents.
    variable_list u;
    for (const Tensor& t : y) u.push_back(eg::zeros(t.sizes(), t.dtype()).requires_grad_());
    const variable_list g = eg::autograd::grad(
        y, tracked(x), {.grad_outputs = u, .create_graph = true, .allow_unused = true});
    const Tensor inner = dot(g, directions_);
    if (!inner.requires_grad()) return number({});
    return number(tangent(
        dot(eg::autograd::grad({inner}, u, {.create_graph = true, .allow_unused = true}), w)));
  }
  Outputs third_by_reverse() const {
    const variable_list x = leaves();
    return arrays(along(along(gradient(f(x), x), x), x));
  }
  Outputs third_with_forward() const {
    const DualLevel level;
    const variable_list x = duals();
    return arrays(tangents(along(gradient(f(x), x), x)));
  }

  const Call& call_;
  const Inputs& inputs_;
  variable_list directions_;
  std::vector<Sizes> sizes_;
};

// ---- Comparison.

double largest(const Outputs& arrays) {
  double most = 1;
  for (const Array& a : arrays)
    for (const double v : a.values)
      if (std::isfinite(v)) most = std::max(most, std::abs(v));
  return most;
}

/// The inner product with the directions that Point draws.
Result along_directions(const Result& r) {
  Array sum{Sizes()};
  for (std::size_t k = 0; k < r.arrays.size(); ++k) {
    const Array d = support::uniform(r.arrays[k].sizes, -1, 1, 300 + k);
    for (std::size_t i = 0; i < d.values.size(); ++i)
      sum.values[0] += d.values[i] * r.arrays[k].values[i];
  }
  return {r.error.empty() ? Outputs{sum} : Outputs{}, r.error};
}

/// How far derivatives may be apart, for the rounding that the problem amplifies.
double tolerance(const Row& row) { return 1e-11 * row.amplification; }

void check_alike(const std::string& what, const Result& actual, const Result& wanted,
                 double relative, double scale) {
  BOOST_TEST_INFO_SCOPE(what);
  if (actual.error.empty() != wanted.error.empty()) {
    BOOST_ERROR("one throws: " << actual.error << wanted.error);
    return;
  }
  if (!actual.error.empty()) return;
  BOOST_REQUIRE_EQUAL(actual.arrays.size(), wanted.arrays.size());
  for (std::size_t k = 0; k < wanted.arrays.size(); ++k) {
    BOOST_TEST_INFO_SCOPE("number " << k);
    support::check_close(actual.arrays[k], wanted.arrays[k],
                         {.relative = relative, .scale = scale});
  }
}

/// The ways of one function agree.
void check_itself(const Results& r, double relative) {
  const auto check = [&](const char* way, const Result& wanted) {
    const double order = way[0] - '0';
    check_alike(way, r.at(way), wanted, relative * std::pow(10, order - 1),
                std::max(largest(r.at("1 by a sweep").arrays), largest(wanted.arrays)));
  };
  check("1 by tangents", along_directions(r.at("1 by a sweep")));
  const Result& second = r.at("2 by two sweeps");
  check("2 by a sweep with tangents", second);
  check("2 by a sweep over tangents", second);
  check("2 by tangents", along_directions(second));
  check("3 by two sweeps with tangents", r.at("3 by three sweeps"));
}

/// Each way gives the same for another form of the function.
void check_same(const Results& actual, const Results& wanted, double relative) {
  for (const auto& [way, result] : wanted)
    check_alike(way, actual.at(way), result, relative, largest(result.arrays));
}

// ---- Forms of a function.

using Identity = std::function<Tensor(const Tensor&)>;

/// The call on what `f` makes of its arguments.
Call after(const Identity& f, const Call& call) {
  return [=](variable_list x) {
    for (Tensor& t : x)
      if (t.is_floating_point()) t = f(t);
    return call(x);
  };
}

Tensor in_column_major(const Tensor& x) {
  Sizes reversed;
  for (std::int64_t d = x.dim(); d-- > 0;) reversed.push_back(d);
  return x.permute(reversed).clone().permute(reversed);
}

/// A view of the first half of `base`, made before that is written to.
Tensor with_written_base(const Tensor& x) {
  Tensor base = eg::stack({x * 2, x});
  const Tensor view = base[0];
  base.mul_(0.5);
  return view;
}
/// A view of what is constant until another view of it is written to.
Tensor with_written_sibling(const Tensor& x) {
  Sizes sizes = x.sizes().vec();
  sizes.insert(sizes.begin(), 2);
  const Tensor base = eg::zeros(sizes, x.dtype());
  const Tensor view = base[0];
  base.narrow(0, 0, 1).copy_(x.unsqueeze(0));
  return view;
}

std::vector<std::pair<std::string, Call>> forms(const Call& call) {
  return {
      {"inside checkpoint", [&call](const variable_list& x) { return eg::checkpoint(call, x); }},
      {"column-major", after(in_column_major, call)},
      {"through a view of a written base", after(with_written_base, call)},
      {"through a view with a written sibling", after(with_written_sibling, call)}};
}

Results under_hooks(const Call& call, const Inputs& inputs) {
  const auto same = [](const Tensor& t) { return t; };
  const eg::autograd::SavedTensorHooks hooks(same, same);
  return Point(call, inputs).results();
}

/// The first row of the leading dimension, which is expanded to the rest of it, or written out.
void check_expanded(const Call& call, const Inputs& inputs, double relative) {
  Inputs first;
  std::vector<Sizes> sizes;
  for (const Array& a : inputs) {
    first.push_back(a);
    sizes.push_back(a.sizes);
    if (a.sizes.empty() || a.sizes[0] < 2 || a.dtype != eg::kFloat64) continue;
    first.back().sizes[0] = 1;
    first.back().values.resize(static_cast<std::size_t>(support::count(first.back().sizes)));
  }
  const auto form = [&](bool copied) {
    return [&, copied](variable_list x) {
      for (std::size_t k = 0; k < x.size(); ++k) {
        x[k] = x[k].expand(sizes[k]);
        if (copied) x[k] = x[k].clone();
      }
      return call(x);
    };
  };
  const Call expanded = form(false), copied = form(true);
  check_same(Point(expanded, first).results(), Point(copied, first).results(), relative);
}

/// Why a row may differ on expanded memory.
const std::map<std::string, std::string>& exempt_from_expanded() {
  static const std::map<std::string, std::string> rows{
      {"view", "strides of 0 have no view of that shape"},
      {"as_strided", "reads by the strides of the memory, of which less is there"},
      {"as_strided_of_expanded", "reads by the strides of the memory, of which less is there"},
      {"as_strided_scatter", "writes by the strides of the memory, of which less is there"},
      {"linalg_lstsq_gels", "equal rows are of lower rank than the driver takes"},
      {"svd_lowrank", "equal rows leave singular vectors to rounding"}};
  return rows;
}

void check_agreement(const Row& row, const Inputs& inputs) {
  const Call& call = row.call;
  const double relative = tolerance(row);
  const Results plain = Point(call, inputs).results();
  BOOST_TEST(plain.at("1 by a sweep").error == "");
  check_itself(plain, relative);
  {
    BOOST_TEST_INFO_SCOPE("under hooks");
    check_same(under_hooks(call, inputs), plain, relative);
  }
  for (const auto& [name, form] : forms(call)) {
    BOOST_TEST_INFO_SCOPE(name);
    check_same(Point(form, inputs).results(), plain, relative);
  }
  BOOST_TEST_INFO_SCOPE("expanded");
  if (const auto exempt = exempt_from_expanded().find(row.name);
      exempt != exempt_from_expanded().end()) {
    BOOST_TEST_MESSAGE(row.name << " is exempt on expanded memory: " << exempt->second);
    return;
  }
  check_expanded(call, inputs, relative);
}

// ---- In place.

/// The in-place form, on a copy and on a view beside one that sees the write, and the plain one.
void check_twins(const InplaceRow& row, const Inputs& inputs) {
  const auto rest = [](const variable_list& x) { return variable_list(x.begin() + 1, x.end()); };
  const Call plain = [&](const variable_list& x) {
    const Tensor y = row.plain(x[0], rest(x));
    return variable_list{y, y * 2};
  };
  const Call on_copy = [&](const variable_list& x) {
    Tensor y = x[0].clone();
    row.inplace(y, rest(x));
    return variable_list{y, y * 2};
  };
  const Call on_view = [&](const variable_list& x) {
    const Tensor base = eg::stack({x[0] * 2, x[0]});
    const Tensor sibling = base.narrow(0, 1, 1);
    Tensor view = base[1];
    row.inplace(view, rest(x));
    return variable_list{base[1], sibling.squeeze(0) * 2};
  };
  const Results wanted = Point(plain, inputs).results();
  const double relative = 1e-12 * std::max(1.0, row.ulps);
  const auto check = [&](const char* name, const Call& form) {
    BOOST_TEST_INFO_SCOPE(name);
    const Results actual = Point(form, inputs).results();
    check_itself(actual, relative);
    check_same(actual, wanted, relative);
  };
  check("on a copy", on_copy);
  check("on a view", on_view);
}

// ---- Threads.

/// The first sample as a matrix of some 35000 elements, for rows that take one.
std::optional<Inputs> enlarged(const Row& row) {
  Inputs large;
  for (const Array& a : row.samples[0]) {
    std::size_t i = 0;
    if (a.values.empty()) return std::nullopt;
    large.push_back(support::generate(
        {131, 263}, [&](const Sizes&) { return a.values[i++ % a.values.size()]; }));
    large.back().dtype = a.dtype;
  }
  return large;
}

/// Value, gradient and second derivative are the same bits on one thread and on two.
void check_threads(const Row& row) {
  const std::optional<Inputs> inputs = enlarged(row);
  if (!inputs) return;
  const auto run = [&](int threads) {
    eg::set_num_threads(threads);
    return Point(row.call, *inputs).results();
  };
  const int before = eg::get_num_threads();
  const Results one = run(1), two = run(2);
  eg::set_num_threads(before);
  check_same(two, one, 0);
}

// ---- Registration.

template <class F>
void add(boost::unit_test::test_suite& suite, const std::string& name, F test) {
  suite.add(boost::unit_test::make_test_case(test, name, __FILE__, __LINE__));
}

const bool registered = [] {
  auto& all = boost::unit_test::framework::master_test_suite();
  auto* const agreement = BOOST_TEST_SUITE("agreement");
  auto* const twins = BOOST_TEST_SUITE("twins");
  auto* const threads = BOOST_TEST_SUITE("threads");
  // One row in so many: what the sanitizers look for is in the engine, not in each operator, and they take eight
  // times as long.
  const std::size_t share = support::under_address_sanitizer() ? 8 : 1;
  std::size_t number = 0;
  for (const Row& row : all_rows()) {
    if (!row.differentiable || number++ % share != 0) continue;
    add(*agreement, row.name, [&row] {
      for (const Inputs& inputs : row.samples) {
        BOOST_TEST_INFO_SCOPE("sample " << &inputs - row.samples.data());
        check_agreement(row, inputs);
      }
    });
    if (row.elementwise && !row.slow) add(*threads, row.name, [&row] { check_threads(row); });
  }
  static const std::vector<InplaceRow> in_place = inplace_rows();
  for (const InplaceRow& row : in_place) {
    if (number++ % share != 0) continue;
    add(*twins, row.name, [&row] {
      for (const Inputs& inputs : row.samples) check_twins(row, inputs);
    });
  }
  agreement->add(twins);
  agreement->add(threads);
  all.add(agreement);
  return true;
}();

}  // namespace
}  // namespace table
