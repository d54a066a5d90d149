#include <boost/test/data/test_case.hpp>
#include <ostream>
#include <set>

#include "autograd/support.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "ops/indexing/torch_indexing.hpp"

namespace oracle {

std::ostream& operator<<(std::ostream& os, const IndexForm& form) {
  return os << "x[" << form.name << "] = v";
}

}  // namespace oracle

/// Section J of the specification: assignment to what is indexed (x[...] = v), in every form that
/// PyTorch has. Expected gradients follow from the positions that PyTorch picks.
namespace autograd_test {
namespace {

using eg::indexing::None;
using eg::indexing::Slice;
using oracle::IndexForm;

/// x of the forms has 60 elements.
const std::vector<std::int64_t> kSizes{4, 3, 5};

Tensor counting(eg::IntArrayRef sizes, double first, eg::TensorOptions o = {}) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  const Tensor t = (eg::arange(n, eg::kFloat64) * 0.5 + first).reshape(sizes).clone();
  return o.requires_grad() ? t.requires_grad_() : t;
}

bool writes_twice(const IndexForm& form) {
  const std::set<std::int64_t> places(form.elements.begin(), form.elements.end());
  return places.size() < form.elements.size();
}

/// Elements of `all` at the form's positions.
std::vector<double> picked(const IndexForm& form, const std::vector<double>& all) {
  std::vector<double> list;
  for (const std::int64_t i : form.elements) list.push_back(all[static_cast<std::size_t>(i)]);
  return list;
}

/// `all` times `factor`, and 0 at the form's positions.
std::vector<double> elsewhere(const IndexForm& form, std::vector<double> all, double factor) {
  for (double& v : all) v *= factor;
  for (const std::int64_t i : form.elements) all[static_cast<std::size_t>(i)] = 0;
  return all;
}

std::vector<double> written(const IndexForm& form, std::vector<double> all,
                            const std::vector<double>& v) {
  for (std::size_t k = 0; k < v.size(); ++k) all[static_cast<std::size_t>(form.elements[k])] = v[k];
  return all;
}

/// The gradient of a leaf; none stands for zeros, as where everything was overwritten.
std::vector<double> arrived(const Tensor& leaf) {
  if (leaf.grad().defined()) return values(leaf.grad());
  return std::vector<double>(static_cast<std::size_t>(leaf.numel()), 0.0);
}

/// Assignment as a user writes it; a form that repeats elements can only be written by index lists.
void assign(Tensor& x, const IndexForm& form, const Tensor& v) { x.index_put_(form.indices(), v); }

}  // namespace

BOOST_DATA_TEST_CASE_F(Balanced, J12_into_an_untracked_tensor, oracle::kIndexForms, form) {
  const Tensor v = counting(form.sizes, 100, tracked);
  const Tensor w = counting(kSizes, 1);
  Tensor x = counting(kSizes, 0);
  const std::vector<double> before = values(x);
  assign(x, form, v);
  BOOST_TEST(values(x) == written(form, before, values(v)), boost::test_tools::per_element());
  BOOST_TEST(x.requires_grad());
  BOOST_TEST(!x.is_leaf());
  (x * w).sum().backward();
  BOOST_TEST(values(v.grad()) == picked(form, values(w)), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_into_a_result, oracle::kIndexForms, form) {
  const Tensor source = counting(kSizes, 0, tracked);
  const Tensor v = counting(form.sizes, 100, tracked);
  const Tensor w = counting(kSizes, 1);
  Tensor x = source * 2;
  assign(x, form, v);
  (x * w).sum().backward();
  BOOST_TEST(arrived(source) == elsewhere(form, values(w), 2), boost::test_tools::per_element());
  BOOST_TEST(values(v.grad()) == picked(form, values(w)), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_into_a_view, oracle::kIndexForms, form) {
  using View = Tensor (*)(const Tensor&);
  const std::pair<const char*, View> kinds[] = {
      {"select", [](const Tensor& b) { return b.select(0, 1); }},
      {"select of the last",
       [](const Tensor& b) {
         return b.permute({1, 2, 3, 0}).select(-1, 1);
       }},
      {"view of view", [](const Tensor& b) { return b.narrow(0, 1, 1).squeeze(0); }}};
  for (const auto& [name, view_of] : kinds) BOOST_TEST_CONTEXT(name) {
      const Tensor source = counting({2, 4, 3, 5}, 0, tracked);
      const Tensor v = counting(form.sizes, 100, tracked);
      const Tensor w = counting({2, 4, 3, 5}, 1);
      Tensor base = source * 2;
      Tensor x = view_of(base);
      const std::vector<double> before = values(x);
      assign(x, form, v);
      BOOST_TEST(values(base[1]) == written(form, before, values(v)),
                 boost::test_tools::per_element());
      BOOST_TEST(name_of(base) == (form.elements.empty() ? name_of(base) : "CopySlices"));
      (base * w).sum().backward();
      BOOST_TEST(values(source.grad()[0]) == values(w[0] * 2), boost::test_tools::per_element());
      BOOST_TEST(values(source.grad()[1]) == elsewhere(form, values(w[1]), 2),
                 boost::test_tools::per_element());
      BOOST_TEST(values(v.grad()) == picked(form, values(w[1])), boost::test_tools::per_element());
    }
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_a_number_into_a_result, oracle::kIndexForms, form) {
  const Tensor source = counting(kSizes, 0, tracked);
  const Tensor w = counting(kSizes, 1);
  Tensor x = source * 2;
  x.index_put_(form.indices(), 7.5);
  BOOST_TEST(values(x) ==
                 written(form, values(source * 2), std::vector<double>(form.elements.size(), 7.5)),
             boost::test_tools::per_element());
  (x * w).sum().backward();
  BOOST_TEST(arrived(source) == elsewhere(form, values(w), 2), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_adding, oracle::kIndexForms, form) {
  const Tensor source = counting(kSizes, 0, tracked);
  const Tensor v = counting(form.sizes, 100, tracked);
  const Tensor w = counting(kSizes, 1);
  Tensor x = source * 2;
  x.index_put_(form.indices(), v, true);
  std::vector<double> sum = values(source * 2);
  for (std::size_t k = 0; k < form.elements.size(); ++k)
    sum[static_cast<std::size_t>(form.elements[k])] += values(v)[k];
  BOOST_TEST(values(x) == sum, boost::test_tools::per_element());
  (x * w).sum().backward();
  BOOST_TEST(arrived(source) == values(w * 2), boost::test_tools::per_element());
  BOOST_TEST(values(v.grad()) == picked(form, values(w)), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_as_a_function, oracle::kIndexForms, form) {
  const Tensor x = counting(kSizes, 0, tracked);
  const Tensor v = counting(form.sizes, 100, tracked);
  const Tensor w = counting(kSizes, 1);
  const Tensor y = x.index_put(form.indices(), v);
  BOOST_TEST(values(y) == written(form, values(x), values(v)), boost::test_tools::per_element());
  BOOST_TEST(x._version() == 0);
  (y * w).sum().backward();
  BOOST_TEST(arrived(x) == elsewhere(form, values(w), 1), boost::test_tools::per_element());
  BOOST_TEST(values(v.grad()) == picked(form, values(w)), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_reading_adds_up_what_is_picked_twice, oracle::kIndexForms,
                       form) {
  const Tensor x = counting(kSizes, 0, tracked);
  const Tensor w = counting(form.sizes, 1);
  (x.index(form.indices()) * w).sum().backward();
  std::vector<double> sum(60, 0.0);
  for (std::size_t k = 0; k < form.elements.size(); ++k)
    sum[static_cast<std::size_t>(form.elements[k])] += values(w)[k];
  BOOST_TEST(values(x.grad()) == sum, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(Balanced, J1_an_assignment_counts_once, oracle::kIndexForms, form) {
  Tensor x = counting(kSizes, 0);
  assign(x, form, counting(form.sizes, 100));
  BOOST_TEST(x._version() == 1);
  const Tensor alias = x.detach();
  assign(x, form, counting(form.sizes, 200));
  BOOST_TEST(alias._version() == 2);
}

BOOST_DATA_TEST_CASE_F(Balanced, J12_second_derivatives, oracle::kIndexForms, form) {
  // Each of the values that are written to one place has its gradient, so differences would not agree.
  if (writes_twice(form)) return;
  const auto f = [&](const Tensor& x, const Tensor& v) {
    Tensor y = x * x;
    assign(y, form, v * v * v);
    return y * y;
  };
  const Tensor x = counting(kSizes, -15, tracked);
  const Tensor v = counting(form.sizes, 0.5, tracked) * 0.1;
  BOOST_TEST(eg::gradgradcheck(f, x, v.detach().requires_grad_(),
                               {.check_forward_ad = true, .fast_mode = true}));
}

// ---- Values.

BOOST_FIXTURE_TEST_CASE(J12_values_of_every_shape_that_broadcasts, Balanced) {
  struct Case {
    std::vector<std::int64_t> sizes;
    std::vector<double> gradient;
  };
  // Into rows 2 and 0 of [3, 2], with weights 1 2, 3 4, 5 6.
  const Case cases[] = {{{2, 2}, {5, 6, 1, 2}},
                        {{2}, {6, 8}},
                        {{1, 2}, {6, 8}},
                        {{2, 1}, {11, 3}},
                        {{1}, {14}},
                        {{}, {14}},
                        {{1, 1, 2}, {6, 8}},
                        {{1, 2, 2}, {5, 6, 1, 2}}};
  const Tensor w = eg::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  for (const Case& c : cases)
    for (const bool accumulate : {false, true}) {
      BOOST_TEST_CONTEXT(eg::IntArrayRef(c.sizes)) {
        const Tensor v = counting(c.sizes, 1, tracked);
        Tensor x = eg::zeros({3, 2});
        x.index_put_({eg::tensor({2, 0})}, v, accumulate);
        (x * w).sum().backward();
        BOOST_TEST(v.grad().sizes() == v.sizes());
        BOOST_TEST(values(v.grad()) == c.gradient, boost::test_tools::per_element());
      }
    }
}

BOOST_FIXTURE_TEST_CASE(J12_values_broadcast_into_slices, Balanced) {
  const Tensor column = counting({3, 1}, 1, tracked);
  const Tensor number = eg::tensor(2.0, tracked);
  Tensor x = eg::zeros({3, 4});
  x.index_put_({Slice(), Slice(0, 3)}, column);
  x.index_put_({1}, number);
  (x * counting({3, 4}, 0)).sum().backward();
  BOOST_TEST(equals(column.grad(), {{0 + 0.5 + 1}, {0.0}, {4 + 4.5 + 5}}));
  BOOST_TEST(equals(number.grad(), 2 + 2.5 + 3 + 3.5));
}

BOOST_FIXTURE_TEST_CASE(J12_of_values_at_one_place_the_last_stays, Balanced) {
  const Tensor v = counting({3}, 1, tracked);
  Tensor x = eg::zeros({2});
  x.index_put_({eg::tensor({1, 1, 1})}, v);
  BOOST_TEST(equals(x, {0.0, 2.0}));
  (x * eg::tensor({5.0, 7.0})).sum().backward();
  BOOST_TEST(equals(v.grad(), {7.0, 7.0, 7.0}));
}

BOOST_FIXTURE_TEST_CASE(J12_parts_of_the_tensor_itself, Balanced) {
  const Tensor source = eg::tensor({1.0, 2.0, 3.0, 4.0}, tracked);
  Tensor x = source * 1;
  x.index_put_({Slice(1, None)}, x.index({Slice(None, -1)}));
  BOOST_TEST(equals(x, {1.0, 1.0, 2.0, 3.0}));
  (x * eg::tensor({1.0, 10.0, 100.0, 1000.0})).sum().backward();
  BOOST_TEST(equals(source.grad(), {11.0, 100.0, 1000.0, 0.0}));

  const Tensor other = eg::tensor({1.0, 2.0, 3.0}, tracked);
  Tensor y = other * 1;
  y.index_put_({eg::tensor({0, 2})}, y.index({eg::tensor({2, 0})}));
  BOOST_TEST(equals(y, {3.0, 2.0, 1.0}));
  (y * eg::tensor({1.0, 10.0, 100.0})).sum().backward();
  BOOST_TEST(equals(other.grad(), {100.0, 10.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(J12_assignment_in_a_loop, Balanced) {
  const Tensor x0 = eg::tensor(1.0, tracked);
  const Tensor a = eg::tensor(2.0, tracked);
  Tensor x = eg::zeros({6});
  x[0] = x0;
  for (std::int64_t k = 1; k < 6; ++k) x[k] = x[k - 1].clone() * a;
  BOOST_TEST(equals(x, {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}));
  x[5].backward();
  BOOST_TEST(equals(x0.grad(), 32.0));
  BOOST_TEST(equals(a.grad(), 5 * 16.0));
}

BOOST_FIXTURE_TEST_CASE(J12_a_mask_from_the_tensor, Balanced) {
  const Tensor source = eg::tensor({-1.0, 2.0, -3.0, 4.0}, tracked);
  const Tensor v = eg::tensor({10.0, 20.0}, tracked);
  Tensor x = source * 2;
  x.index_put_({x < 0}, v);
  BOOST_TEST(equals(x, {10.0, 4.0, 20.0, 8.0}));
  (x * x.detach()).sum().backward();
  BOOST_TEST(equals(source.grad(), {0.0, 8.0, 0.0, 16.0}));
  BOOST_TEST(equals(v.grad(), {10.0, 20.0}));
}

// ---- The graph around it.

BOOST_FIXTURE_TEST_CASE(J4_assignment_rebases_history, Balanced) {
  const Tensor source = eg::tensor({1.0, 2.0, 3.0}, tracked);
  Tensor x = source * 2;
  const auto older = x.grad_fn();
  const Tensor early = x + 0;
  x.index_put_({eg::tensor({1})}, 5.0);
  BOOST_TEST(name_of(x) == "IndexPutBackward0");
  BOOST_TEST(x.grad_fn() != older);
  // The earlier consumer sees the earlier history.
  early.sum().backward();
  BOOST_TEST(equals(source.grad(), {2.0, 2.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(J5_assignment_to_a_view_is_seen_from_the_base, Balanced) {
  const Tensor source = counting({2, 3}, 0, tracked);
  Tensor x = source * 2;
  Tensor row = x[1];
  row.index_put_({eg::tensor({0, 2})}, eg::tensor({7.0, 8.0}));
  BOOST_TEST(name_of(x) == "CopySlices");
  BOOST_TEST(name_of(row) == "AsStridedBackward0");
  row.sum().backward();
  BOOST_TEST(equals(source.grad(), {{0.0, 0.0, 0.0}, {0.0, 2.0, 0.0}}));
}

BOOST_FIXTURE_TEST_CASE(J6_assignment_to_the_base_is_seen_from_a_view, Balanced) {
  const Tensor v = eg::tensor({7.0, 8.0}, tracked);
  Tensor x = eg::zeros({2, 2});
  const Tensor row = x[1];
  BOOST_TEST(!row.requires_grad());
  x.index_put_({eg::tensor({1, 0}), eg::tensor({1, 0})}, v);
  BOOST_TEST(row.requires_grad());
  BOOST_TEST(equals(row, {0.0, 7.0}));
  (row * eg::tensor({1.0, 10.0})).sum().backward();
  BOOST_TEST(equals(v.grad(), {10.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(J2_saved_value_assigned_to, Balanced) {
  for (const oracle::Indices& indices :
       {oracle::Indices{0}, oracle::Indices{eg::tensor({0})}, oracle::Indices{Slice(0, 1)}}) {
    const Tensor source = eg::tensor({1.0, 2.0}, tracked);
    Tensor x = source * 1;
    const Tensor y = x * x;
    x.index_put_(indices, 5.0);
    BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                          Says{"modified by an inplace operation"});
  }
}

BOOST_FIXTURE_TEST_CASE(J3_the_value_before_is_not_needed, Balanced) {
  const Tensor source = eg::tensor({1.0, 2.0}, tracked);
  const Tensor v = eg::tensor({3.0}, tracked);
  Tensor x = source * 2;
  Tensor values_put = v * 1;
  x.index_put_({eg::tensor({0})}, values_put);
  x.add_(1);  // keeps neither the tensor nor the values
  values_put.add_(1);
  x.sum().backward();
  BOOST_TEST(equals(source.grad(), {0.0, 2.0}));
  BOOST_TEST(equals(v.grad(), {1.0}));
}

BOOST_FIXTURE_TEST_CASE(J2_index_changed_before_the_backward_pass, Balanced) {
  using Call = std::function<Tensor(const Tensor& x, const Tensor& i)>;
  const std::pair<const char*, Call> calls[] = {
      {"index", [](const Tensor& x, const Tensor& i) { return x.index({i}); }},
      {"index_put", [](const Tensor& x, const Tensor& i) { return x.index_put({i}, x[0]); }},
      {"gather", [](const Tensor& x, const Tensor& i) { return x.gather(0, i); }},
      {"take", [](const Tensor& x, const Tensor& i) { return x.take(i); }},
      {"index_select", [](const Tensor& x, const Tensor& i) { return x.index_select(0, i); }},
      {"scatter_add", [](const Tensor& x, const Tensor& i) { return x.scatter_add(0, i, x); }},
      {"index_copy", [](const Tensor& x, const Tensor& i) { return x.index_copy(0, i, x); }}};
  for (const auto& [name, call] : calls) BOOST_TEST_CONTEXT(name) {
      const Tensor x = eg::tensor({1.0, 2.0}, tracked);
      Tensor i = eg::tensor({1, 0});
      const Tensor y = call(x, i);
      i.fill_(0);
      BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                            Says{"modified by an inplace operation: the int64 tensor of indices"});
    }
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor mask = eg::tensor({true, false});
  const Tensor y = x.masked_fill(mask, 3);
  mask.fill_(true);
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(J2_index_that_shares_memory_with_what_is_written, Balanced) {
  using Write = Tensor& (*)(Tensor&);
  const std::tuple<const char*, Write, std::vector<double>> writes[] = {
      {"index_put_", [](Tensor& x) -> Tensor& { return x.index_put_({x}, 9); }, {9, 9, 9}},
      {"put_",
       [](Tensor& x) -> Tensor& {
         return x.put_(x, eg::tensor({10, 20, 30}));
       },
       {20, 30, 10}},
      {"scatter_", [](Tensor& x) -> Tensor& { return x.scatter_(0, x, 9); }, {9, 9, 9}},
      {"scatter_add_",
       [](Tensor& x) -> Tensor& { return x.scatter_add_(0, x, x.clone()); },
       {2, 1, 3}},
      {"index_fill_", [](Tensor& x) -> Tensor& { return x.index_fill_(0, x, 9); }, {9, 9, 9}},
      {"index_add_", [](Tensor& x) -> Tensor& { return x.index_add_(0, x, x); }, {2, 1, 3}},
      {"index_copy_",
       [](Tensor& x) -> Tensor& {
         return x.index_copy_(0, x, eg::tensor({10, 20, 30}));
       },
       {20, 30, 10}}};
  for (const auto& [name, write, want] : writes) BOOST_TEST_CONTEXT(name) {
      Tensor x = eg::tensor({2, 0, 1});
      write(x);
      BOOST_TEST(values(x) == want, boost::test_tools::per_element());
    }
  Tensor flags = eg::tensor({true, false, true});
  flags.masked_fill_(flags, false);
  BOOST_TEST(equals(flags, eg::tensor({false, false, false})));
}

// ---- What is refused.

BOOST_DATA_TEST_CASE_F(Balanced, J12_into_a_tracked_leaf, oracle::kIndexForms, form) {
  Tensor x = counting(kSizes, 0, tracked);
  const Snapshot before(x);
  BOOST_CHECK_THROW(assign(x, form, counting(form.sizes, 100)), eg::GraphError);
  BOOST_TEST(before.unchanged());
  {
    const eg::NoGradGuard off;
    assign(x, form, counting(form.sizes, 100));
  }
  BOOST_TEST(x.is_leaf());
  BOOST_TEST(
      values(x) == written(form, values(counting(kSizes, 0)), values(counting(form.sizes, 100))),
      boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(J12_into_a_view_of_a_tracked_leaf, Balanced) {
  const Tensor x = counting({2, 3}, 0, tracked);
  Tensor row = x[1];
  const Snapshot before(x);
  for (const oracle::Indices& indices : {oracle::Indices{0}, oracle::Indices{eg::tensor({0})}})
    BOOST_CHECK_EXCEPTION(row.index_put_(indices, 1.0), eg::GraphError,
                          Says{"a view of a leaf Variable that requires grad"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(J8_assignment_to_one_of_several_views, Balanced) {
  const Tensor source = counting({2, 3}, 0, tracked);
  const Tensor x = source * 1;
  std::vector<Tensor> rows = x.unbind();
  const Snapshot before(x);
  for (const oracle::Indices& indices : {oracle::Indices{0}, oracle::Indices{eg::tensor({0})}})
    BOOST_CHECK_EXCEPTION(rows[0].index_put_(indices, 1.0), eg::GraphError,
                          Says{"returns multiple views"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(J10_assignment_to_expanded_memory, Balanced) {
  Tensor x = eg::zeros({1, 3}).expand({2, 3});
  const Snapshot before(x);
  BOOST_CHECK_EXCEPTION(x.index_put_({eg::tensor({0})}, 1.0), eg::GraphError,
                        Says{"more than one element of the written-to tensor"});
  BOOST_CHECK_EXCEPTION(x.index_put_({Slice(), 1}, 1.0), eg::GraphError,
                        Says{"more than one element of the written-to tensor"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(J11_values_of_another_dtype, Balanced) {
  Tensor x = eg::zeros({3}, eg::kFloat32);
  const Tensor v = eg::tensor(2.5, tracked);
  x.index_put_({eg::tensor({1})}, v);  // without dimensions it is converted
  BOOST_TEST(x.dtype() == eg::kFloat32);
  x.sum().backward();
  BOOST_TEST(v.grad().dtype() == eg::kFloat64);
  BOOST_TEST(equals(v.grad(), 1.0));
  Tensor y = eg::zeros({3}, eg::kFloat32);
  const Snapshot before(y);
  BOOST_CHECK_EXCEPTION(y.index_put_({eg::tensor({1})}, eg::ones({1})), eg::DtypeError,
                        Says{"source and destination dtypes must match"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(J11_assignment_does_not_grow, Balanced) {
  Tensor x = counting({3, 2}, 0);
  const Snapshot before(x);
  BOOST_CHECK_THROW(x.index_put_({eg::tensor({0, 1})}, eg::zeros({3, 2})), eg::ShapeError);
  BOOST_CHECK_THROW(x.index_put_({0}, eg::zeros({2, 2})), eg::ShapeError);
  BOOST_CHECK_THROW(x.index_put_({Slice(0, 1)}, eg::zeros({2, 2})), eg::ShapeError);
  BOOST_TEST(before.unchanged());
}

}  // namespace autograd_test
