#include "ops/errors.hpp"

#include "eigengrad/ops/linalg/distances.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/loss/classification.hpp"
#include "eigengrad/ops/loss/ctc.hpp"
#include "eigengrad/ops/loss/embedding.hpp"
#include "eigengrad/ops/loss/pointwise.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"

namespace table {
namespace {

using eg::Tensor;

/// A row about tensors of these shapes.
template <class F>
ErrorRow about(std::string name, bool (*type)(const std::exception&), std::string phrase,
               std::vector<Array> arguments, F f) {
  return {std::move(name), type, std::move(phrase), std::move(arguments),
          [f](variable_list& x) { f(x); }};
}

Array classes(const Sizes& sizes, double value) {
  Array a(sizes, value);
  a.dtype = eg::kInt64;
  return a;
}

ErrorRows einsum_errors() {
  const auto row = [](std::string name, bool (*type)(const std::exception&), std::string phrase,
                      const std::string& equation, const std::vector<Sizes>& shapes) {
    std::vector<Array> arguments;
    for (const Sizes& s : shapes) arguments.push_back(real(s));
    return about("einsum_" + name, type, std::move(phrase), std::move(arguments),
                 [equation](variable_list& x) { eg::einsum(equation, x); });
  };
  return {
      row("of_nothing", kValueError, "at least one operand", "ij", {}),
      row("with_fewer_operands", kValueError, "fewer operands were provided", "ij,jk", {{2, 3}}),
      row("with_more_operands", kValueError, "more operands were provided", "ij", {{2, 3}, {3}}),
      row("with_a_digit", kValueError, "subscripts must be in [a-zA-Z]", "i1", {{2, 3}}),
      row("with_one_dot", kValueError, "not part of an ellipsis", "i.j", {{2, 3}}),
      row("with_two_ellipses", kValueError, "second ellipsis", "...i...", {{2, 3}}),
      row("with_two_arrows", kValueError, "subscripts must be in", "ij->i->j", {{2, 3}}),
      row("with_output_twice", kValueError, "appears more than once", "ij->ii", {{2, 3}}),
      row("with_unknown_output", kValueError, "does not appear in the equation", "ij->ik",
          {{2, 3}}),
      row("with_too_few_subscripts", kShapeError, "no ellipsis was given", "i", {{2, 3}}),
      row("with_too_many_subscripts", kShapeError, "does not match the number of dimensions",
          "ijk...", {{2, 3}}),
      row("with_more_subscripts_than_dimensions", kValueError,
          "more subscripts than a tensor has dimensions", std::string(65, 'i'), {{2, 3}}),
      row("of_other_extents", kShapeError, "does not broadcast with", "ij,jk", {{2, 3}, {4, 2}}),
      row("of_an_odd_diagonal", kShapeError, "is repeated in operand", "ii", {{2, 3}}),
      about("einsum_with_a_short_path", kValueError, "the path has 1 entries",
            {real({2, 3}), real({3, 4})}, [](variable_list& x) { eg::einsum("ij,jk", x, {0}); }),
      about("einsum_with_a_wrong_path", kValueError, "give two different ones",
            {real({2, 3}), real({3, 4})},
            [](variable_list& x) {
              eg::einsum("ij,jk", x, {1, 1});
            }),
  };
}

ErrorRows contraction_errors() {
  using List = variable_list&;
  return {
      about("addmm_extents", kShapeError, "cannot be multiplied",
            {real({2, 2}), real({2, 3}), real({2, 2})},
            [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_dims", kShapeError, "cannot be multiplied",
            {real({2, 2}), real({2, 3}), real({3})}, [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_self", kShapeError, "must match the size of tensor b",
            {real({4}), real({2, 3}), real({3, 2})}, [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_larger_self", kShapeError, "does not broadcast to the product",
            {real({3, 2, 2}), real({2, 3}), real({3, 2})},
            [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_dtypes", kDtypeError, "same dtype",
            {integers({2, 2}), real({2, 3}), real({3, 2})},
            [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_of_bool", kDtypeError, "not defined for bool",
            {bools({2, 2}), bools({2, 3}), bools({3, 2})},
            [](List x) { eg::addmm(x[0], x[1], x[2]); }),
      about("addmm_of_integers_scaled", kDtypeError, "must be integers",
            {integers({2, 2}), integers({2, 3}), integers({3, 2})},
            [](List x) { eg::addmm(x[0], x[1], x[2], 0.5); }),
      about("addmm_into_smaller", kShapeError, "doesn't match the broadcast shape",
            {real({2}), real({2, 3}), real({3, 2})}, [](List x) { x[0].addmm_(x[1], x[2]); }),
      about("addmm_into_leaf", kGraphError, "a leaf Variable that requires grad",
            {real({2, 2}), real({2, 3}), real({3, 2})},
            [](List x) {
              Tensor leaf = x[0].clone().requires_grad_();
              leaf.addmm_(x[1], x[2]);
            }),
      about("addr_into_integers", kDtypeError, "can't be cast to",
            {integers({2, 2}), real({2}), real({2})}, [](List x) { x[0].addr_(x[1], x[2]); }),
      about("baddbmm_batches", kShapeError, "numbers of matrices",
            {real({2}), real({2, 2, 3}), real({3, 3, 2})},
            [](List x) { eg::baddbmm(x[0], x[1], x[2]); }),
      about("linear_extents", kShapeError, "cannot be multiplied", {real({2, 3}), real({4, 2})},
            [](List x) { eg::linear(x[0], x[1]); }),
      about("bilinear_extents", kShapeError, "cannot be multiplied",
            {real({2, 3}), real({2, 4}), real({5, 4, 3})},
            [](List x) { eg::bilinear(x[0], x[1], x[2]); }),
      about("tensordot_lists", kValueError, "of the same length", {real({2, 3}), real({3, 2})},
            [](List x) {
              eg::tensordot(x[0], x[1], {0, 1}, {0});
            }),
      about("tensordot_twice", kValueError, "appears twice", {real({2, 2}), real({2, 2})},
            [](List x) {
              eg::tensordot(x[0], x[1], {0, 0}, {0, 1});
            }),
      about("tensordot_extents", kShapeError, "need to match", {real({2, 3}), real({4, 2})},
            [](List x) { eg::tensordot(x[0], x[1], {1}, {0}); }),
      about("tensordot_dim", kIndexError, "Dimension out of range", {real({2}), real({2})},
            [](List x) { eg::tensordot(x[0], x[1], {1}, {0}); }),
      about("tensordot_count", kValueError, "cannot contract 2 dimensions",
            {real({2}), real({2, 2})}, [](List x) { eg::tensordot(x[0], x[1], 2); }),
      about("inner_extents", kShapeError, "cannot be multiplied", {real({2, 3}), real({2})},
            [](List x) { eg::inner(x[0], x[1]); }),
      about("vdot_extents", kShapeError, "cannot be multiplied", {real({3}), real({2})},
            [](List x) { eg::vdot(x[0], x[1]); }),
      about("multi_dot_of_one", kShapeError, "at least 2 tensors", {real({2, 3})},
            [](List x) { eg::linalg_multi_dot(x); }),
      about("multi_dot_extents", kShapeError, "cannot be multiplied", {real({2, 3}), real({2, 3})},
            [](List x) { eg::linalg_multi_dot(x); }),
      about("multi_dot_dims", kShapeError, "must be matrices", {real({2, 3, 2}), real({2, 3})},
            [](List x) { eg::linalg_multi_dot(x); }),
      about("chain_matmul_of_vector", kShapeError, "must be matrices", {real({3}), real({3, 3})},
            [](List x) { eg::chain_matmul(x); }),
      about("matrix_power_shape", kShapeError, "square matrices", {real({2, 3})},
            [](List x) { eg::matrix_power(x[0], 2); }),
      about("matrix_power_of_a_singular_matrix", is_error<eg::NumericError>, "singular",
            {Array({2, 2})}, [](List x) { eg::matrix_power(x[0], -2); }),
      about("vander_of_number", kShapeError, "at least one dimension", {real({})},
            [](List x) { eg::linalg_vander(x[0]); }),
      about("vander_of_bool", kDtypeError, "not defined for bool", {bools({3})},
            [](List x) { eg::linalg_vander(x[0]); }),
      about("vander_of_one_column", kValueError, "must be greater than 1", {real({3})},
            [](List x) { eg::linalg_vander(x[0], 1); }),
      about("vecdot_of_integers", kDtypeError, "floating point", {integers({3}), integers({3})},
            [](List x) { eg::linalg_vecdot(x[0], x[1]); }),
      about("cross_dims", kShapeError, "same number of dimensions", {real({3}), real({2, 3})},
            [](List x) { eg::linalg_cross(x[0], x[1]); }),
      about("cross_extent", kShapeError, "must have extent 3", {real({2, 3}), real({2, 3})},
            [](List x) { eg::linalg_cross(x[0], x[1], 0); }),
      about("cross_without_extent", kShapeError, "no dimension of size 3", {real({2}), real({2})},
            [](List x) { eg::cross(x[0], x[1]); }),
      about("cross_of_bool", kDtypeError, "not defined for bool", {bools({3}), bools({3})},
            [](List x) { eg::cross(x[0], x[1]); }),
  };
}

ErrorRows pointwise_errors() {
  using List = variable_list&;
  return {
      about("softmax_of_integers", kDtypeError, "floating point", {integers({3})},
            [](List x) { eg::softmax(x[0], 0); }),
      about("softmax_dim", kIndexError, "Dimension out of range", {real({3})},
            [](List x) { eg::log_softmax(x[0], 1); }),
      about("loss_reduction", kValueError, "reduction 7 is unknown", {real({3}), real({3})},
            [](List x) { eg::mse_loss(x[0], x[1], 7); }),
      about("mse_loss_of_integers", kDtypeError, "floating point", {integers({3}), integers({3})},
            [](List x) { eg::mse_loss(x[0], x[1]); }),
      about("smooth_l1_loss_of_integers", kDtypeError, "floating point",
            {integers({3}), integers({3})}, [](List x) { eg::smooth_l1_loss(x[0], x[1]); }),
      about("mse_loss_shapes", kShapeError, "must match the size of tensor b",
            {real({3}), real({2})}, [](List x) { eg::mse_loss(x[0], x[1]); }),
      about("smooth_l1_loss_beta", kValueError, "beta must not be negative", {real({3}), real({3})},
            [](List x) { eg::smooth_l1_loss(x[0], x[1], eg::Reduction::Mean, -1); }),
      about("huber_loss_delta", kValueError, "delta must be positive", {real({3}), real({3})},
            [](List x) { eg::huber_loss(x[0], x[1], eg::Reduction::Mean, 0); }),
      about("binary_cross_entropy_range", kValueError, "between 0 and 1",
            {Array({1}, 1.5), Array({1}, 1)}, [](List x) { eg::binary_cross_entropy(x[0], x[1]); }),
      about("binary_cross_entropy_shapes", kShapeError, "must be the same",
            {Array({2}, 0.5), Array({1}, 1)}, [](List x) { eg::binary_cross_entropy(x[0], x[1]); }),
      about("poisson_nll_loss_of_bool", kDtypeError, "not defined for bool",
            {bools({3}), bools({3})}, [](List x) { eg::poisson_nll_loss(x[0], x[1]); }),
      about("gaussian_nll_loss_variance", kValueError, "negative elements",
            {real({2}), real({2}), Array({2}, -1)},
            [](List x) { eg::gaussian_nll_loss(x[0], x[1], x[2]); }),
      about("gaussian_nll_loss_shape", kShapeError, "without its last extent",
            {real({2, 3}), real({2, 3}), Array({3}, 1)},
            [](List x) { eg::gaussian_nll_loss(x[0], x[1], x[2]); }),
  };
}

ErrorRows class_errors() {
  using List = variable_list&;
  return {
      about("nll_loss_class", kIndexError, "is out of range for 3 classes",
            {real({2, 3}), classes({2}, 3)}, [](List x) { eg::nll_loss(x[0], x[1]); }),
      about("nll_loss_negative_class", kIndexError, "is out of range",
            {real({2, 3}), classes({2}, -1)}, [](List x) { eg::nll_loss(x[0], x[1]); }),
      about("nll_loss_of_probabilities", kDtypeError, "name classes in int64",
            {real({2, 3}), real({2})}, [](List x) { eg::nll_loss(x[0], x[1]); }),
      about("nll_loss_shapes", kShapeError, "does not fit an input of shape",
            {real({2, 3}), classes({3}, 0)}, [](List x) { eg::nll_loss(x[0], x[1]); }),
      about("nll_loss_weight", kShapeError, "one number for each",
            {real({2, 3}), classes({2}, 0), real({2})},
            [](List x) { eg::nll_loss(x[0], x[1], x[2]); }),
      about("cross_entropy_loss_smoothing", kValueError, "between 0 and 1",
            {real({2, 3}), classes({2}, 0)},
            [](List x) { eg::cross_entropy_loss(x[0], x[1], {}, eg::Reduction::Mean, -100, 1.5); }),
      about("cross_entropy_loss_weight", kShapeError, "one number for each",
            {real({2, 3}), real({2, 3}), real({2})},
            [](List x) { eg::cross_entropy_loss(x[0], x[1], x[2]); }),
      about("cross_entropy_loss_of_number", kShapeError, "a dimension of classes",
            {real({}), real({})}, [](List x) { eg::cross_entropy_loss(x[0], x[1]); }),
      about("multi_margin_loss_p", kValueError, "p must be 1 or 2", {real({2, 3}), classes({2}, 0)},
            [](List x) { eg::multi_margin_loss(x[0], x[1], 3); }),
      about("multi_margin_loss_class", kIndexError, "is out of range",
            {real({2, 3}), classes({2}, -1)}, [](List x) { eg::multi_margin_loss(x[0], x[1]); }),
      about("multi_margin_loss_shape", kShapeError, "must have shape (N C) or (C)",
            {real({2, 3, 2}), classes({2, 2}, 0)},
            [](List x) { eg::multi_margin_loss(x[0], x[1]); }),
      about("multilabel_margin_loss_class", kIndexError, "is out of range",
            {real({2, 3}), classes({2, 3}, 3)},
            [](List x) { eg::multilabel_margin_loss(x[0], x[1]); }),
      about("multilabel_margin_loss_shape", kShapeError, "must be the same",
            {real({2, 3}), classes({2}, 0)},
            [](List x) { eg::multilabel_margin_loss(x[0], x[1]); }),
      about("multilabel_margin_loss_dtype", kDtypeError, "name classes in int64",
            {real({2, 3}), real({2, 3})}, [](List x) { eg::multilabel_margin_loss(x[0], x[1]); }),
      about("ctc_loss_lengths", kShapeError, "one entry for each of 2 sequences",
            {real({4, 2, 3}), classes({2, 1}, 1)},
            [](List x) { eg::ctc_loss(x[0], x[1], {4}, {1}); }),
      about("ctc_loss_float_lengths", kDtypeError, "input_lengths must be integral",
            {real({4, 1, 3}), classes({1, 1}, 1)},
            [](List x) { eg::ctc_loss(x[0], x[1], eg::tensor({4.}), eg::tensor({1})); }),
      about("ctc_loss_input_length", kValueError, "input length 5",
            {real({4, 1, 3}), classes({1, 1}, 1)}, [](List x) { eg::ctc_loss(x[0], x[1], 5, 1); }),
      about("ctc_loss_target_length", kValueError, "target length 2",
            {real({4, 1, 3}), classes({1, 1}, 1)}, [](List x) { eg::ctc_loss(x[0], x[1], 4, 2); }),
      about("ctc_loss_symbol", kIndexError, "symbol 3", {real({4, 1, 3}), classes({1, 1}, 3)},
            [](List x) { eg::ctc_loss(x[0], x[1], 4, 1); }),
      about("ctc_loss_blank", kValueError, "blank must be one of 3 symbols",
            {real({4, 1, 3}), classes({1, 1}, 1)},
            [](List x) { eg::ctc_loss(x[0], x[1], 4, 1, 3); }),
      about("ctc_loss_targets", kDtypeError, "must be int64", {real({4, 1, 3}), real({1, 1})},
            [](List x) { eg::ctc_loss(x[0], x[1], 4, 1); }),
      about("ctc_loss_target_shape", kShapeError, "do not fit 2 sequences",
            {real({4, 2, 3}), classes({1, 1}, 1)},
            [](List x) {
              eg::ctc_loss(x[0], x[1], {4, 4}, {1, 1});
            }),
      about("ctc_loss_shape", kShapeError, "must have shape (T N C) or (T C)",
            {real({4}), classes({1}, 1)}, [](List x) { eg::ctc_loss(x[0], x[1], 4, 1); }),
      about("ctc_loss_of_integers", kDtypeError, "floating point",
            {integers({4, 3}), classes({1}, 1)}, [](List x) { eg::ctc_loss(x[0], x[1], 4, 1); }),
  };
}

ErrorRows distance_errors() {
  using List = variable_list&;
  return {
      about("cdist_extents", kShapeError, "do not fit", {real({2, 3}), real({2, 2})},
            [](List x) { eg::cdist(x[0], x[1]); }),
      about("cdist_dims", kShapeError, "do not fit", {real({3}), real({2, 3})},
            [](List x) { eg::cdist(x[0], x[1]); }),
      about("cdist_batches", kShapeError, "must match the size of tensor b",
            {real({2, 1, 3}), real({3, 1, 3})}, [](List x) { eg::cdist(x[0], x[1]); }),
      about("cdist_order", kValueError, "p must not be negative", {real({2, 3}), real({2, 3})},
            [](List x) { eg::cdist(x[0], x[1], -1); }),
      about("cdist_mode", kValueError, "compute_mode must be 0, 1 or 2",
            {real({2, 3}), real({2, 3})}, [](List x) { eg::cdist(x[0], x[1], 2, 3); }),
      about("cdist_of_integers", kDtypeError, "floating point", {integers({2, 3}), real({2, 3})},
            [](List x) { eg::cdist(x[0], x[1]); }),
      about("pdist_dims", kShapeError, "needs a matrix of rows", {real({2, 3, 2})},
            [](List x) { eg::pdist(x[0]); }),
      about("pairwise_distance_of_numbers", kShapeError, "at least one dimension",
            {real({}), real({})}, [](List x) { eg::pairwise_distance(x[0], x[1]); }),
      about("cosine_similarity_dim", kIndexError, "Dimension out of range", {real({3}), real({3})},
            [](List x) { eg::cosine_similarity(x[0], x[1], 1); }),
      about("normalize_of_integers", kDtypeError, "floating point", {integers({2, 3})},
            [](List x) { eg::normalize(x[0]); }),
      about("cosine_embedding_loss_shapes", kShapeError, "do not fit",
            {real({2, 3}), real({2, 3}), classes({2, 3}, 1)},
            [](List x) { eg::cosine_embedding_loss(x[0], x[1], x[2]); }),
      about("triplet_margin_loss_dims", kShapeError, "same number of dimensions",
            {real({2, 3}), real({2, 3}), real({3})},
            [](List x) { eg::triplet_margin_loss(x[0], x[1], x[2]); }),
  };
}

}  // namespace

ErrorRows loss_errors() {
  ErrorRows all;
  for (const ErrorRows& rows : {einsum_errors(), contraction_errors(), pointwise_errors(),
                                class_errors(), distance_errors()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

}  // namespace table
