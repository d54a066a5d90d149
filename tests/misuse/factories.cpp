#include <Eigen/SparseCore>

#include "misuse/table.hpp"

/// New tensors, memory of the caller, and views of elements by C++ type.
namespace misuse {
namespace {

constexpr auto kNoDtype = static_cast<eg::ScalarType>(9);

constexpr Wrong kRows[] = {
    {"zeros_max", "more elements than memory", [] { eg::zeros({kMax}); }},
    {"zeros_huge", "more elements than memory", [] { eg::zeros({kHuge}); }},
    {"zeros_product", "an int64 can count",
     [] {
       eg::zeros({kMax, kMax});
     }},
    {"zeros_product_to_0", "an int64 can count",
     [] {
       eg::zeros({1LL << 32, 1LL << 32});
     }},
    {"zeros_product_with_0", "an int64 can count",
     [] {
       eg::zeros({0, kMax, kMax});
     }},
    {"zeros_bytes", "more elements than memory", [] { eg::zeros({1LL << 61}); }},
    {"zeros_negative", "negative", [] { eg::zeros({-1}); }},
    {"zeros_min", "negative",
     [] {
       eg::zeros({kMin, 0});
     }},
    {"zeros_dims", "at most 64 dimensions", [] { eg::zeros(std::vector<std::int64_t>(65, 1)); }},
    {"zeros_dtype", "no dtype has the number", [] { eg::zeros({2}, kNoDtype); }},
    {"ones_bool_tracked", "floating point",
     [] { eg::ones({2}, eg::requires_grad().dtype(eg::kBool)); }},
    {"empty_huge", "more elements than memory",
     [] {
       eg::empty({kHuge, 8});
     }},
    {"full_max", "more elements than memory", [] { eg::full({kMax}, 1.0); }},
    {"eye_max", "an int64 can count", [] { eg::eye(kMax); }},
    {"eye_min", "negative", [] { eg::eye(kMin); }},
    {"eye_huge", "more elements than memory", [] { eg::eye(1LL << 30); }},
    {"new_zeros_max", "more elements than memory", [] { row().new_zeros({kMax}); }},
    {"new_full_min", "negative", [] { row().new_full({kMin}, 1.0); }},
    {"empty_like_undefined", "undefined", [] { eg::empty_like(undefined()); }},
    {"zeros_like_dtype", "no dtype has the number", [] { eg::zeros_like(row(), kNoDtype); }},
    {"arange_all", "too many values", [] { eg::arange(kMin, kMax); }},
    {"arange_many", "more elements than memory", [] { eg::arange(kMax); }},
    {"arange_step_0", "step is 0", [] { eg::arange(0, 1, 0); }},
    {"arange_away", "leads away", [] { eg::arange(kMax, kMin, kMax); }},
    {"arange_fine", "too many values", [] { eg::arange(0.0, 1.0, 1e-300); }},
    {"arange_nan", "not finite", [] { eg::arange(0.0, NAN, 1.0); }},
    {"arange_inf", "not finite", [] { eg::arange(0.0, INFINITY, 1.0); }},
    {"arange_wide", "too many values", [] { eg::arange(-1e308, 1e308, 1.0); }},
    {"linspace_max", "more elements than memory", [] { eg::linspace(0, 1, kMax); }},
    {"linspace_min", "is negative", [] { eg::linspace(0, 1, kMin); }},
    {"logspace_max", "more elements than memory", [] { eg::logspace(0, 1, kMax); }},
    {"rand_max", "more elements than memory", [] { eg::rand({kMax}); }},
    {"randn_min", "negative", [] { eg::randn({kMin}); }},
    {"rand_int", "floating point", [] { eg::rand({2}, eg::kInt64); }},
    {"randint_none", "low < high", [] { eg::randint(kMin, {2}); }},
    {"randint_order", "low < high", [] { eg::randint(kMax, kMin, {2}); }},
    {"randperm_max", "more elements than memory", [] { eg::randperm(kMax); }},
    {"randperm_min", "negative", [] { eg::randperm(kMin); }},
    {"normal_std", "negative", [] { eg::normal(0, -1, {2}); }},
    {"tensor_ragged", "ragged",
     [] {
       eg::tensor({{1, 2}, {3}});
     }},
    {"from_blob_null", "null", [] { eg::from_blob(nullptr, {2}); }},
    {"from_blob_null_strides", "null", [] { eg::from_blob(nullptr, {2}, {1}); }},
    {"from_blob_negative", "negative",
     [] {
       double x[2];
       eg::from_blob(x, {-2});
     }},
    {"from_blob_min", "negative",
     [] {
       double x[2];
       eg::from_blob(x, {kMin, kMin});
     }},
    {"from_blob_stride", "stride is negative",
     [] {
       double x[2];
       eg::from_blob(x, {2}, {-1});
     }},
    {"from_blob_stride_min", "stride is negative",
     [] {
       double x[2];
       eg::from_blob(x, {2}, {kMin});
     }},
    {"from_blob_stride_max", "does not fit",
     [] {
       double x[2];
       eg::from_blob(x, {3}, {kMax});
     }},
    {"from_blob_lengths", "differ in number",
     [] {
       double x[2];
       eg::from_blob(x, {2}, {1, 1});
     }},
    {"from_blob_product", "an int64 can count",
     [] {
       double x[2];
       eg::from_blob(x, {kMax, kMax});
     }},
    {"from_blob_bytes", "does not fit",
     [] {
       double x[2];
       eg::from_blob(x, {kMax});
     }},
    {"from_blob_int_tracked", "floating point",
     [] {
       std::int64_t x[2];
       eg::from_blob(x, {2}, eg::requires_grad().dtype(eg::kInt64));
     }},
    {"from_blob_deleter_null", "null",
     [] { eg::from_blob(nullptr, {2}, [](void*) { std::abort(); }); }},
    {"wrap_no_owner", "shared_ptr",
     [] {
       Eigen::MatrixXd m(2, 2);
       eg::wrap(m, std::shared_ptr<const void>());
     }},
    {"wrap_null", "shared_ptr", [] { eg::wrap(std::shared_ptr<Eigen::MatrixXd>()); }},
    {"wrap_dtype", "float32",
     [] {
       Eigen::MatrixXd m(2, 2);
       eg::wrap(m, eg::kFloat32);
     }},
    {"matrix_float", "asked for", [] { matrix().matrix<float>(); }},
    {"matrix_int", "asked for", [] { matrix().matrix<std::int64_t>(); }},
    {"matrix_of_cube", "at most 2 dimensions", [] { cube().matrix<double>(); }},
    {"matrix_by_column", "stride of 1", [] { matrix().matrix<double, Eigen::ColMajor>(); }},
    {"matrix_by_row", "stride of 1", [] { matrix().t().matrix<double, Eigen::RowMajor>(); }},
    {"matrix_of_undefined", "undefined", [] { undefined().matrix<double>(); }},
    {"vector_of_matrix", "at most 1 dimension", [] { matrix().vector<double>(); }},
    {"vector_stride", "stride", [] { row().slice(0, 0, 6, 2).vector<double, 1>(); }},
    {"array_float", "asked for", [] { row().array<float>(); }},
    {"array_of_gaps", "contiguous", [] { matrix().t().array<double>(); }},
    {"to_matrix_of_cube", "at most 2 dimensions", [] { eg::to_matrix(cube()); }},
    {"data_ptr_float", "asked for", [] { row().data_ptr<float>(); }},
    {"data_ptr_of_undefined", "undefined", [] { undefined().data_ptr(); }},
    {"accessor_rank", "dimensions", [] { row().accessor<double, 2>(); }},
    {"accessor_dtype", "asked for", [] { row().accessor<float, 1>(); }},
    {"item_of_many", "cannot be converted to Scalar", [] { row().item(); }},
    {"item_of_none", "cannot be converted to Scalar", [] { eg::zeros({0}).item<double>(); }},
    {"to_dtype", "no dtype has the number", [] { row().to(kNoDtype); }},
    {"sum_dtype", "no dtype has the number", [] { row().sum(kNoDtype); }},
    {"cumsum_dtype", "no dtype has the number", [] { row().cumsum(0, kNoDtype); }},
    {"softmax_dtype", "", [] { eg::softmax(row(), 0, kNoDtype); }},
    {"sparse_values", "values",
     [] {
       const Eigen::SparseMatrix<double> m(3, 3);
       eg::SparseMatrix(m).with_values(row());
     }},
    {"sparse_undefined", "undefined",
     [] {
       const Eigen::SparseMatrix<double> m(3, 3);
       eg::sparse_matmul(eg::SparseMatrix(m), undefined());
     }},
    {"sparse_not_square", "must be square",
     [] {
       const Eigen::SparseMatrix<double> m(3, 2);
       eg::sparse_solve(eg::SparseMatrix(m), eg::ones({3}));
     }},
    {"sparse_singular", "singular",
     [] {
       const Eigen::SparseMatrix<double> m(3, 3);
       eg::sparse_solve(eg::SparseMatrix(m), eg::ones({3}));
     }},
    {"sparse_singular_ldlt", "singular",
     [] {
       const Eigen::SparseMatrix<double> m(3, 3);
       eg::sparse_solve(eg::SparseMatrix(m), eg::ones({3}), {.solver = eg::SparseSolver::LDLT});
     }},
    {"sparse_solver", "no solver has the number",
     [] {
       const Eigen::SparseMatrix<double> m(3, 3);
       eg::sparse_solve(eg::SparseMatrix(m), eg::ones({3}),
                        {.solver = static_cast<eg::SparseSolver>(9)});
     }},
};
const Table factories("factories", kRows);

}  // namespace
}  // namespace misuse
