#include "kernels/linalg/exponential.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/dispatch.hpp"
#include "core/new_tensor.hpp"
#include "kernels/linalg/decompose.hpp"
#include "kernels/linalg/factor.hpp"
#include "kernels/linalg/gemm.hpp"
#include "kernels/linalg/updates.hpp"

namespace eigengrad::kernels {
namespace {

/// Numerators of the diagonal Pade approximants to exp, by ascending powers; denominators alternate
/// the signs.
constexpr std::array<double, 4> kPade3{120, 60, 12, 1};
constexpr std::array<double, 6> kPade5{30240, 15120, 3360, 420, 30, 1};
constexpr std::array<double, 8> kPade7{17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};
constexpr std::array<double, 10> kPade9{17643225600, 8821612800, 2075673600, 302702400, 30270240,
                                        2162160,     110880,     3960,       90,        1};
constexpr std::array<double, 14> kPade13{64764752532480000,
                                         32382376266240000,
                                         7771770303897600,
                                         1187353796428800,
                                         129060195264000,
                                         10559470521600,
                                         670442572800,
                                         33522128640,
                                         1323241920,
                                         40840800,
                                         960960,
                                         16380,
                                         182,
                                         1};

/// The largest norms for which the approximants of degree 3, 5, 7, 9, 13 have a backward error below
/// the unit roundoff, and so has, for the second list, their derivative.
/// Source: Higham (2005), table 2.3; Al-Mohy and Higham (2009), table 6.1.
constexpr double kBounds[] = {1.495585217958292e-2, 2.539398330063230e-1, 9.504178996162932e-1,
                              2.097847961257068, 5.371920351148152};
constexpr double kDerivativeBounds[] = {1.08e-2, 2.00e-1, 7.83e-1, 1.78, 4.74};
/// The largest norms for float, of the approximants of degree 3, 5 and 7.
constexpr double kSingleBounds[] = {4.258730016922831e-1, 1.880152677804762, 3.925724783138660};

/// Constants of the approximant of highest degree, from which the number of squarings is found: the bound for
/// roots of norms of powers, 1 over the first coefficient of the backward error, and the unit roundoff.
/// Source: Al-Mohy and Higham, A new scaling and squaring algorithm for the matrix exponential (2009),
/// sections 4 and 5.
struct HighestDegree {
  int m;
  double bound;
  double inverse_coefficient;
  double roundoff;
};
constexpr HighestDegree kDegree13{13, 4.25, 113250775606021113483283660800000000.0, 0x1p-53};
constexpr HighestDegree kDegree7{7, 3.925724783138660, 4487938430976000.0, 0x1p-24};

/// (exp(x) - exp(y)) / (x - y).
double divided_difference(double x, double y) {
  const double half = (x - y) / 2;
  if (std::abs(half) > 1) return (std::exp(x) - std::exp(y)) / (x - y);
  return std::exp((x + y) / 2) * (half == 0 ? 1 : std::sinh(half) / half);
}

/// exp(a) by a Pade approximant r = (v - u)^-1 (v + u) of a scaled, squared again; beside it the
/// derivative in the direction e, from the same polynomials differentiated.
///
/// Note [Squarings]
/// A matrix whose powers are small beside the powers of its norm needs fewer squarings than the norm
/// says, and what is squared too often loses digits. So for the highest degree roots of norms of powers
/// decide. A triangular matrix stays triangular, and its exponential is known on the diagonal and beside
/// it: there the squares are replaced by it.
/// Source: Higham, The scaling and squaring method for the matrix exponential revisited (2005);
/// Al-Mohy and Higham, A new scaling and squaring algorithm (2009), algorithm 5.1 and section 2;
/// Computing the Frechet derivative of the matrix exponential (2009), 6.4.
template <class T>
class Exponential {
  using Square = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>;
  using Input = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>;

 public:
  /// All matrices share one allocation.
  Exponential(std::int64_t n, bool derivative)
      : n_(n),
        derivative_(derivative),
        memory_(
            detail::uninitialised(dtype_of<T>, {(derivative ? 2 * kMatrices : kMatrices) * n * n})),
        pivots_(static_cast<std::size_t>(n)) {
    T* next = memory_.impl()->data<T>();
    for (int i = 0; i < (derivative ? 2 : 1); ++i)
      for (T*& buffer : buffers_[i]) {
        buffer = next;
        next += n * n;
      }
  }

  void value(const T* a, T* y) { compute(a, nullptr, y, kValue); }
  void derivative(const T* a, const T* e, T* y) { compute(a, e, y, kMoved); }

 private:
  /// The matrices of the value, and those of its derivative, which are named alike.
  enum Name { kA, kEven, kW = kEven + 4, kU, kV, kR, kWork, kMatrices };
  enum Part { kValue, kMoved };

  Square at(Name name, Part part = kValue, int power = 0) {
    return Square(buffers_[part][name + power], n_, n_);
  }

  void compute(const T* a, const T* e, T* y, Part wanted) {
    const Input from(a, n_, n_);
    const double norm = norm_of(from);
    if (!all_finite(a, n_ * n_) || !std::isfinite(norm)) {
      std::fill_n(y, n_ * n_, std::numeric_limits<T>::quiet_NaN());
      return;
    }
    const double* const bounds = derivative_      ? kDerivativeBounds
                                 : sizeof(T) == 4 ? kSingleBounds
                                                  : kBounds;
    const int degrees = !derivative_ && sizeof(T) == 4 ? 3 : 5;
    int degree = 0, squarings = 0;
    while (degree + 1 < degrees && norm > bounds[degree]) ++degree;
    const T of_e = derivative_ ? scale_for_squares(view_of(Input(e, n_, n_))) : T(1);
    const int begin =
        norm > 1 ? std::max(0, std::ilogb(norm) - std::numeric_limits<T>::max_exponent / 8) : 0;
    at(kA) = power_of_two<T>(-begin) * from;
    if (derivative_) at(kA, kMoved) = power_of_two<T>(-begin) * of_e * Input(e, n_, n_);
    find_triangle(from);
    powers(degree == 4 ? 3 : degree + 1);
    if (degree + 1 == degrees && norm > bounds[degree - 1]) {
      int by_norm = 0;
      std::frexp(norm / bounds[degree], &by_norm);
      squarings = squarings_for(sizeof(T) == 4 && !derivative_ ? kDegree7 : kDegree13, begin,
                                std::max(0, by_norm));
      rescale(begin - squarings, degree == 4 ? 3 : degree + 1);
    }
    numerators(degree);
    divide();
    replace_known(from, squarings);
    for (; squarings > 0; --squarings) {
      if (derivative_) {
        differential(at(kWork, kMoved), kR, 0, kR, 0);
        std::swap(buffers_[kMoved][kR], buffers_[kMoved][kWork]);
      }
      product(at(kWork), at(kR), at(kR));
      std::swap(buffers_[kValue][kR], buffers_[kValue][kWork]);
      replace_known(from, squarings - 1);
    }
    Square(y, n_, n_) = at(kR, wanted) / of_e;
  }

  /// u and v for the degree at this index of the list of bounds.
  void numerators(int degree) {
    switch (degree) {
      case 0:
        low_degree(kPade3);
        break;
      case 1:
        low_degree(kPade5);
        break;
      case 2:
        low_degree(kPade7);
        break;
      case 3:
        low_degree(kPade9);
        break;
      default:
        degree_13();
    }
  }

  static MatrixView<const T> view_of(const Input& m) {
    return {m.data(), m.rows(), m.cols(), 1, m.rows()};
  }
  static double norm_of(const auto& m) {
    return static_cast<double>(m.cwiseAbs().colwise().sum().maxCoeff());
  }

  /// How often to square the approximant of 2^begin kA, whose even powers up to 6 are computed already. Up to
  /// two squarings, the norm decides: finding out whether fewer would do costs as much.
  int squarings_for(const HighestDegree& d, int begin, int by_norm) {
    constexpr int kFew = 2;
    if (by_norm <= kFew) return by_norm;
    const auto log_norm = [](const auto& m) { return std::log2(norm_of(m)); };
    const double log2 = log_norm(at(kEven)), log4 = log_norm(at(kEven, kValue, 1)),
                 log6 = log_norm(at(kEven, kValue, 2));
    const auto count = [&](double log8, double log10) {
      const double root = std::min(std::max(log6 / 6, log8 / 8), std::max(log8 / 8, log10 / 10));
      return std::max(0.0, std::ceil(begin + root - std::log2(d.bound)));
    };
    double s = count(std::min(2 * log4, log2 + log6), log4 + log6);
    if (by_norm - s <= kFew) return by_norm;
    if (s > 0) {
      // The images of the largest column bound the norms of the powers from below; where these bounds ask for
      // as many squarings, the norms need not be computed.
      Eigen::Index j = 0;
      at(kEven, kValue, 1).cwiseAbs().colwise().sum().maxCoeff(&j);
      const Eigen::VectorX<T> column = at(kEven, kValue, 1).col(j);
      if (count(log_norm(at(kEven, kValue, 1) * column), log_norm(at(kEven, kValue, 2) * column)) <
          s) {
        product(at(kWork), at(kEven, kValue, 1), at(kEven, kValue, 1));
        product(at(kR), at(kEven, kValue, 1), at(kEven, kValue, 2));
        s = count(log_norm(at(kWork)), log_norm(at(kR)));
      }
    }
    const auto squarings = static_cast<int>(s);
    return std::min(by_norm, squarings + extra_squarings(d, begin - squarings));
  }

  /// The squarings that the coefficients of the backward error ask for, from the norm of |2^exponent kA|^(2 m
  /// + 1). Where a bound of that norm from a lower power asks for none, there are none.
  int extra_squarings(const HighestDegree& d, int exponent) {
    const double most = std::log2(d.inverse_coefficient * d.roundoff);
    const double first = std::log2(norm_of(at(kA))) + exponent;
    if (first * 2 * d.m <= most) return 0;
    Eigen::RowVectorX<T> v = Eigen::RowVectorX<T>::Ones(n_), next(n_);
    double log = 0;
    for (int k = 1; k <= 2 * d.m + 1; ++k) {
      next.noalias() = v * at(kA).cwiseAbs();
      const T top = next.maxCoeff();
      if (!(top > T(0))) return 0;
      log += std::log2(static_cast<double>(top)) + exponent;
      v = next / top;
      if (2 * d.m / k * log + 2 * d.m % k * first <= most) return 0;
    }
    return std::max(0, static_cast<int>(std::ceil((log - first - most) / (2 * d.m))));
  }

  /// kA and its powers times 2^exponent.
  void rescale(int exponent, int count) {
    if (exponent == 0) return;
    for (int part = 0; part < (derivative_ ? 2 : 1); ++part) {
      at(kA, Part(part)) *= power_of_two<T>(exponent);
      for (int k = 0; k < count; ++k)
        at(kEven, Part(part), k) *= power_of_two<T>((2 * k + 2) * exponent);
    }
  }

  void find_triangle(const Input& a) {
    upper_ = lower_ = true;
    for (Eigen::Index j = 0; j < n_ && (upper_ || lower_); ++j) {
      upper_ = upper_ && (a.col(j).tail(n_ - j - 1).array() == T(0)).all();
      lower_ = lower_ && (a.col(j).head(j).array() == T(0)).all();
    }
  }
  bool is_triangular() const { return upper_ || lower_; }

  /// Overwrites the elements of kR = exp(2^-squarings a) that are known in closed form: for a triangular a,
  /// those on the diagonal and beside it.
  void replace_known(const Input& a, int squarings) {
    if (!is_triangular()) return;
    Square r = at(kR);
    const auto entry = [&](Eigen::Index i, Eigen::Index j) {
      return std::ldexp(static_cast<double>(a(i, j)), -squarings);
    };
    for (Eigen::Index i = 0; i < n_; ++i) {
      r(i, i) = static_cast<T>(std::exp(entry(i, i)));
      if (i + 1 == n_) continue;
      const double d = divided_difference(entry(i, i), entry(i + 1, i + 1));
      if (upper_) r(i, i + 1) = static_cast<T>(entry(i, i + 1) * d);
      if (lower_) r(i + 1, i) = static_cast<T>(entry(i + 1, i) * d);
    }
  }

  static void product(Square c, Square a, Square b) {
    const auto view = [](Square& m) {
      return MatrixView<T>{m.data(), m.rows(), m.cols(), 1, m.rows()};
    };
    multiply(view(c), read_only(view(a)), read_only(view(b)));
  }
  /// c = a' b + a b', the derivative of a product, through the work space of the value.
  void differential(Square c, Name a, int i, Name b, int j) {
    product(c, at(a, kMoved, i), at(b, kValue, j));
    product(at(kWork), at(a, kValue, i), at(b, kMoved, j));
    c += at(kWork);
  }

  /// kEven + k is a^(2k + 2).
  void powers(int count) {
    product(at(kEven), at(kA), at(kA));
    if (derivative_) differential(at(kEven, kMoved), kA, 0, kA, 0);
    for (int k = 1; k < count; ++k) {
      product(at(kEven, kValue, k), at(kEven, kValue, k - 1), at(kEven));
      if (derivative_) differential(at(kEven, kMoved, k), kEven, k - 1, kEven, 0);
    }
  }

  /// u = a w, w and v polynomials in the even powers.
  template <std::size_t N>
  void low_degree(const std::array<double, N>& b) {
    const auto polynomial = [&](Square y, Part part, std::size_t first) {
      const auto term = [&](std::size_t k) {
        return static_cast<T>(b[2 * k + first]) * at(kEven, part, static_cast<int>(k) - 1);
      };
      if constexpr (N == 4)
        y = term(1);
      else if constexpr (N == 6)
        y = term(1) + term(2);
      else if constexpr (N == 8)
        y = term(1) + term(2) + term(3);
      else
        y = term(1) + term(2) + term(3) + term(4);
      if (part == kValue) y.diagonal().array() += static_cast<T>(b[first]);
    };
    for (int part = 0; part < (derivative_ ? 2 : 1); ++part) {
      polynomial(at(kW, Part(part)), Part(part), 1);
      polynomial(at(kV, Part(part)), Part(part), 0);
    }
    multiply_by_a();
  }

  /// w and v are here of the form high a^6 + low, both factors of degree 6; the matrix of a^8 holds `high`.
  void degree_13() {
    const auto part_of = [&](Square y, Part part, std::size_t k) {
      y = static_cast<T>(kPade13[k + 4]) * at(kEven, part, 2) +
          static_cast<T>(kPade13[k + 2]) * at(kEven, part, 1) +
          static_cast<T>(kPade13[k]) * at(kEven, part, 0);
    };
    const auto half = [&](Name to, std::size_t high, std::size_t low) {
      part_of(at(kEven, kValue, 3), kValue, high);
      if (derivative_) {
        part_of(at(kEven, kMoved, 3), kMoved, high);
        differential(at(to, kMoved), kEven, 2, kEven, 3);
        part_of(at(kWork), kMoved, low);
        at(to, kMoved) += at(kWork);
      }
      product(at(to), at(kEven, kValue, 2), at(kEven, kValue, 3));
      part_of(at(kWork), kValue, low);
      at(to) += at(kWork);
      at(to).diagonal().array() += static_cast<T>(kPade13[low - 2]);
    };
    half(kW, 9, 3);
    half(kV, 8, 2);
    multiply_by_a();
  }

  void multiply_by_a() {
    product(at(kU), at(kA), at(kW));
    if (derivative_) differential(at(kU, kMoved), kA, 0, kW, 0);
  }

  /// r = (v - u)^-1 (v + u) for a triangular v - u: a triangular solve, which keeps the zeros, as LU with
  /// interchanges of rows might not.
  void divide_by_triangle() {
    const MatrixView<const T> denominator{at(kWork).data(), n_, n_, 1, n_};
    const auto solve = [&](Square x) {
      solve_triangle(denominator, {.upper = upper_}, MatrixView<T>{x.data(), n_, n_, 1, n_});
    };
    at(kWork) = at(kV) - at(kU);
    at(kR) = at(kV) + at(kU);
    solve(at(kR));
    if (!derivative_) return;
    at(kWork, kMoved) = at(kU, kMoved) - at(kV, kMoved);
    product(at(kR, kMoved), at(kWork, kMoved), at(kR));
    at(kR, kMoved) += at(kU, kMoved) + at(kV, kMoved);
    solve(at(kR, kMoved));
  }

  /// r (v - u) = v + u, and r' (v - u) = v' + u' - r (v' - u'), transposed so that unknowns of one
  /// equation are neighbours.
  void divide() {
    if (is_triangular()) return divide_by_triangle();
    const MatrixView<T> denominator{at(kWork).data(), n_, n_, 1, n_};
    const auto solve = [&](Square x) {
      const MatrixView<T> rows{x.data(), n_, n_, n_, 1};
      lu_solve(read_only(denominator), pivots_.data(), true, read_only(rows), rows);
    };
    at(kWork) = at(kV) - at(kU);
    at(kR) = at(kV) + at(kU);
    lu_factor(denominator, pivots_.data());
    solve(at(kR));
    if (!derivative_) return;
    at(kWork, kMoved) = at(kU, kMoved) - at(kV, kMoved);
    product(at(kR, kMoved), at(kR), at(kWork, kMoved));
    at(kR, kMoved) += at(kU, kMoved) + at(kV, kMoved);
    solve(at(kR, kMoved));
  }

  std::int64_t n_;
  bool derivative_;
  bool upper_ = false, lower_ = false;
  Tensor memory_;
  T* buffers_[2][kMatrices];
  std::vector<std::int64_t> pivots_;
};

}  // namespace

void matrix_exp(const Tensor& a, const Tensor& y) {
  const BatchExtents e(a);
  if (e.count == 0) return;
  detail::dispatch_floating("matrix_exp", a.dtype(), [&]<class T>(std::type_identity<T>) {
    Exponential<T> exponential(e.rows, false);
    for (std::int64_t i = 0; i < e.count; ++i)
      exponential.value(matrix_of<T>(a, i), matrix_of<T>(y, i));
  });
}

void matrix_exp_derivative(const Tensor& a, const Tensor& t, const Tensor& y) {
  const BatchExtents e(a);
  if (e.count == 0) return;
  detail::dispatch_floating("matrix_exp", a.dtype(), [&]<class T>(std::type_identity<T>) {
    Exponential<T> exponential(e.rows, true);
    for (std::int64_t i = 0; i < e.count; ++i)
      exponential.derivative(matrix_of<T>(a, i), matrix_of<T>(t, i), matrix_of<T>(y, i));
  });
}

}  // namespace eigengrad::kernels
