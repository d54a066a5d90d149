#pragma once

#include <string>
#include <vector>

#include "support.hpp"

/// Linear algebra at boundary points: singular, repeated, defective, empty, tiny and huge matrices.
namespace linalg_test {

/// What is true of a matrix.
enum Property : unsigned {
  kSquare = 1u << 0,
  kTall = 1u << 1,
  kWide = 1u << 2,
  /// The rank is less than full, by two or more if kDeficient.
  kSingular = 1u << 3,
  kDeficient = 1u << 4,
  kZero = 1u << 5,
  /// A row or a column is 0.
  kZeroLine = 1u << 6,
  kZeroElement = 1u << 7,
  kZeroDiagonal = 1u << 8,
  kNegativeDeterminant = 1u << 9,
  kDefinite = 1u << 10,
  /// There are n independent real eigenvectors.
  kDiagonalizable = 1u << 11,
  /// No eigenvalue is on the negative real axis, nor 0.
  kPrincipal = 1u << 12,
  /// Singular values repeat; eigenvalues of the symmetric part; eigenvalues.
  kRepeated = 1u << 13,
  kRepeatedSymmetric = 1u << 14,
  kRepeatedEigenvalue = 1u << 15,
  /// Elements or sums of them are of the same absolute value.
  kTied = 1u << 16,
  /// A leading minor is 0; one of the symmetric part; that of all rows and columns aside.
  kZeroMinor = 1u << 17,
  kZeroSymmetricMinor = 1u << 18,
  /// The symmetric part is singular.
  kSingularSymmetric = 1u << 19,
  /// The columns are dependent, of matrices that are not tall those before the last that fits into a square.
  kDependentColumns = 1u << 20,
  kEqualRows = 1u << 21,
  kConstantRow = 1u << 22,
  kOneColumn = 1u << 23,
  /// Singular values differ by little.
  kClose = 1u << 24,
  /// Singular values, or all elements, are of so different orders of magnitude, or so far from 1, that finite
  /// differences say nothing.
  kGraded = 1u << 25,
  kExtreme = 1u << 26,
  kSubnormal = 1u << 27,
};

struct Matrix {
  std::string name;
  unsigned is;
  Tensor a;
};

/// A function, evaluated where all of `needs` and none of `avoids` holds. Where none of the other masks holds it
/// has two derivatives, which all ways give and finite differences confirm.
struct BoundaryRow {
  const char* name;
  /// The declared functions that the row covers.
  const char* covers;
  Tensor (*f)(const Tensor& x);
  unsigned needs = 0;
  unsigned avoids = 0;
  /// The function throws NumericError.
  unsigned throws = 0;
  /// There is no derivative: by every way an error or what is not finite.
  unsigned none_first = 0;
  unsigned none_second = 0;
  /// The contract chooses a derivative where there are several or none: all ways give the same, and it is finite.
  unsigned chosen_first = 0;
  unsigned chosen_second = 0;
  /// The second derivative is left to tests/linalg/repeated.cpp, or leaves the range of numbers on the way.
  unsigned unchecked_second = 0;
  /// The function takes one matrix, and no batch.
  bool single = false;
};

const std::vector<Matrix>& boundary_matrices();
std::vector<BoundaryRow> function_and_norm_rows();
/// These and all others.
const std::vector<BoundaryRow>& boundary_rows();

}  // namespace linalg_test
