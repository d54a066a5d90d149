#include <boost/test/unit_test.hpp>
#include <exception>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/statistics.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "errors.hpp"
#include "support/compare.hpp"

/// An operator that refuses says its name and what is wrong, and has changed nothing.
namespace table {
namespace {

using eg::Tensor;

/// All that an operator could have changed about a tensor.
struct Snapshot {
  explicit Snapshot(const Tensor& t)
      : values(support::to_array(t)),
        strides(t.strides().vec()),
        version(t._version()),
        tracked(t.requires_grad()),
        node(t.grad_fn()) {}
  Array values;
  Sizes strides;
  std::int64_t version;
  bool tracked;
  std::shared_ptr<eg::autograd::Node> node;
};

void check_unchanged(const Tensor& t, const Snapshot& before) {
  const Snapshot now(t);
  support::check_close(now.values, before.values);
  BOOST_TEST(now.strides == before.strides);
  BOOST_TEST(now.version == before.version);
  BOOST_TEST(now.tracked == before.tracked);
  BOOST_TEST(now.node == before.node);
}

void check_error(const ErrorRow& row) {
  variable_list x;
  for (const Array& a : row.arguments) x.push_back(support::to_tensor(a));
  std::vector<Snapshot> before(x.begin(), x.end());
  bool thrown = false;
  try {
    row.act(x);
  } catch (const std::exception& e) {
    thrown = true;
    const std::string message = e.what();
    BOOST_TEST_INFO_SCOPE("message: " << message);
    BOOST_TEST(row.is_type(e));
    BOOST_TEST(message.find(row.phrase) != std::string::npos);
    BOOST_TEST(message.starts_with('['));
    BOOST_TEST(message.find("] ") != std::string::npos);
  }
  BOOST_TEST(thrown);
  for (std::size_t k = 0; k < x.size(); ++k) {
    BOOST_TEST_INFO_SCOPE("argument " << k);
    check_unchanged(x[k], before[k]);
  }
}

ErrorRows broadcast_errors() {
  const std::string phrase = "must match the size of tensor b";
  const std::vector<Array> pair{real({2, 3}), real({4})};
  return {{"add", kShapeError, phrase, pair, [](variable_list& x) { x[0] + x[1]; }},
          {"sub", kShapeError, phrase, pair, [](variable_list& x) { x[0] - x[1]; }},
          {"mul_dying", kShapeError, phrase, pair, [](variable_list& x) { x[0].clone() * x[1]; }},
          {"div", kShapeError, phrase, pair, [](variable_list& x) { eg::div(x[0], x[1]); }},
          {"pow", kShapeError, phrase, pair, [](variable_list& x) { eg::pow(x[0], x[1]); }},
          {"maximum", kShapeError, phrase, pair, [](variable_list& x) { eg::maximum(x[0], x[1]); }},
          {"eq", kShapeError, phrase, pair, [](variable_list& x) { eg::eq(x[0], x[1]); }},
          {"logical_or", kShapeError, phrase, pair,
           [](variable_list& x) { eg::logical_or(x[0], x[1]); }},
          {"where",
           kShapeError,
           phrase,
           {bools({3}), real({3}), real({4})},
           [](variable_list& x) { eg::where(x[0], x[1], x[2]); }},
          {"add_", kShapeError, phrase, pair, [](variable_list& x) { x[0].add_(x[1]); }},
          {"copy_", kShapeError, phrase, pair, [](variable_list& x) { x[0].copy_(x[1]); }},
          {"batched_matmul",
           kShapeError,
           phrase,
           {real({2, 2, 3}), real({3, 3, 2})},
           [](variable_list& x) { eg::matmul(x[0], x[1]); }},
          {"empty_against_two", kShapeError, phrase, {real({0}), real({2})}, [](variable_list& x) {
             x[0] + x[1];
           }}};
}

ErrorRows inplace_errors() {
  const std::string growth = "doesn't match the broadcast shape";
  const std::string cast = "can't be cast to";
  return {{"add_grows",
           kShapeError,
           growth,
           {real({3}), real({2, 3})},
           [](variable_list& x) { x[0].add_(x[1]); }},
          {"mul_grows",
           kShapeError,
           growth,
           {real({}), real({1})},
           [](variable_list& x) { x[0] *= x[1]; }},
          {"copy_grows",
           kShapeError,
           growth,
           {real({1}), real({2})},
           [](variable_list& x) { x[0].copy_(x[1]); }},
          {"add_number_to_integers",
           kDtypeError,
           cast,
           {integers({3})},
           [](variable_list& x) { x[0].add_(1.5); }},
          {"add_reals_to_integers",
           kDtypeError,
           cast,
           {integers({3}), real({3})},
           [](variable_list& x) { x[0] += x[1]; }},
          {"add_integers_to_bools",
           kDtypeError,
           cast,
           {bools({3}), integers({3})},
           [](variable_list& x) { x[0].add_(x[1]); }},
          {"div_of_integers",
           kDtypeError,
           cast,
           {integers({3})},
           [](variable_list& x) { x[0].div_(2); }},
          {"exp_of_integers",
           kDtypeError,
           cast,
           {integers({3})},
           [](variable_list& x) { x[0].exp_(); }},
          {"sigmoid_of_bools",
           kDtypeError,
           cast,
           {bools({3})},
           [](variable_list& x) { x[0].sigmoid_(); }},
          {"clamp_of_integers",
           kDtypeError,
           cast,
           {integers({3})},
           [](variable_list& x) { x[0].clamp_(0.5); }},
          {"pow_of_integers",
           kDtypeError,
           cast,
           {integers({3})},
           [](variable_list& x) { x[0].pow_(0.5); }},
          {"fill_with_vector",
           kShapeError,
           "without dimensions",
           {real({3}), real({3})},
           [](variable_list& x) { x[0].fill_(x[1]); }},
          {"index_put_shape",
           kShapeError,
           "cannot be broadcast",
           {real({3}), real({2})},
           [](variable_list& x) {
             x[0].index_put_({eg::tensor({0, 1, 2})}, x[1]);
           }},
          {"index_put_dtype",
           kDtypeError,
           "dtypes must match",
           {real({3}), integers({2})},
           [](variable_list& x) {
             x[0].index_put_({eg::tensor({0, 1})}, x[1]);
           }},
          {"index_put_range",
           kIndexError,
           "out of range",
           {real({3}), real({2})},
           [](variable_list& x) {
             x[0].index_put_({eg::tensor({0, 3})}, x[1]);
           }}};
}

ErrorRows product_errors() {
  const std::string phrase = "cannot be multiplied";
  return {
      {"matmul",
       kShapeError,
       phrase,
       {real({2, 3}), real({4, 5})},
       [](variable_list& x) { eg::matmul(x[0], x[1]); }},
      {"matmul_of_vectors",
       kShapeError,
       phrase,
       {real({3}), real({4})},
       [](variable_list& x) { eg::matmul(x[0], x[1]); }},
      {"matmul_batched",
       kShapeError,
       phrase,
       {real({2, 2, 3}), real({2, 2})},
       [](variable_list& x) { eg::matmul(x[0], x[1]); }},
      {"mm",
       kShapeError,
       phrase,
       {real({2, 3}), real({2, 3})},
       [](variable_list& x) { eg::mm(x[0], x[1]); }},
      {"mv",
       kShapeError,
       phrase,
       {real({2, 3}), real({2})},
       [](variable_list& x) { eg::mv(x[0], x[1]); }},
      {"dot",
       kShapeError,
       phrase,
       {real({2}), real({3})},
       [](variable_list& x) { eg::dot(x[0], x[1]); }},
      {"bmm",
       kShapeError,
       phrase,
       {real({2, 2, 3}), real({2, 2, 3})},
       [](variable_list& x) { eg::bmm(x[0], x[1]); }},
      {"mm_of_vector",
       kShapeError,
       "",
       {real({2, 3}), real({3})},
       [](variable_list& x) { eg::mm(x[0], x[1]); }},
      {"mv_of_matrix",
       kShapeError,
       "",
       {real({2, 3}), real({3, 1})},
       [](variable_list& x) { eg::mv(x[0], x[1]); }},
      {"dot_of_matrix",
       kShapeError,
       "",
       {real({2, 3}), real({2, 3})},
       [](variable_list& x) { eg::dot(x[0], x[1]); }},
      {"bmm_of_matrix",
       kShapeError,
       "",
       {real({2, 3}), real({3, 2})},
       [](variable_list& x) { eg::bmm(x[0], x[1]); }},
      {"outer_of_matrix",
       kShapeError,
       "",
       {real({2, 3}), real({2})},
       [](variable_list& x) { eg::outer(x[0], x[1]); }},
      {"matmul_without_dims",
       kShapeError,
       "",
       {real({}), real({2})},
       [](variable_list& x) { eg::matmul(x[0], x[1]); }},
      {"matmul_of_two_dtypes",
       kDtypeError,
       "",
       {real({2, 2}), integers({2, 2})},
       [](variable_list& x) { eg::matmul(x[0], x[1]); }},
      {"matmul_of_bools", kDtypeError, "", {bools({2, 2}), bools({2, 2})}, [](variable_list& x) {
         eg::matmul(x[0], x[1]);
       }}};
}

ErrorRows reduction_errors() {
  const std::string several = "cannot be converted to Scalar";
  const std::string which = "Specify the reduction dim";
  return {
      {"item_of_several", kShapeError, several, {real({2})}, [](variable_list& x) { x[0].item(); }},
      {"item_of_none",
       kShapeError,
       several,
       {real({0})},
       [](variable_list& x) { x[0].item<double>(); }},
      {"mean_of_integers",
       kDtypeError,
       "floating point",
       {integers({3})},
       [](variable_list& x) { eg::mean(x[0]); }},
      {"mean_of_bools",
       kDtypeError,
       "floating point",
       {bools({3})},
       [](variable_list& x) { eg::mean(x[0], 0); }},
      {"var_of_integers",
       kDtypeError,
       "floating point",
       {integers({3})},
       [](variable_list& x) { eg::var(x[0]); }},
      {"std_of_integers",
       kDtypeError,
       "floating point",
       {integers({3})},
       [](variable_list& x) { eg::std(x[0]); }},
      {"max_of_nothing", kShapeError, which, {real({0})}, [](variable_list& x) { eg::max(x[0]); }},
      {"min_of_nothing",
       kShapeError,
       which,
       {real({2, 0})},
       [](variable_list& x) { eg::min(x[0]); }},
      {"argmax_of_nothing",
       kShapeError,
       which,
       {real({0})},
       [](variable_list& x) { eg::argmax(x[0]); }},
      {"max_along_nothing",
       kIndexError,
       "",
       {real({2, 0})},
       [](variable_list& x) { eg::max(x[0], 1); }},
      {"argmin_along_nothing", kIndexError, "", {real({0, 2})}, [](variable_list& x) {
         eg::argmin(x[0], 0);
       }}};
}

ErrorRows argument_errors() {
  return {{"where_without_bools",
           kDtypeError,
           "bool",
           {real({2}), real({2}), real({2})},
           [](variable_list& x) { eg::where(x[0], x[1], x[2]); }},
          {"sub_of_bools",
           kDtypeError,
           "bool",
           {bools({2}), bools({2})},
           [](variable_list& x) { x[0] - x[1]; }},
          {"sub_of_bool_from_real",
           kDtypeError,
           "bool",
           {real({2}), bools({2})},
           [](variable_list& x) { x[0] - x[1]; }},
          {"neg_of_bools", kDtypeError, "bool", {bools({2})}, [](variable_list& x) { -x[0]; }},
          {"pow_of_integers_to_negative",
           kValueError,
           "negative integer powers",
           {integers({2})},
           [](variable_list& x) { eg::pow(x[0], -1); }},
          {"pow_of_integers_to_negatives",
           kValueError,
           "negative integer powers",
           {integers({2}), Array({2}, {1, -1}, eg::kInt64)},
           [](variable_list& x) { eg::pow(x[0], x[1]); }},
          {"clamp_without_bounds",
           kValueError,
           "min and max",
           {real({2})},
           [](variable_list& x) { eg::clamp(x[0], eg::optional<eg::Scalar>()); }},
          {"clamp_in_place_without_bounds",
           kValueError,
           "min and max",
           {real({2})},
           [](variable_list& x) { x[0].clamp_(eg::optional<eg::Scalar>()); }},
          {"add_scaled_integers",
           kDtypeError,
           "alpha",
           {integers({2}), integers({2})},
           [](variable_list& x) { eg::add(x[0], x[1], 0.5); }},
          {"add_scaled_integers_in_place",
           kDtypeError,
           "alpha",
           {integers({2}), integers({2})},
           [](variable_list& x) { x[0].add_(x[1], 0.5); }},
          {"sub_scaled_integers",
           kDtypeError,
           "alpha",
           {integers({2}), integers({2})},
           [](variable_list& x) { eg::sub(x[0], x[1], 0.5); }},
          {"requires_grad_of_integers",
           kDtypeError,
           "floating point",
           {integers({2})},
           [](variable_list& x) { x[0].requires_grad_(); }},
          {"requires_grad_of_bools",
           kDtypeError,
           "floating point",
           {bools({2})},
           [](variable_list& x) { x[0].set_requires_grad(true); }},
          {"mul_out_of_tracked",
           kGraphError,
           "out",
           {real({2}), real({2})},
           [](variable_list& x) {
             Tensor tracked = x[1].clone().requires_grad_();
             eg::mul_out(x[0], x[0], tracked);
           }},
          {"add_out_into_tracked",
           kGraphError,
           "out",
           {real({2})},
           [](variable_list& x) {
             Tensor tracked = x[0].clone().requires_grad_();
             eg::add_out(tracked, x[0], x[0]);
           }},
          {"write_to_one_of_several_views",
           kGraphError,
           "returns multiple views",
           {real({2, 3})},
           [](variable_list& x) {
             Tensor y = x[0].clone().requires_grad_() * 1;
             y.unbind()[0].mul_(2);
           }},
          {"write_to_one_of_several_pieces",
           kGraphError,
           "returns multiple views",
           {real({4})},
           [](variable_list& x) {
             Tensor y = x[0].clone().requires_grad_() * 1;
             y.split(2)[1].zero_();
           }},
          {"write_to_view_made_under_no_grad",
           kGraphError,
           "created in no_grad mode",
           {real({4})},
           [](variable_list& x) {
             Tensor y = x[0].clone().requires_grad_() * 1;
             Tensor view;
             {
               const eg::NoGradGuard off;
               view = y.slice(0, 1);
             }
             view.add_(1);
           }},
          {"data_of_another_dtype",
           kDtypeError,
           "",
           {real({2})},
           [](variable_list& x) { x[0].data_ptr<float>(); }},
          {"add_of_undefined",
           kValueError,
           "undefined",
           {real({2})},
           [](variable_list& x) { eg::add(x[0], Tensor()); }},
          {"eq_with_undefined",
           kValueError,
           "undefined",
           {real({2})},
           [](variable_list& x) { eg::eq(x[0], Tensor()); }},
          {"cat_of_undefined",
           kValueError,
           "undefined",
           {real({2})},
           [](variable_list& x) {
             eg::cat({x[0], Tensor()});
           }},
          {"copy_of_undefined",
           kValueError,
           "undefined",
           {real({2})},
           [](variable_list& x) { x[0].copy_(Tensor()); }},
          {"sum_of_undefined", kValueError, "undefined", {}, [](variable_list&) {
             eg::sum(Tensor());
           }}};
}

const bool registered = [] {
  auto* const suite = BOOST_TEST_SUITE("errors");
  for (const auto& rows :
       {broadcast_errors(),    inplace_errors(),      product_errors(),    shape_errors(),
        range_errors(),        view_errors(),         assembly_errors(),   rearrange_errors(),
        reduction_errors(),    argument_errors(),     unary_errors(),      indexing_errors(),
        extremum_errors(),     norm_errors(),         statistics_errors(), order_errors(),
        loss_errors(),         binary_errors(),       cumulative_errors(), special_errors(),
        linalg_solve_errors(), decomposition_errors()})
    for (const ErrorRow& row : rows)
      suite->add(boost::unit_test::make_test_case([row] { check_error(row); }, row.name, __FILE__,
                                                  __LINE__));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

}  // namespace
}  // namespace table
