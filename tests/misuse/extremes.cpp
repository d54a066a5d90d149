#include "misuse/table.hpp"

/// Arguments at the ends of int64 that have an answer, as PyTorch or arithmetic gives it.
namespace misuse {
namespace {

bool same(const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes() && a.equal(b); }

constexpr Extreme kRows[] = {
    {"slice_step_max", [] { return same(row().slice(0, 0, 2, kMax), eg::tensor({0.0})); }},
    {"slice_step_of_rows",
     [] { return same(matrix().slice(0, 0, 2, kMax), matrix().narrow(0, 0, 1)); }},
    {"slice_step_gradient",
     [] {
       const Tensor x = tracked();
       x.slice(0, 1, kMax, kMax).sum().backward();
       return same(x.grad(), eg::tensor({0.0, 1.0, 0.0}));
     }},
    {"slice_bounds", [] { return same(row().slice(0, kMin, kMax), row()); }},
    {"slice_nothing", [] { return row().slice(0, kMax, kMin).numel() == 0; }},
    {"index_slice_bounds",
     [] { return same(row().index({eg::indexing::Slice(kMin, kMax, kMax)}), eg::tensor({0.0})); }},
    {"diagonal_max", [] { return matrix().diagonal(kMax).numel() == 0; }},
    {"diagonal_min", [] { return matrix().diagonal(kMin).numel() == 0; }},
    {"diag_max_of_matrix", [] { return eg::diag(matrix(), kMin).numel() == 0; }},
    {"tril_max", [] { return same(matrix().tril(kMax), matrix()); }},
    {"tril_min",
     [] {
       return same(matrix().tril(kMin), eg::zeros({2, 3}));
     }},
    {"triu_max",
     [] {
       return same(matrix().triu(kMax), eg::zeros({2, 3}));
     }},
    {"triu_min", [] { return same(matrix().triu(kMin), matrix()); }},
    {"triu_inplace", [] { return same(matrix().triu_(kMin), matrix()); }},
    {"tril_indices_no_columns", [] { return eg::tril_indices(kMax, 0).numel() == 0; }},
    {"tril_indices_last_row",
     [] {
       return eg::tril_indices(kHuge, 1, 1 - kHuge).index({0, 0}).item<std::int64_t>() == kHuge - 1;
     }},
    {"triu_indices_first_row",
     [] {
       return same(eg::triu_indices(kHuge, 1), eg::zeros({2, 1}, eg::kInt64));
     }},
    {"roll_max", [] { return same(row().roll({kMax}, {0}), row().roll({kMax % 6}, {0})); }},
    {"roll_min", [] { return same(row().roll({kMin}), row().roll({kMin % 6})); }},
    {"roll_twice",
     [] {
       return same(row().roll({5, 5}, {0, 0}), row().roll({4}, {0}));
     }},
    {"roll_nothing",
     [] {
       return eg::zeros({kMax, 0}).roll({kMax, kMax}, {0, 0}).numel() == 0;
     }},
    {"rot90_max", [] { return same(matrix().rot90(kMax), matrix().rot90(3)); }},
    {"rot90_min", [] { return same(matrix().rot90(kMin), matrix()); }},
    {"split_max", [] { return row().split(kMax).size() == 1; }},
    {"chunk_max", [] { return row().chunk(kMax).size() == 6; }},
    {"chunk_nothing",
     [] {
       return eg::zeros({0, 3}).chunk(3, 0).size() == 3;
     }},
    {"unsafe_chunk_nothing",
     [] {
       return eg::zeros({0, 3}).unsafe_chunk(3, 0).size() == 3;
     }},
    {"chunk_nothing_gradient",
     [] {
       const Tensor x = eg::zeros({0, 3}, eg::requires_grad());
       x.chunk(3, 0)[1].sum().backward();
       return same(x.grad(), eg::zeros({0, 3}));
     }},
    {"unfold_step_max",
     [] { return same(matrix().unfold(0, 2, kMax), matrix().t().unsqueeze(0)); }},
    {"unfold_step_of_windows",
     [] {
       return row().unfold(0, 2, kMax).sizes() == eg::IntArrayRef({1, 2});
     }},
    {"expand_max", [] { return endless().numel() == kMax; }},
    {"expand_max_select", [] { return endless().select(0, kMax - 1).item<double>() == 1; }},
    {"expand_max_slice", [] { return endless().slice(0, 1, kMax, kMax).numel() == 1; }},
    {"expand_max_narrow", [] { return endless().narrow(0, kMax - 2, 2).numel() == 2; }},
    {"zeros_of_nothing",
     [] {
       return eg::zeros({0, kMax}).numel() == 0;
     }},
    {"view_of_nothing",
     [] {
       return eg::zeros({0}).view({0, kMax}).numel() == 0;
     }},
    {"one_hot_of_nothing",
     [] { return eg::one_hot(eg::zeros({0}, eg::kInt64), kMax).numel() == 0; }},
    {"matrix_power_max", [] { return same(eg::matrix_power(eg::eye(2), kMax), eg::eye(2)); }},
    {"matrix_power_min", [] { return same(eg::matrix_power(eg::eye(2), kMin), eg::eye(2)); }},
    {"matrix_power_odd", [] { return same(eg::matrix_power(-eg::eye(1), kMax), -eg::eye(1)); }},
    {"pow_odd_beyond_double",
     [] { return eg::tensor(-1).pow((1LL << 53) + 1).item<std::int64_t>() == -1; }},
    {"pow_max",
     [] {
       return eg::tensor({-1, 3}).pow(kMax).select(0, 0).item<std::int64_t>() == -1;
     }},
    {"pow_max_of_3",
     [] {
       std::uint64_t y = 1, base = 3;
       for (auto n = static_cast<std::uint64_t>(kMax); n > 0; n /= 2, base *= base)
         if (n % 2 == 1) y *= base;
       return eg::tensor(3).pow(kMax).item<std::int64_t>() == static_cast<std::int64_t>(y);
     }},
    {"pow_tensor_max",
     [] { return eg::tensor({-1}).pow(eg::tensor({kMax})).item<std::int64_t>() == -1; }},
    {"pow_inplace", [] { return eg::tensor(-1).pow_((1LL << 53) + 1).item<std::int64_t>() == -1; }},
    {"pow_bool", [] { return eg::tensor({true}).pow(kMax).item<std::int64_t>() == 1; }},
    {"arange_end",
     [] {
       return same(eg::arange(kMax - 2, kMax), eg::tensor({kMax - 2, kMax - 1}));
     }},
    {"arange_step",
     [] {
       return same(eg::arange(kMin, kMax, kMax), eg::tensor({kMin, std::int64_t{-1}, kMax - 1}));
     }},
    {"arange_down",
     [] {
       return same(eg::arange(kMax, kMin, kMin), eg::tensor({kMax, std::int64_t{-1}}));
     }},
    {"floor_divide_min",
     [] { return eg::tensor(kMin).floor_divide(-1).item<std::int64_t>() == kMin; }},
    {"remainder_min", [] { return eg::tensor(kMin).remainder(-1).item<std::int64_t>() == 0; }},
    {"fmod_min", [] { return eg::tensor(kMin).fmod(-1).item<std::int64_t>() == 0; }},
    {"abs_min", [] { return eg::tensor(kMin).abs().item<std::int64_t>() == kMin; }},
    {"diff_max", [] { return row().diff(kMax).numel() == 0; }},
    {"combinations_of_few",
     [] {
       return eg::combinations(row(), kHuge).sizes() == eg::IntArrayRef({0, kHuge});
     }},
    {"combinations_of_none",
     [] { return eg::combinations(eg::zeros({0}), kHuge, true).numel() == 0; }},
    {"round_max", [] { return same(row().round(kMax), row()); }},
    {"var_correction",
     [] {
       return std::isfinite(
           row().var(eg::OptionalIntArrayRef{}, std::optional(kMin)).item<double>());
     }},
    {"polynomial_of_nan",
     [] {
       return eg::special_hermite_polynomial_h(row(), eg::full({6}, NAN))
           .isnan()
           .all()
           .item<bool>();
     }},
    {"randint_all", [] { return eg::randint(kMin, kMax, {100}).numel() == 100; }},
    {"im2col_stride_max",
     [] {
       const Tensor x = eg::ones({1, 1, 4, 4});
       return same(eg::im2col(x, {2}, {1}, {0}, {kMax}), eg::im2col(x, {2}, {1}, {0}, {9}));
     }},
    {"pad_away",
     [] {
       return eg::pad(row(), {-6, 0}).numel() == 0;
     }},
    {"print_undefined", [] { return !undefined().to_string().empty(); }},
};
const Table extremes("extremes", kRows);

}  // namespace
}  // namespace misuse
