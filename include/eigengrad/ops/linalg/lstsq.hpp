#pragma once

#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Least squares, of the matrices in the last two dimensions.
namespace eigengrad {

// Throws: ShapeError below two dimensions; DtypeError unless floating point.

/// X that makes the columns of A X - B smallest, and of several such the one of least norm; with it
/// the sums of squares of these columns, the rank, and the singular values of A. Drivers, by the names
/// of LAPACK's: "gelsy" (meant by nothing), a complete orthogonal decomposition with pivots; "gelsd"
/// and "gelss", singular values; "gels", QR without pivots, for matrices of full rank. Pivots or
/// singular values up to rcond times the largest count as 0; rcond is epsilon times the larger extent
/// if it is missing.
/// Shapes: (... m n), (... m k) -> (... n k); (... m n), (... m) -> (... n). Residuals (... k) where
/// m > n, every rank is n and the driver is not "gelsy"; rank (...) but for "gels"; singular values
/// (... k) for "gelsd" and "gelss"; without them these results are empty. Only the solution has a
/// derivative.
/// At the edge: the derivative is that at constant rank.
/// Throws: ValueError for another driver; ShapeError for extents that do not fit; DtypeError for
/// different dtypes; NumericError for a zero pivot in "gels", and for values that are not finite in
/// "gelsd" and "gelss".
/// Source: Golub and Van Loan, Matrix Computations, chapter 5; derivatives: Golub and Pereyra (1973).
/// See also: linalg_solve() for regular square matrices; linalg_pinv() for the map from B to X;
/// linalg_qr().
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(
    const Tensor& A, const Tensor& B, optional<double> rcond = nullopt,
    optional<std::string_view> driver = nullopt);

}  // namespace eigengrad
