#include <boost/test/unit_test.hpp>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/functional/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "support/compare.hpp"
#include "support/sanitizer.hpp"
#include "support/says.hpp"
#include "table.hpp"

/// In-place operators: rows of table_inplace.cpp against the operators that they are the in-place
/// form of.
namespace table {
namespace {

using eg::Tensor;
using support::check_close;
using support::Layout;
using support::to_array;
using support::to_tensor;

variable_list others_of(const Inputs& sample, Layout layout, bool tracked) {
  variable_list list;
  for (std::size_t k = 1; k < sample.size(); ++k) {
    list.push_back(to_tensor(sample[k], layout));
    if (tracked) list.back().requires_grad_();
  }
  return list;
}

std::string shapes_of(const Inputs& inputs) {
  std::string list;
  for (const Array& a : inputs) list += support::text(a.sizes);
  return list;
}

template <class F>
void for_each_sample(const InplaceRow& row, F&& f) {
  for (const Inputs& sample : row.samples) {
    BOOST_TEST_INFO_SCOPE("shapes " << shapes_of(sample));
    f(sample);
  }
}

/// Result, identity, memory and version, in every layout and both floating point dtypes.
void check_values(const InplaceRow& row) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32})
    for_each_sample(row, [&](const Inputs& sample) {
      Inputs inputs;
      for (const Array& a : sample) inputs.push_back(support::as(a, dtype));
      for (const Layout layout :
           {Layout::RowMajor, Layout::ColumnMajor, Layout::Transposed, Layout::Sliced}) {
        BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", " << support::name_of(layout));
        const variable_list others = others_of(inputs, layout, false);
        const Array wanted = to_array(row.plain(to_tensor(inputs[0], layout), others).to(dtype));
        Tensor x = to_tensor(inputs[0], layout);
        const void* const memory = x.data_ptr();
        const Sizes strides = x.strides().vec();
        const std::int64_t version = x._version();
        Tensor& result = row.inplace(x, others);
        BOOST_TEST(&result == &x);
        BOOST_TEST(x._version() == version + 1);
        BOOST_TEST(x.data_ptr() == memory);
        BOOST_TEST(x.strides().vec() == strides);
        BOOST_TEST(x.is_leaf());
        check_close(x, wanted, {.ulps = row.ulps});
        for (std::size_t k = 0; k < others.size(); ++k) check_close(others[k], inputs[k + 1]);
      }
    });
}

/// A written view changes its part of the base and nothing else.
void check_part(const InplaceRow& row) {
  for_each_sample(row, [&](const Inputs& sample) {
    const variable_list others = others_of(sample, Layout::RowMajor, false);
    const Array wanted = to_array(row.plain(to_tensor(sample[0]), others));
    Sizes sizes = sample[0].sizes;
    sizes.push_back(3);
    const Tensor base = to_tensor(Array(sizes, 7.25));
    Tensor part = base.select(-1, 1);
    {
      const eg::NoGradGuard off;
      part.copy_(to_tensor(sample[0]));
    }
    const std::int64_t version = base._version();
    row.inplace(part, others);
    BOOST_TEST(base._version() == version + 1);
    check_close(base.select(-1, 1), wanted);
    const Array around(sample[0].sizes, 7.25);
    check_close(base.select(-1, 0), around);
    check_close(base.select(-1, 2), around);
  });
}

/// Arguments of a row, all tracked.
variable_list tracked_arguments(const Inputs& sample) {
  variable_list x{to_tensor(sample[0])};
  x[0].requires_grad_();
  for (const Tensor& o : others_of(sample, Layout::RowMajor, true)) x.push_back(o);
  return x;
}

variable_list rest_of(const variable_list& x) { return {x.begin() + 1, x.end()}; }

Tensor on_copy(const InplaceRow& row, const variable_list& x) {
  Tensor y = x[0].clone();
  return row.inplace(y, rest_of(x));
}

/// Where the tensor written to is a view of something that is returned as a whole.
Tensor on_view(const InplaceRow& row, const variable_list& x) {
  Tensor base = eg::stack({x[0] * 2, x[0]});
  Tensor view = base[1];
  row.inplace(view, rest_of(x));
  return base;
}

void check_gradient(const InplaceRow& row) {
  for_each_sample(row, [&](const Inputs& sample) {
    const variable_list x = tracked_arguments(sample);
    const auto compare = [&](const Tensor& actual, const Tensor& plain) {
      check_close(actual, to_array(plain));
      BOOST_TEST(actual.requires_grad());
      const Tensor w = to_tensor(support::uniform(plain.sizes().vec(), 0.5, 1.5, 50));
      const eg::autograd::GradOptions options{.grad_outputs = {w}, .allow_unused = true};
      const variable_list g = eg::autograd::grad({actual}, x, options);
      const variable_list wanted = eg::autograd::grad({plain}, x, options);
      for (std::size_t k = 0; k < x.size(); ++k) {
        BOOST_TEST_INFO_SCOPE("gradient " << k);
        const Array zeros(x[k].sizes().vec());
        check_close(g[k].defined() ? to_array(g[k]) : zeros,
                    wanted[k].defined() ? to_array(wanted[k]) : zeros,
                    {.relative = 1e-13, .scale = 1});
      }
    };
    compare(on_copy(row, x), row.plain(x[0], rest_of(x)));
    BOOST_TEST_INFO_SCOPE("through a view");
    compare(on_view(row, x), eg::stack({x[0] * 2, row.plain(x[0], rest_of(x))}));
  });
}

void check_derivatives(const InplaceRow& row) {
  for_each_sample(row, [&](const Inputs& sample) {
    const eg::GradcheckOptions options{.check_forward_ad = true};
    // As in check_derivatives() of table.cpp.
    const eg::GradcheckOptions second{.check_forward_ad = true,
                                      .fast_mode = support::under_address_sanitizer()};
    for (const bool through_view : {false, true}) {
      BOOST_TEST_INFO_SCOPE((through_view ? "through a view" : "on a copy"));
      const auto f = [&](const variable_list& x) {
        return through_view ? on_view(row, x) : on_copy(row, x);
      };
      try {
        BOOST_TEST(eg::gradcheck(f, tracked_arguments(sample), options));
        BOOST_TEST(eg::gradgradcheck(f, tracked_arguments(sample), {}, second));
      } catch (const eg::Error& e) {
        BOOST_ERROR(e.what());
      }
    }
  });
}

/// A tracked leaf, a view of one and expanded memory are refused and stay as they were.
void check_refused(const InplaceRow& row) {
  const Inputs& sample = row.samples[0];
  const variable_list others = others_of(sample, Layout::RowMajor, false);
  const auto refuses = [&](Tensor x, const char* phrase) {
    const Array before = to_array(x);
    const std::int64_t version = x._version();
    const auto node = x.grad_fn();
    BOOST_CHECK_EXCEPTION(row.inplace(x, others), eg::GraphError, Says{phrase});
    check_close(x, before);
    BOOST_TEST(x._version() == version);
    BOOST_TEST(x.grad_fn() == node);
  };
  const Tensor leaf = to_tensor(sample[0]).requires_grad_();
  refuses(leaf, "a leaf Variable that requires grad is being used in an in-place operation");
  refuses(leaf.view(leaf.sizes()), "a view of a leaf Variable that requires grad");
  Sizes sizes = sample[0].sizes;
  sizes[0] = 1;
  refuses(to_tensor(Array(sizes, 0.5)).expand(sample[0].sizes),
          "more than one element of the written-to tensor refers to a single memory location");
}

/// Under no_grad a tracked leaf may be written to and stays a leaf.
void check_unrecorded(const InplaceRow& row) {
  const Inputs& sample = row.samples[0];
  const variable_list others = others_of(sample, Layout::RowMajor, true);
  Tensor leaf = to_tensor(sample[0]).requires_grad_();
  const eg::NoGradGuard off;
  const Array wanted = to_array(row.plain(leaf, others));
  row.inplace(leaf, others);
  BOOST_TEST(leaf.is_leaf());
  BOOST_TEST(leaf.requires_grad());
  BOOST_TEST(leaf._version() == 1);
  check_close(leaf, wanted);
}

/// An untracked tensor becomes part of the graph of what is written into it.
void check_becomes_tracked(const InplaceRow& row) {
  const Inputs& sample = row.samples[0];
  Tensor x = to_tensor(sample[0]);
  row.inplace(x, others_of(sample, Layout::RowMajor, true));
  BOOST_TEST(x.requires_grad());
  BOOST_TEST(!x.is_leaf());
}

// ---- Operands that lie in the memory that is written to.

/// What is written, what it is computed from, and what owns the memory of both.
struct Overlapping {
  Tensor self, operand, base;
};

struct Overlap {
  const char* name;
  /// From elements of which the operand, where it is shifted, has the second up to the last.
  Overlapping (*make)(const Tensor& flat, const Sizes& sizes);
  bool shifted = false;
};

Tensor whole(const Tensor& flat, const Sizes& sizes) {
  return flat.narrow(0, 0, flat.numel() - 1).reshape(sizes).clone();
}

template <class View>
constexpr auto operand_is(View) {
  return [](const Tensor& flat, const Sizes& sizes) {
    const Tensor b = whole(flat, sizes);
    return Overlapping{b, View{}(b), b};
  };
}

const Overlap kOverlaps[] = {
    {"a view of the whole", operand_is([](const Tensor& b) { return b.view(b.sizes()); })},
    {"a slice of the whole", operand_is([](const Tensor& b) { return b.narrow(0, 0, b.size(0)); })},
    {"transposed twice",
     operand_is([](const Tensor& b) { return b.transpose(0, -1).transpose(0, -1); })},
    {"selected", operand_is([](const Tensor& b) { return b.unsqueeze(0).select(0, 0); })},
    {"expanded to itself", operand_is([](const Tensor& b) { return b.expand(b.sizes()); })},
    {"by strides",
     operand_is([](const Tensor& b) { return b.as_strided(b.sizes(), b.strides()); })},
    {"a view of a view", operand_is([](const Tensor& b) { return b.view(-1).view(b.sizes()); })},
    {"the base of a view",
     [](const Tensor& flat, const Sizes& sizes) {
       const Tensor b = whole(flat, sizes);
       return Overlapping{b.view(b.sizes()), b, b};
     }},
    {"another view of the base",
     [](const Tensor& flat, const Sizes& sizes) {
       const Tensor b = whole(flat, sizes);
       return Overlapping{b.view(b.sizes()), b.view(b.sizes()), b};
     }},
    {"shifted by an element",
     [](const Tensor& flat, const Sizes& sizes) {
       const Tensor b = flat.clone();
       const std::int64_t n = b.numel() - 1;
       return Overlapping{b.narrow(0, 0, n).view(sizes), b.narrow(0, 1, n).view(sizes), b};
     },
     true}};

variable_list with_operand(const InplaceRow& row, const Tensor& operand) {
  variable_list others = others_of(row.samples[0], Layout::RowMajor, false);
  for (Tensor& o : others)
    if (o.sizes() == operand.sizes()) o = operand;
  return others;
}

variable_list overlapping(const InplaceRow& row, const Overlap& overlap, const Tensor& flat) {
  Overlapping t = overlap.make(flat, row.samples[0][0].sizes);
  row.inplace(t.self, with_operand(row, t.operand));
  return {t.self, t.operand, t.base};
}

/// The same from copies.
variable_list apart(const InplaceRow& row, const Overlap& overlap, const Tensor& flat) {
  const Sizes& sizes = row.samples[0][0].sizes;
  const std::int64_t n = flat.numel() - 1;
  const Tensor self = flat.narrow(0, 0, n).reshape(sizes).clone();
  const Tensor operand = flat.narrow(0, overlap.shifted ? 1 : 0, n).reshape(sizes).clone();
  const Tensor y = row.plain(self, with_operand(row, operand));
  if (!overlap.shifted) return {y, y, y};
  const Tensor base = eg::cat({y.reshape({-1}), flat.narrow(0, n, 1)});
  return {y, base.narrow(0, 1, n).reshape(sizes), base};
}

/// Values, gradients and tangents of all three do not depend on the operand's memory.
void check_overlaps(const InplaceRow& row) {
  const Sizes& sizes = row.samples[0][0].sizes;
  const Array a = support::uniform({support::count(sizes) + 1}, 0.3, 0.9, 74);
  const Tensor t = to_tensor(support::uniform(a.sizes, -1, 1, 75));
  for (const Overlap& overlap : kOverlaps) {
    BOOST_TEST_INFO_SCOPE(overlap.name);
    const Tensor x = to_tensor(a).requires_grad_();
    const variable_list y = overlapping(row, overlap, x), z = apart(row, overlap, x);
    for (std::size_t k = 0; k < y.size(); ++k) {
      BOOST_TEST_INFO_SCOPE((k == 0 ? "self" : k == 1 ? "operand" : "base"));
      check_close(y[k], to_array(z[k]), {.ulps = row.ulps + 2});
      const Tensor w = to_tensor(support::uniform(z[k].sizes().vec(), 0.5, 1.5, 76));
      const eg::autograd::GradOptions options{.grad_outputs = {w}, .retain_graph = true};
      check_close(eg::autograd::grad({y[k]}, {x}, options)[0],
                  to_array(eg::autograd::grad({z[k]}, {x}, options)[0]),
                  {.relative = 1e-13, .scale = 1});
      const auto tangent = [&](auto f) {
        return eg::jvp([&](const Tensor& v) { return f(row, overlap, v)[k]; }, x.detach(), t);
      };
      check_close(tangent(overlapping).second, to_array(tangent(apart).second),
                  {.relative = 1e-13, .scale = 1});
    }
  }
}

boost::unit_test::test_suite* suite_of(const InplaceRow& row) {
  auto* const suite = BOOST_TEST_SUITE(row.name);
  const auto add = [&](const char* name, void (*test)(const InplaceRow&)) {
    suite->add(
        boost::unit_test::make_test_case([row, test] { test(row); }, name, __FILE__, __LINE__));
  };
  add("value", check_values);
  add("part", check_part);
  add("gradient", check_gradient);
  add("derivatives", check_derivatives);
  add("refused", check_refused);
  add("unrecorded", check_unrecorded);
  if (row.samples[0].size() > 1) add("becomes_tracked", check_becomes_tracked);
  if (row.samples[0].size() > 1 && row.samples[0][1].sizes == row.samples[0][0].sizes)
    add("overlaps", check_overlaps);
  return suite;
}

const bool registered = [] {
  auto* const suite = BOOST_TEST_SUITE("inplace");
  for (const InplaceRow& row : inplace_rows()) suite->add(suite_of(row));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

// ---- Operators that change the geometry of a tensor, not its elements (SEMANTICS J14).

struct Metadata {
  std::string name;
  Tensor& (*inplace)(Tensor&);
  Tensor (*plain)(const Tensor&);
  Sizes sizes;
};

const Metadata kMetadata[] = {
    {"t_", [](Tensor& x) -> Tensor& { return x.t_(); }, [](const Tensor& x) { return x.t(); },
     Sizes{2, 3}},
    {"transpose_", [](Tensor& x) -> Tensor& { return x.transpose_(0, -1); },
     [](const Tensor& x) { return x.transpose(0, 2); }, Sizes{2, 3, 4}},
    {"squeeze_", [](Tensor& x) -> Tensor& { return x.squeeze_(); },
     [](const Tensor& x) { return x.squeeze(); }, Sizes{1, 3, 1}},
    {"squeeze_dim_", [](Tensor& x) -> Tensor& { return x.squeeze_(-1); },
     [](const Tensor& x) { return x.squeeze(2); }, Sizes{1, 3, 1}},
    {"unsqueeze_", [](Tensor& x) -> Tensor& { return x.unsqueeze_(1); },
     [](const Tensor& x) { return x.unsqueeze(1); }, Sizes{2, 3}},
    {"swapaxes_", [](Tensor& x) -> Tensor& { return x.swapaxes_(0, 1); },
     [](const Tensor& x) { return x.swapaxes(0, 1); }, Sizes{2, 3, 4}},
    {"swapdims_", [](Tensor& x) -> Tensor& { return x.swapdims_(-1, 0); },
     [](const Tensor& x) { return x.swapdims(0, 2); }, Sizes{2, 1, 4}},
    {"as_strided_",
     [](Tensor& x) -> Tensor& {
       return x.as_strided_({2, 2}, {1, 2});
     },
     [](const Tensor& x) {
       return x.as_strided({2, 2}, {1, 2});
     },
     Sizes{2, 3}}};

void check_metadata(const Metadata& row) {
  const Array a = support::uniform(row.sizes, -2, 2, 70);
  Tensor x = to_tensor(a);
  const Tensor wanted = row.plain(to_tensor(a));
  const void* const memory = x.data_ptr();
  BOOST_TEST(&row.inplace(x) == &x);
  check_close(x, to_array(wanted));
  BOOST_TEST(x.strides().vec() == wanted.strides().vec());
  BOOST_TEST(x.data_ptr() == memory);
  BOOST_TEST(x._version() == 1);

  const auto f = [&](const Tensor& given) {
    Tensor y = given * given;
    row.inplace(y);
    return y * to_tensor(support::uniform(wanted.sizes().vec(), 1, 2, 71));
  };
  // A view whose geometry changed is still a view: what is written to it reaches the base.
  const auto through_view = [&](const Tensor& given) {
    Tensor base = eg::stack({given * given, given});
    Tensor view = base[0];
    row.inplace(view);
    view.mul_(to_tensor(support::uniform(wanted.sizes().vec(), 1, 2, 71)));
    return base;
  };
  const Tensor tracked = to_tensor(a).requires_grad_();
  for (const std::function<Tensor(const Tensor&)>& g :
       {std::function<Tensor(const Tensor&)>(f),
        std::function<Tensor(const Tensor&)>(through_view)}) {
    BOOST_TEST(eg::gradcheck(g, tracked, {.check_forward_ad = true}));
    BOOST_TEST(eg::gradgradcheck(g, tracked, {.check_forward_ad = true}));
  }

  Tensor leaf = to_tensor(a).requires_grad_();
  BOOST_CHECK_EXCEPTION(row.inplace(leaf), eg::GraphError,
                        Says{"a leaf Variable that requires grad"});
  check_close(leaf, a);
}

// ---- Arguments that share memory with the tensor written to.

struct Aliasing {
  std::string name;
  Tensor& (*inplace)(Tensor&);
  Tensor (*plain)(const Tensor&);
};

const Aliasing kAliasing[] = {
    {"add_itself", [](Tensor& x) -> Tensor& { return x.add_(x); },
     [](const Tensor& x) { return x + x; }},
    {"mul_itself", [](Tensor& x) -> Tensor& { return x.mul_(x); },
     [](const Tensor& x) { return x * x; }},
    {"mul_transposed", [](Tensor& x) -> Tensor& { return x.mul_(x.t()); },
     [](const Tensor& x) { return x * x.t(); }},
    {"sub_first_row", [](Tensor& x) -> Tensor& { return x.sub_(x[0]); },
     [](const Tensor& x) { return x - x[0]; }},
    {"div_by_element", [](Tensor& x) -> Tensor& { return x.div_(x[1][2]); },
     [](const Tensor& x) { return x / x[1][2]; }},
    {"copy_transposed", [](Tensor& x) -> Tensor& { return x.copy_(x.t()); },
     [](const Tensor& x) { return x.t() * 1; }},
    {"copy_first_row", [](Tensor& x) -> Tensor& { return x.copy_(x[0]); },
     [](const Tensor& x) {
       return x[0].expand({3, 3}) * 1;
     }},
    {"put_own_rows",
     [](Tensor& x) -> Tensor& {
       return x.index_put_({eg::tensor({0, 1})}, x.narrow(0, 1, 2));
     },
     [](const Tensor& x) {
       return eg::cat({x.narrow(0, 1, 2), x.narrow(0, 2, 1)});
     }},
    {"write_to_first_row_from_second",
     [](Tensor& x) -> Tensor& {
       x[0] *= x[1];
       return x;
     },
     [](const Tensor& x) {
       return eg::stack({x[0] * x[1], x[1], x[2]});
     }}};

void check_aliasing(const Aliasing& row) {
  const Array a = support::uniform({3, 3}, 0.5, 2, 72);
  Tensor x = to_tensor(a);
  row.inplace(x);
  check_close(x, to_array(row.plain(to_tensor(a))));

  const Tensor tracked = to_tensor(a).requires_grad_();
  const auto f = [&](const Tensor& given) {
    Tensor y = given.clone();
    return row.inplace(y);
  };
  const Tensor w = to_tensor(support::uniform({3, 3}, 0.5, 2, 73));
  const eg::autograd::GradOptions options{.grad_outputs = {w}};
  check_close(eg::autograd::grad({f(tracked)}, {tracked}, options)[0],
              to_array(eg::autograd::grad({row.plain(tracked)}, {tracked}, options)[0]),
              {.relative = 1e-14, .scale = 1});
  BOOST_TEST(eg::gradcheck(f, tracked, {.check_forward_ad = true}));
  BOOST_TEST(eg::gradgradcheck(f, tracked, {.check_forward_ad = true}));
}

const bool others_registered = [] {
  auto* const aliasing = BOOST_TEST_SUITE("aliasing");
  for (const Aliasing& row : kAliasing)
    aliasing->add(boost::unit_test::make_test_case([row] { check_aliasing(row); }, row.name,
                                                   __FILE__, __LINE__));
  boost::unit_test::framework::master_test_suite().add(aliasing);
  auto* const suite = BOOST_TEST_SUITE("metadata");
  for (const Metadata& row : kMetadata)
    suite->add(boost::unit_test::make_test_case([row] { check_metadata(row); }, row.name, __FILE__,
                                                __LINE__));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

}  // namespace
}  // namespace table
