#include <utility>

#include "linalg/boundary.hpp"

namespace linalg_test {
namespace {

Tensor matrix(std::int64_t rows, std::vector<double> elements) {
  const auto columns = static_cast<std::int64_t>(elements.size()) / rows;
  return eg::tensor(elements).view({rows, columns});
}

/// A symmetric orthogonal matrix.
Tensor reflection() {
  return matrix(4, {1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1}) * 0.5;
}
/// The symmetric matrix with these eigenvalues, to the last digit when they have few.
Tensor spectral(std::vector<double> eigenvalues) {
  return eg::matmul(reflection() * eg::tensor(eigenvalues), reflection());
}

std::vector<Matrix> square_matrices() {
  constexpr unsigned kZeros = kSingular | kDeficient | kZero | kZeroLine | kZeroElement |
                              kZeroDiagonal | kRepeated | kDiagonalizable | kRepeatedEigenvalue |
                              kZeroMinor | kTied | kEqualRows | kConstantRow;
  constexpr unsigned kRegularSpectrum = kDiagonalizable | kDefinite | kPrincipal | kTied;
  std::vector<Matrix> list{
      {"zero",
       kDependentColumns | kSingularSymmetric | kZeros | kRepeatedSymmetric | kZeroSymmetricMinor,
       eg::zeros({3, 3})},
      {"identity",
       kZeroElement | kRepeated | kRepeatedSymmetric | kRepeatedEigenvalue | kRegularSpectrum,
       eg::eye(3)},
      {"-2 identity",
       kNegativeDeterminant | kZeroElement | kRepeated | kDiagonalizable | kRepeatedSymmetric |
           kRepeatedEigenvalue | kTied,
       eg::eye(3) * -2},
      {"ones",
       kDependentColumns | kSingularSymmetric | kSingular | kDeficient | kRepeated |
           kDiagonalizable | kRepeatedSymmetric | kRepeatedEigenvalue | kZeroMinor |
           kZeroSymmetricMinor | kTied | kEqualRows | kConstantRow,
       eg::ones({3, 3})},
      {"proportional columns",
       kDependentColumns | kSingular | kZeroElement | kDiagonalizable | kZeroMinor,
       matrix(3, {1, 2, 0, -1, -2, 1, 3, 6, 5})},
      {"zero row",
       kSingular | kZeroLine | kZeroElement | kZeroDiagonal | kDiagonalizable | kZeroMinor |
           kConstantRow,
       matrix(3, {1, 2, 3, 0, 0, 0, 4, 1, 2})},
      {"zero column",
       kDependentColumns | kSingular | kZeroLine | kZeroElement | kZeroDiagonal | kDiagonalizable |
           kZeroMinor,
       matrix(3, {1, 0, 3, 4, 0, 2, 2, 0, 5})},
      {"zero diagonal",
       kZeroElement | kZeroDiagonal | kPrincipal | kZeroMinor | kZeroSymmetricMinor,
       matrix(3, {0, 2, 1, 1, 0, 3, 4, 1, 0})},
      {"cyclic permutation",
       kZeroElement | kZeroDiagonal | kRepeated | kPrincipal | kRepeatedSymmetric | kZeroMinor |
           kZeroSymmetricMinor | kTied,
       matrix(3, {0, 1, 0, 0, 0, 1, 1, 0, 0})},
      {"swap",
       kNegativeDeterminant | kZeroElement | kZeroDiagonal | kRepeated | kDiagonalizable |
           kRepeatedSymmetric | kRepeatedEigenvalue | kZeroMinor | kZeroSymmetricMinor | kTied,
       matrix(3, {0, 1, 0, 1, 0, 0, 0, 0, 1})},
      {"nilpotent",
       kDependentColumns | kSingularSymmetric | kSingular | kZeroLine | kZeroElement |
           kZeroDiagonal | kRepeated | kRepeatedEigenvalue | kZeroMinor | kZeroSymmetricMinor |
           kTied | kConstantRow,
       matrix(3, {0, 1, 0, 0, 0, 1, 0, 0, 0})},
      {"nilpotent of rank 1", kSingular | kRepeatedEigenvalue | kTied | kEqualRows,
       matrix(2, {1, -1, 1, -1})},
      {"Jordan block", kZeroElement | kDefinite | kPrincipal | kRepeatedEigenvalue | kTied,
       matrix(3, {2, 1, 0, 0, 2, 1, 0, 0, 2})},
      {"upper triangle", kNegativeDeterminant | kZeroElement | kDiagonalizable,
       matrix(3, {1, 2, 3, 0, -2, 4, 0, 0, 5})},
      {"singular triangle", kSingular | kZeroElement | kZeroDiagonal | kDiagonalizable | kZeroMinor,
       matrix(3, {1, 0, 0, 2, 0, 0, 4, 1, 3})},
      {"skew",
       kSingularSymmetric | kSingular | kZeroElement | kZeroDiagonal | kRepeated |
           kRepeatedSymmetric | kZeroMinor | kZeroSymmetricMinor,
       matrix(3, {0, 1, -2, -1, 0, 3, 2, -3, 0})},
      {"quarter turn",
       kSingularSymmetric | kZeroElement | kZeroDiagonal | kRepeated | kPrincipal |
           kRepeatedSymmetric | kZeroMinor | kZeroSymmetricMinor | kTied,
       matrix(2, {0, -1, 1, 0})},
      {"rotation", kZeroElement | kRepeated | kDefinite | kPrincipal | kRepeatedSymmetric,
       matrix(3, {0.6, -0.8, 0, 0.48, 0.36, -0.8, 0.64, 0.48, 0.6})},
      {"reflection",
       kRepeated | kDiagonalizable | kRepeatedSymmetric | kRepeatedEigenvalue | kTied |
           kConstantRow,
       reflection()},
      {"repeated eigenvalue",
       kRepeated | kRepeatedSymmetric | kRepeatedEigenvalue | kRegularSpectrum,
       spectral({2, 2, 5, 3})},
      {"opposite eigenvalues", kNegativeDeterminant | kRepeated | kDiagonalizable | kTied,
       spectral({2, -2, 5, 3})},
      {"repeated singular value", kNegativeDeterminant | kRepeated | kTied,
       eg::roll(spectral({2, 2, 5, 3}), -1, 0)},
      {"projection",
       kDependentColumns | kSingularSymmetric | kSingular | kDeficient | kZeroElement | kRepeated |
           kDiagonalizable | kRepeatedSymmetric | kRepeatedEigenvalue | kZeroMinor |
           kZeroSymmetricMinor | kTied | kEqualRows,
       spectral({1, 1, 0, 0})},
      {"semidefinite", kSingularSymmetric | kSingular | kDiagonalizable,
       matrix(3, {2, 1, 4, 1, 5, 11, 4, 11, 26})},
      {"eigenvalues 2^-30 apart", kClose | kRegularSpectrum, spectral({2, 2 + 0x1p-30, 5, 3})},
      {"eigenvalues 2^-46 apart", kClose | kRegularSpectrum, spectral({2, 2 + 0x1p-46, 5, 3})},
      {"graded", kGraded | kRegularSpectrum, spectral({1, 0x1p-13, 0x1p-27, 0x1p-40})},
      {"1 x 1 zero",
       kOneColumn | kSingularSymmetric |
           (kZeros &
            ~(kDeficient | kRepeated | kZeroMinor | kTied | kEqualRows | kRepeatedEigenvalue)),
       matrix(1, {0})},
      {"1 x 1", kOneColumn | kDiagonalizable | kDefinite | kPrincipal | kConstantRow,
       matrix(1, {2})},
      {"1 x 1 negative", kOneColumn | kNegativeDeterminant | kDiagonalizable | kConstantRow,
       matrix(1, {-2})},
      {"subnormal", kSubnormal | kDiagonalizable | kDefinite | kPrincipal | kExtreme,
       matrix(2, {4, 1, 1, 3}) * 0x1p-535 * 0x1p-535},
      {"tiny", kDiagonalizable | kDefinite | kPrincipal | kExtreme,
       matrix(2, {4, 1, 2, 3}) * 0x1p-1000},
      {"huge", kDiagonalizable | kDefinite | kPrincipal | kExtreme,
       matrix(2, {4, 1, 2, 3}) * 0x1p1000},
  };
  for (Matrix& m : list) m.is |= kSquare;
  return list;
}

/// Beside their transposes.
std::vector<Matrix> tall_matrices() {
  constexpr unsigned kZeros =
      kSingular | kZero | kZeroLine | kZeroElement | kZeroDiagonal | kTied | kConstantRow;
  return {
      {"zero 3 x 2", kDependentColumns | kZeros | kDeficient | kRepeated | kZeroMinor | kEqualRows,
       eg::zeros({3, 2})},
      {"ones 3 x 2", kDependentColumns | kSingular | kTied | kEqualRows | kConstantRow,
       eg::ones({3, 2})},
      {"orthonormal", kRepeated | kTied | kConstantRow | kEqualRows,
       reflection().narrow(1, 0, 2).contiguous()},
      {"vector", kZeroLine | kZeroElement | kConstantRow, matrix(3, {1, 0, -2})},
      {"zero vector", kDependentColumns | kZeros | kEqualRows, matrix(3, {0, 0, 0})},
      {"3 x 2 of rank 1",
       kDependentColumns | kSingular | kZeroLine | kZeroElement | kZeroDiagonal | kConstantRow,
       matrix(3, {1, 2, 0, 0, 3, 6})},
      {"3 x 2 with a zero row", kZeroLine | kZeroElement | kZeroDiagonal | kConstantRow,
       matrix(3, {1, 2, 0, 0, 3, -1})},
  };
}

}  // namespace

const std::vector<Matrix>& boundary_matrices() {
  static const std::vector<Matrix> all = [] {
    std::vector<Matrix> list = square_matrices();
    for (Matrix m : tall_matrices()) {
      m.is |= kTall;
      if (m.a.size(1) == 1) m.is |= kOneColumn;
      list.push_back(m);
      m.is &= ~(kTall | kOneColumn);
      m.is |= kWide;
      if (m.a.select(0, 0).any().item<bool>() || m.a.size(1) == 1) m.is &= ~kDependentColumns;
      m.name += ", transposed";
      m.a = m.a.t().contiguous();
      list.push_back(std::move(m));
    }
    return list;
  }();
  return all;
}

}  // namespace linalg_test
