#include "misuse/table.hpp"

/// Wrong shapes, dtypes, numbers and enumerators.
namespace misuse {
namespace {

Tensor images() { return eg::ones({2, 3}); }

constexpr Wrong kRows[] = {
    {"add_shapes", "must match the size", [] { row() + eg::ones({5}); }},
    {"add_grows", "broadcast shape",
     [] {
       row().add_(eg::ones({2, 6}));
     }},
    {"add_dtype", "can't be cast", [] { indices().add_(1.5); }},
    {"add_overlap", "single memory location", [] { eg::ones({1}).expand({3}).add_(1); }},
    {"fill_overlap", "single memory location", [] { endless().fill_(1); }},
    {"neg_bool", "bool", [] { eg::neg(eg::ones({2}, eg::kBool)); }},
    {"pow_negative", "negative integer powers", [] { indices().pow(kMin); }},
    {"pow_negative_tensor", "negative integer powers", [] { indices().pow(eg::tensor({kMin})); }},
    {"pow_negative_inplace", "negative integer powers", [] { indices().pow_(-1); }},
    {"div_by_0", "ZeroDivisionError", [] { indices().floor_divide(0); }},
    {"remainder_by_0", "ZeroDivisionError",
     [] { indices().remainder(eg::zeros({3}, eg::kInt64)); }},
    {"div_mode", "rounding_mode", [] { row().div(2, "up"); }},
    {"where_condition", "bool", [] { eg::where(row(), row(), row()); }},
    {"matmul_shapes", "cannot be multiplied", [] { eg::matmul(matrix(), matrix()); }},
    {"matmul_scalar", "", [] { eg::matmul(matrix(), eg::tensor(1.0)); }},
    {"mm_cube", "", [] { cube().mm(matrix()); }},
    {"dot_lengths", "", [] { row().dot(eg::ones({5})); }},
    {"bmm_batches", "",
     [] {
       cube().bmm(eg::ones({3, 4, 2}));
     }},
    {"einsum_letters", "",
     [] {
       eg::einsum("ij,jk->iz", {matrix(), square()});
     }},
    {"einsum_operands", "", [] { eg::einsum("ij,jk->ik", {matrix()}); }},
    {"sum_dim", "Dimension out of range", [] { row().sum(kMax); }},
    {"sum_dim_min", "Dimension out of range", [] { row().sum(kMin); }},
    {"sum_dims_twice", "",
     [] {
       matrix().sum({0, 0});
     }},
    {"prod_dim", "Dimension out of range", [] { row().prod(kMin); }},
    {"mean_of_integers", "floating point", [] { indices().mean(); }},
    {"max_of_nothing", "reduction dim", [] { eg::zeros({0}).max(); }},
    {"max_dim", "Dimension out of range", [] { row().max(kMax); }},
    {"argmax_dim", "Dimension out of range", [] { row().argmax(kMin); }},
    {"amax_dim", "Dimension out of range", [] { row().amax({kMax}); }},
    {"all_dim", "Dimension out of range", [] { row().all(kMax); }},
    {"count_nonzero_dim", "Dimension out of range", [] { row().count_nonzero(kMin); }},
    {"logsumexp_dim", "Dimension out of range", [] { row().logsumexp({kMax}); }},
    {"softmax_dim", "Dimension out of range", [] { eg::softmax(row(), kMin); }},
    {"log_softmax_dim", "Dimension out of range", [] { eg::log_softmax(row(), kMax); }},
    {"cumsum_dim", "Dimension out of range", [] { row().cumsum(kMax); }},
    {"cumprod_dim", "Dimension out of range", [] { row().cumprod(kMin); }},
    {"cummax_dim", "Dimension out of range", [] { row().cummax(kMin); }},
    {"logcumsumexp_dim", "Dimension out of range", [] { row().logcumsumexp(kMax); }},
    {"diff_min", "must not be negative", [] { row().diff(kMin); }},
    {"diff_dim", "Dimension out of range", [] { row().diff(1, kMax); }},
    {"trapezoid_dim", "Dimension out of range", [] { eg::trapezoid(row(), 1, kMin); }},
    {"sort_dim", "Dimension out of range", [] { row().sort(kMin); }},
    {"topk_max", "out of range", [] { row().topk(kMax); }},
    {"topk_min", "out of range", [] { row().topk(kMin); }},
    {"topk_dim", "Dimension out of range", [] { row().topk(1, kMax); }},
    {"kthvalue_0", "out of range", [] { row().kthvalue(0); }},
    {"kthvalue_min", "out of range", [] { row().kthvalue(kMin); }},
    {"kthvalue_max", "out of range", [] { row().kthvalue(kMax); }},
    {"median_dim", "Dimension out of range", [] { row().median(kMax); }},
    {"mode_dim", "Dimension out of range", [] { row().mode(kMin); }},
    {"quantile_outside", "", [] { row().quantile(1.5); }},
    {"quantile_dim", "Dimension out of range", [] { row().quantile(0.5, kMax); }},
    {"quantile_kind", "", [] { row().quantile(0.5, 0, false, "cubic"); }},
    {"searchsorted_side", "side", [] { eg::searchsorted(row(), row(), false, false, "up"); }},
    {"var_dim", "Dimension out of range", [] { row().var(eg::IntArrayRef{kMin}); }},
    {"cov_cube", "at most two dimensions", [] { cube().cov(kMin); }},
    {"histc_max", "more elements than memory", [] { row().histc(kMax); }},
    {"histc_min", "bins must be > 0", [] { row().histc(kMin); }},
    {"histc_nan", "not finite", [] { row().histc(3, 0, NAN); }},
    {"bincount_max", "does not fit", [] { eg::tensor({kMax}).bincount(); }},
    {"bincount_huge", "more elements than memory", [] { eg::tensor({kHuge}).bincount(); }},
    {"bincount_minlength", "more elements than memory", [] { indices().bincount({}, kMax); }},
    {"bincount_minlength_min", "minlength", [] { indices().bincount({}, kMin); }},
    {"bincount_negative", "must not be negative", [] { eg::tensor({kMin}).bincount(); }},
    {"one_hot_max", "does not fit", [] { eg::one_hot(eg::tensor({kMax})); }},
    {"one_hot_huge", "more elements than memory", [] { eg::one_hot(indices(), kHuge); }},
    {"one_hot_classes", "an int64 can count", [] { eg::one_hot(indices(), kMax); }},
    {"one_hot_min", "smaller than num_classes", [] { eg::one_hot(indices(), kMin); }},
    {"one_hot_negative", "non-negative", [] { eg::one_hot(eg::tensor({kMin})); }},
    {"one_hot_nothing", "give num_classes", [] { eg::one_hot(eg::zeros({0}, eg::kInt64)); }},
    {"gather_max", "out of range", [] { row().gather(0, eg::tensor({kMax})); }},
    {"gather_min", "out of range", [] { row().gather(0, eg::tensor({kMin})); }},
    {"gather_dim", "Dimension out of range", [] { row().gather(kMin, indices()); }},
    {"gather_float", "int64", [] { row().gather(0, row()); }},
    {"take_max", "out of range", [] { row().take(eg::tensor({kMax})); }},
    {"take_min", "out of range", [] { row().take(eg::tensor({kMin})); }},
    {"take_along_dim", "Dimension out of range",
     [] { eg::take_along_dim(row(), indices(), kMax); }},
    {"index_select_max", "out of range", [] { eg::index_select(row(), 0, eg::tensor({kMax})); }},
    {"index_select_dim", "Dimension out of range",
     [] { eg::index_select(row(), kMax, indices()); }},
    {"index_add_min", "out of range",
     [] { row().index_add(0, eg::tensor({kMin}), eg::ones({1})); }},
    {"index_copy_max", "out of range",
     [] { row().index_copy_(0, eg::tensor({kMax}), eg::ones({1})); }},
    {"index_fill_dim", "Dimension out of range", [] { row().index_fill_(kMin, indices(), 1); }},
    {"scatter_max", "out of range", [] { row().scatter_(0, eg::tensor({kMax}), eg::ones({1})); }},
    {"scatter_min", "out of range",
     [] { row().scatter_add_(0, eg::tensor({kMin}), eg::ones({1})); }},
    {"scatter_dim", "Dimension out of range",
     [] { row().scatter(kMax, indices(), eg::ones({3})); }},
    {"scatter_reduce_name", "", [] { row().scatter_reduce(0, indices(), eg::ones({3}), "max"); }},
    {"put_max", "out of range", [] { row().put_(eg::tensor({kMax}), eg::ones({1})); }},
    {"masked_fill_dtype", "bool", [] { row().masked_fill(row(), 1); }},
    {"masked_scatter_few", "Number of elements",
     [] { row().masked_scatter(row() >= 0, eg::ones({2})); }},
    {"matrix_power_shape", "square", [] { eg::matrix_power(matrix(), kMin); }},
    {"matrix_power_singular", "singular",
     [] {
       eg::matrix_power(eg::zeros({2, 2}), kMin);
     }},
    {"vander_min", "greater than 1", [] { eg::linalg_vander(row(), kMin); }},
    {"vander_max", "an int64 can count", [] { eg::linalg_vander(row(), kMax); }},
    {"vecdot_dim", "Dimension out of range", [] { eg::linalg_vecdot(row(), row(), kMin); }},
    {"cross_dim", "Dimension out of range", [] { eg::linalg_cross(matrix(), matrix(), kMax); }},
    {"cross_extent", "extent 3", [] { eg::linalg_cross(row(), row()); }},
    {"tensorinv_min", "must be positive", [] { eg::linalg_tensorinv(square(), kMin); }},
    {"tensorinv_max", "must be square", [] { eg::linalg_tensorinv(square(), kMax); }},
    {"solve_shapes", "",
     [] {
       eg::linalg_solve(square(), eg::ones({2, 2}));
     }},
    {"solve_singular", "singular",
     [] {
       eg::linalg_solve(eg::zeros({3, 3}), eg::ones({3}));
     }},
    {"inv_shape", "", [] { eg::linalg_inv(matrix()); }},
    {"inv_int", "", [] { eg::linalg_inv(eg::eye(2, eg::kInt64)); }},
    {"cholesky_negative", "not positive-definite", [] { eg::linalg_cholesky(-square()); }},
    {"det_shape", "", [] { eg::linalg_det(matrix()); }},
    {"eigh_uplo", "", [] { eg::linalg_eigh(square(), "X"); }},
    {"qr_mode", "", [] { eg::linalg_qr(square(), "thin"); }},
    {"svd_driver", "", [] { eg::linalg_svd(square(), true, "fast"); }},
    {"svd_lowrank_max", "", [] { eg::svd_lowrank(square(), kMax); }},
    {"svd_lowrank_min", "", [] { eg::svd_lowrank(square(), kMin); }},
    {"pca_lowrank_min", "", [] { eg::pca_lowrank(square(), kMin); }},
    {"matrix_norm_dims", "",
     [] {
       eg::linalg_matrix_norm(square(), "fro", {kMax, kMin});
     }},
    {"matrix_norm_name", "", [] { eg::linalg_matrix_norm(square(), "max"); }},
    {"vector_norm_dim", "Dimension out of range",
     [] { eg::linalg_vector_norm(row(), 2, eg::IntArrayRef{kMax}); }},
    {"norm_dim", "Dimension out of range", [] { row().norm(2, {kMin}); }},
    {"renorm_dim", "Dimension out of range", [] { eg::renorm(matrix(), 2, kMax, 1); }},
    {"cosine_dim", "Dimension out of range", [] { eg::cosine_similarity(row(), row(), kMin); }},
    {"normalize_dim", "Dimension out of range", [] { eg::normalize(row(), 2, kMax); }},
    {"cdist_order", "", [] { eg::cdist(matrix(), matrix(), -1); }},
    {"cdist_mode", "compute_mode", [] { eg::cdist(matrix(), matrix(), 2, kMax); }},
    {"pdist_cube", "matrix of rows", [] { eg::pdist(cube()); }},
    {"glu_dim", "Dimension out of range", [] { eg::glu(row(), kMin); }},
    {"polygamma_min", "negative n", [] { eg::polygamma(kMin, row()); }},
    {"polygamma_max", "too large", [] { eg::polygamma(kMax, row()); }},
    {"mvlgamma_0", "greater than or equal to 1", [] { eg::mvlgamma(row(), 0); }},
    {"mvlgamma_max", "too large", [] { eg::mvlgamma(row(), kMax); }},
    {"mvlgamma_min", "greater than or equal to 1", [] { row().mvlgamma_(kMin); }},
    {"mvlgamma_wraps", "too large", [] { eg::mvlgamma(row(), (1LL << 32) + 1); }},
    {"hermite_max", "degree is too large", [] { eg::special_hermite_polynomial_h(row(), kMax); }},
    {"chebyshev_inf", "degree is too large",
     [] { eg::special_chebyshev_polynomial_t(row(), INFINITY); }},
    {"legendre_degrees", "degree is too large",
     [] { eg::special_legendre_polynomial_p(row(), eg::full({6}, 1e18)); }},
    {"round_int", "", [] { eg::round(indices(), kMax); }},
    {"tile_undefined_dtype", "", [] { eg::full({2}, 1.0, static_cast<eg::ScalarType>(77)); }},
    {"mse_reduction", "reduction", [] { eg::mse_loss(row(), row(), eg::Reduction::END); }},
    {"mse_reduction_max", "reduction", [] { eg::mse_loss(row(), row(), kMax); }},
    {"l1_reduction_min", "reduction", [] { eg::l1_loss(row(), row(), kMin); }},
    {"bce_outside", "", [] { eg::binary_cross_entropy(row(), row()); }},
    {"kl_reduction", "reduction", [] { eg::kl_div(row(), row(), 7); }},
    {"nll_class", "",
     [] {
       eg::nll_loss(images(), eg::tensor({kMax, kMin}));
     }},
    {"nll_class_3", "",
     [] {
       eg::nll_loss(images(), eg::tensor({0, 3}));
     }},
    {"nll_float", "", [] { eg::nll_loss(images(), eg::ones({2})); }},
    {"nll_reduction", "reduction",
     [] {
       eg::nll_loss(images(), eg::tensor({0, 1}), {}, kMin);
     }},
    {"cross_entropy_class", "",
     [] {
       eg::cross_entropy_loss(images(), eg::tensor({kMin, kMax}));
     }},
    {"cross_entropy_smoothing", "",
     [] {
       eg::cross_entropy_loss(images(), eg::tensor({0, 1}), {}, 1, -100, 2.0);
     }},
    {"multi_margin_p", "",
     [] {
       eg::multi_margin_loss(images(), eg::tensor({0, 1}), 3);
     }},
    {"multilabel_class", "",
     [] {
       eg::multilabel_margin_loss(images(), eg::full({2, 3}, kMax));
     }},
    {"huber_delta", "", [] { eg::huber_loss(row(), row(), 1, -1); }},
    {"cosine_embedding", "", [] { eg::cosine_embedding_loss(images(), images(), row()); }},
    {"ctc_lengths", "",
     [] {
       eg::ctc_loss(eg::zeros({4, 1, 3}), eg::ones({1, 2}, eg::kInt64), {kMax}, {2});
     }},
    {"ctc_targets", "",
     [] {
       eg::ctc_loss(eg::zeros({4, 1, 3}), eg::ones({1, 2}, eg::kInt64), {4}, {kMax});
     }},
    {"ctc_blank", "",
     [] {
       eg::ctc_loss(eg::zeros({4, 1, 3}), eg::ones({1, 2}, eg::kInt64), {4}, {2}, kMin);
     }},
    {"ctc_label", "",
     [] {
       eg::ctc_loss(eg::zeros({4, 1, 3}), eg::full({1, 2}, kMax), {4}, {2});
     }},
    {"ctc_negative", "",
     [] {
       eg::ctc_loss(eg::zeros({4, 1, 3}), eg::ones({1, 2}, eg::kInt64), {kMin}, {2});
     }},
    {"segment_reduce", "", [] { eg::segment_reduce(row(), "median", eg::tensor({6})); }},
    {"segment_lengths", "",
     [] {
       eg::segment_reduce(row(), "sum", eg::tensor({kMax, kMin}));
     }},
};
const Table table("operators", kRows);

}  // namespace
}  // namespace misuse
