#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "eigengrad/eigengrad.hpp"

/// Problems 6 to 66 of W. Hock and K. Schittkowski, Test Examples for Nonlinear Programming Codes,
/// 1981, under their numbers there. Some of their starts are outside of the bounds.
namespace hs {

namespace eg = eigengrad;
using eg::Tensor;
using eg::optim::Constraint;
using eg::optim::equality;
using eg::optim::inequality;

struct Problem {
  const char* name;
  std::vector<double> start;
  /// Empty where no unknown has one; infinite for the unknowns without.
  std::vector<double> lower, upper;
  std::function<Tensor(const Tensor&)> f;
  std::vector<Constraint> constraints;
};

/// The start, moved to the closest point inside of the bounds.
inline std::vector<double> feasible_start(const Problem& p) {
  std::vector<double> x = p.start;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!p.lower.empty()) x[i] = std::max(x[i], p.lower[i]);
    if (!p.upper.empty()) x[i] = std::min(x[i], p.upper[i]);
  }
  return x;
}

namespace detail {

using Problems = std::vector<Problem>;
using Values = std::vector<double>;
using Function = std::function<Tensor(const Tensor&)>;
inline constexpr double inf = INFINITY;

inline Tensor row(const Values& v) { return eg::tensor(v); }
inline Tensor matrix(std::int64_t columns, const Values& v) {
  return eg::tensor(v).reshape({-1, columns});
}
inline Tensor sq(const Tensor& x) { return square(x); }
inline Tensor norm2(const Tensor& x) { return sum(square(x)); }

inline Tensor rosenbrock(const Tensor& x) { return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]); }

inline void add_6_to_12(Problems& p) {
  p.push_back({"HS6",
               {-1.2, 1},
               {},
               {},
               [](const Tensor& x) { return sq(1 - x[0]); },
               {equality([](const Tensor& x) { return 10 * (x[1] - sq(x[0])); })}});
  p.push_back({"HS7",
               {2, 2},
               {},
               {},
               [](const Tensor& x) { return log(1 + sq(x[0])) - x[1]; },
               {equality([](const Tensor& x) { return sq(1 + sq(x[0])) + sq(x[1]) - 4; })}});
  p.push_back({"HS8",
               {2, 1},
               {},
               {},
               [](const Tensor& x) { return 0 * x[0] - 1; },
               {equality([](const Tensor& x) {
                 return eg::stack({norm2(x) - 25, x[0] * x[1] - 9});
               })}});
  p.push_back({"HS9",
               {0, 0},
               {},
               {},
               [](const Tensor& x) { return sin(M_PI * x[0] / 12) * cos(M_PI * x[1] / 16); },
               {equality([](const Tensor& x) { return 4 * x[0] - 3 * x[1]; })}});
  p.push_back({"HS10",
               {-10, 10},
               {},
               {},
               [](const Tensor& x) { return x[0] - x[1]; },
               {inequality([](const Tensor& x) {
                 return 1 - 3 * sq(x[0]) + 2 * x[0] * x[1] - sq(x[1]);
               })}});
  p.push_back({"HS11",
               {4.9, 0.1},
               {},
               {},
               [](const Tensor& x) { return sq(x[0] - 5) + sq(x[1]) - 25; },
               {inequality([](const Tensor& x) { return x[1] - sq(x[0]); })}});
  p.push_back(
      {"HS12",
       {0, 0},
       {},
       {},
       [](const Tensor& x) { return 0.5 * sq(x[0]) + sq(x[1]) - x[0] * x[1] - 7 * (x[0] + x[1]); },
       {Constraint{[](const Tensor& x) { return 4 * sq(x[0]) + sq(x[1]); }, {}, 25}}});
}

inline void add_14_to_18(Problems& p) {
  const Function distance = [](const Tensor& x) { return sq(x[0] - 2) + sq(x[1] - 1); };
  p.push_back({"HS14",
               {2, 2},
               {},
               {},
               distance,
               {inequality([](const Tensor& x) { return 1 - 0.25 * sq(x[0]) - sq(x[1]); }),
                equality([](const Tensor& x) { return x[0] - 2 * x[1] + 1; })}});
  p.push_back({"HS15",
               {-2, 1},
               {-inf, -inf},
               {0.5, inf},
               rosenbrock,
               {inequality([](const Tensor& x) { return x[0] * x[1] - 1; }),
                inequality([](const Tensor& x) { return x[0] + sq(x[1]); })}});
  p.push_back({"HS16",
               {-2, 1},
               {-0.5, -inf},
               {0.5, 1},
               rosenbrock,
               {inequality([](const Tensor& x) { return x[0] + sq(x[1]); }),
                inequality([](const Tensor& x) { return sq(x[0]) + x[1]; })}});
  p.push_back({"HS17",
               {-2, 1},
               {-0.5, -inf},
               {0.5, 1},
               rosenbrock,
               {inequality([](const Tensor& x) { return sq(x[1]) - x[0]; }),
                inequality([](const Tensor& x) { return sq(x[0]) - x[1]; })}});
  p.push_back({"HS18",
               {2, 2},
               {2, 0},
               {50, 50},
               [](const Tensor& x) { return 0.01 * sq(x[0]) + sq(x[1]); },
               {inequality([](const Tensor& x) { return x[0] * x[1] - 25; }),
                inequality([](const Tensor& x) { return norm2(x) - 25; })}});
  p.push_back({"HS22",
               {2, 2},
               {},
               {},
               distance,
               {inequality([](const Tensor& x) { return 2 - x[0] - x[1]; }),
                inequality([](const Tensor& x) { return x[1] - sq(x[0]); })}});
}

inline void add_19_to_24(Problems& p) {
  p.push_back({"HS19",
               {20.1, 5.84},
               {13, 0},
               {100, 100},
               [](const Tensor& x) { return pow(x[0] - 10, 3) + pow(x[1] - 20, 3); },
               {inequality([](const Tensor& x) { return norm2(x - 5) - 100; }),
                inequality([](const Tensor& x) { return 82.81 - sq(x[1] - 5) - sq(x[0] - 6); })}});
  p.push_back(
      {"HS20", {-2, 1}, {-0.5, -inf}, {0.5, inf}, rosenbrock, {inequality([](const Tensor& x) {
         return eg::stack({x[0] + sq(x[1]), sq(x[0]) + x[1], norm2(x) - 1});
       })}});
  p.push_back({"HS21",
               {-1, -1},
               {2, -50},
               {50, 50},
               [](const Tensor& x) { return 0.01 * sq(x[0]) + sq(x[1]) - 100; },
               {inequality([](const Tensor& x) { return 10 * x[0] - x[1] - 10; })}});
  p.push_back({"HS23", {3, 1}, {-50, -50}, {50, 50}, norm2, {inequality([](const Tensor& x) {
                 return eg::stack({x[0] + x[1] - 1, norm2(x) - 1, 9 * sq(x[0]) + sq(x[1]) - 9,
                                   sq(x[0]) - x[1], sq(x[1]) - x[0]});
               })}});
  const double root = std::sqrt(3.0);
  p.push_back({"HS24",
               {1, 0.5},
               {0, 0},
               {inf, inf},
               [root](const Tensor& x) { return (sq(x[0] - 3) - 9) * pow(x[1], 3) / (27 * root); },
               {inequality([root](const Tensor& x) { return x[0] / root - x[1]; }),
                Constraint{[root](const Tensor& x) { return x[0] + root * x[1]; }, 0, 6}}});
}

inline void add_26_to_33(Problems& p) {
  p.push_back(
      {"HS26",
       {-2.6, 2, 2},
       {},
       {},
       [](const Tensor& x) { return sq(x[0] - x[1]) + pow(x[1] - x[2], 4); },
       {equality([](const Tensor& x) { return (1 + sq(x[1])) * x[0] + pow(x[2], 4) - 3; })}});
  p.push_back({"HS27",
               {2, 2, 2},
               {},
               {},
               [](const Tensor& x) { return 0.01 * sq(x[0] - 1) + sq(x[1] - sq(x[0])); },
               {equality([](const Tensor& x) { return x[0] + sq(x[2]) + 1; })}});
  p.push_back({"HS28",
               {-4, 1, 1},
               {},
               {},
               [](const Tensor& x) { return sq(x[0] + x[1]) + sq(x[1] + x[2]); },
               {equality([](const Tensor& x) {
                 return dot(row({1, 2, 3}), x) - 1;
               })}});
  p.push_back({"HS29",
               {1, 1, 1},
               {},
               {},
               [](const Tensor& x) { return -prod(x); },
               {inequality([](const Tensor& x) {
                 return 48 - dot(row({1, 2, 4}), sq(x));
               })}});
  p.push_back(
      {"HS30", {1, 1, 1}, {1, -10, -10}, {10, 10, 10}, norm2, {inequality([](const Tensor& x) {
         return sq(x[0]) + sq(x[1]) - 1;
       })}});
  p.push_back({"HS31",
               {1, 1, 1},
               {-10, 1, -10},
               {10, 10, 1},
               [](const Tensor& x) {
                 return dot(row({9, 1, 9}), sq(x));
               },
               {inequality([](const Tensor& x) { return x[0] * x[1] - 1; })}});
  p.push_back({"HS32",
               {0.1, 0.7, 0.2},
               {0, 0, 0},
               {inf, inf, inf},
               [](const Tensor& x) { return sq(x[0] + 3 * x[1] + x[2]) + 4 * sq(x[0] - x[1]); },
               {inequality([](const Tensor& x) { return 6 * x[1] + 4 * x[2] - pow(x[0], 3) - 3; }),
                equality([](const Tensor& x) { return 1 - sum(x); })}});
  p.push_back({"HS33",
               {0, 0, 3},
               {0, 0, 0},
               {inf, inf, 5},
               [](const Tensor& x) { return (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2]; },
               {inequality([](const Tensor& x) { return sq(x[2]) - sq(x[1]) - sq(x[0]); }),
                inequality([](const Tensor& x) { return norm2(x) - 4; })}});
}

inline void add_34_to_37(Problems& p) {
  p.push_back(
      {"HS34",
       {0, 1.05, 2.9},
       {0, 0, 0},
       {100, 100, 10},
       [](const Tensor& x) { return -x[0]; },
       {inequality([](const Tensor& x) { return x.narrow(0, 1, 2) - exp(x.narrow(0, 0, 2)); })}});
  p.push_back(
      {"HS35",
       {0.5, 0.5, 0.5},
       {0, 0, 0},
       {inf, inf, inf},
       [](const Tensor& x) {
         return 9 - dot(row({8, 6, 4}), x) + dot(row({2, 2, 1}), sq(x)) + 2 * x[0] * (x[1] + x[2]);
       },
       {inequality([](const Tensor& x) {
         return 3 - dot(row({1, 1, 2}), x);
       })}});
  p.push_back({"HS36",
               {10, 10, 10},
               {0, 0, 0},
               {20, 11, 42},
               [](const Tensor& x) { return -prod(x); },
               {inequality([](const Tensor& x) {
                 return 72 - dot(row({1, 2, 2}), x);
               })}});
  p.push_back({"HS37",
               {10, 10, 10},
               {0, 0, 0},
               {42, 42, 42},
               [](const Tensor& x) { return -prod(x); },
               {Constraint{[](const Tensor& x) {
                             return dot(row({1, 2, 2}), x);
                           },
                           0, 72}}});
}

inline void add_39_to_42(Problems& p) {
  p.push_back({"HS39",
               {2, 2, 2, 2},
               {},
               {},
               [](const Tensor& x) { return -x[0]; },
               {equality([](const Tensor& x) { return x[1] - pow(x[0], 3) - sq(x[2]); }),
                equality([](const Tensor& x) { return sq(x[0]) - x[1] - sq(x[3]); })}});
  p.push_back(
      {"HS40",
       {0.8, 0.8, 0.8, 0.8},
       {},
       {},
       [](const Tensor& x) { return -prod(x); },
       {equality([](const Tensor& x) {
         return eg::stack({pow(x[0], 3) + sq(x[1]) - 1, sq(x[0]) * x[3] - x[2], sq(x[3]) - x[1]});
       })}});
  p.push_back({"HS41",
               {2, 2, 2, 2},
               {0, 0, 0, 0},
               {1, 1, 1, 2},
               [](const Tensor& x) { return 2 - x[0] * x[1] * x[2]; },
               {equality([](const Tensor& x) {
                 return dot(row({1, 2, 2, -1}), x);
               })}});
  p.push_back({"HS42",
               {1, 1, 1, 1},
               {},
               {},
               [](const Tensor& x) {
                 return norm2(x - row({1, 2, 3, 4}));
               },
               {equality([](const Tensor& x) { return x[0] - 2; }),
                equality([](const Tensor& x) { return sq(x[2]) + sq(x[3]) - 2; })}});
}

inline void add_43_to_46(Problems& p) {
  const auto below = [](double limit, const Values& squares, const Values& linear) {
    return inequality([limit, a = row(squares), b = row(linear)](const Tensor& x) {
      return limit - dot(a, sq(x)) - dot(b, x);
    });
  };
  p.push_back({"HS43",
               {0, 0, 0, 0},
               {},
               {},
               [](const Tensor& x) {
                 return dot(row({1, 1, 2, 1}), sq(x)) + dot(row({-5, -5, -21, 7}), x);
               },
               {below(8, {1, 1, 1, 1}, {1, -1, 1, -1}), below(10, {1, 2, 1, 2}, {-1, 0, 0, -1}),
                below(5, {2, 1, 1, 0}, {2, -1, 0, -1})}});
  const Tensor A =
      matrix(4, {1, 2, 0, 0, 4, 1, 0, 0, 3, 4, 0, 0, 0, 0, 2, 1, 0, 0, 1, 2, 0, 0, 1, 1});
  p.push_back({"HS44",
               {0, 0, 0, 0},
               {0, 0, 0, 0},
               {inf, inf, inf, inf},
               [](const Tensor& x) { return x[0] - x[1] - x[2] - (x[0] - x[1]) * (x[2] - x[3]); },
               {inequality([A](const Tensor& x) {
                 return row({8, 12, 12, 8, 8, 5}) - eg::matmul(A, x);
               })}});
  p.push_back({"HS45",
               {2, 2, 2, 2, 2},
               {0, 0, 0, 0, 0},
               {1, 2, 3, 4, 5},
               [](const Tensor& x) { return 2 - prod(x) / 120; },
               {}});
  p.push_back({"HS46",
               {std::sqrt(2.0) / 2, 1.75, 0.5, 2, 2},
               {},
               {},
               [](const Tensor& x) {
                 return sq(x[0] - x[1]) + sq(x[2] - 1) + pow(x[3] - 1, 4) + pow(x[4] - 1, 6);
               },
               {equality([](const Tensor& x) { return sq(x[0]) * x[3] + sin(x[3] - x[4]) - 1; }),
                equality([](const Tensor& x) { return x[1] + pow(x[2], 4) * sq(x[3]) - 2; })}});
}

/// A x = b.
inline Constraint linear(std::int64_t columns, const Values& A, const Values& b) {
  return equality(
      [A = matrix(columns, A), b = row(b)](const Tensor& x) { return eg::matmul(A, x) - b; });
}

inline void add_48_to_53(Problems& p) {
  p.push_back({"HS48",
               {3, 5, -3, 2, -2},
               {},
               {},
               [](const Tensor& x) { return sq(x[0] - 1) + sq(x[1] - x[2]) + sq(x[3] - x[4]); },
               {linear(5, {1, 1, 1, 1, 1, 0, 0, 1, -2, -2}, {5, -3})}});
  p.push_back({"HS49",
               {10, 7, 2, -3, 0.8},
               {},
               {},
               [](const Tensor& x) {
                 return sq(x[0] - x[1]) + sq(x[2] - 1) + pow(x[3] - 1, 4) + pow(x[4] - 1, 6);
               },
               {linear(5, {1, 1, 1, 4, 0, 0, 0, 1, 0, 5}, {7, 6})}});
  p.push_back({"HS50",
               {35, -31, 11, 5, -5},
               {},
               {},
               [](const Tensor& x) {
                 return sq(x[0] - x[1]) + sq(x[1] - x[2]) + pow(x[2] - x[3], 4) + sq(x[3] - x[4]);
               },
               {linear(5, {1, 2, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 1, 2, 3}, {6, 6, 6})}});
  const Values A = {1, 3, 0, 0, 0, 0, 0, 1, 1, -2, 0, 1, 0, 0, -1};
  const auto f = [](double first) {
    return [first](const Tensor& x) {
      return sq(first * x[0] - x[1]) + sq(x[1] + x[2] - 2) + sq(x[3] - 1) + sq(x[4] - 1);
    };
  };
  p.push_back({"HS51", {2.5, 0.5, 2, -1, 0.5}, {}, {}, f(1), {linear(5, A, {4, 0, 0})}});
  p.push_back({"HS52", {2, 2, 2, 2, 2}, {}, {}, f(4), {linear(5, A, {0, 0, 0})}});
  p.push_back(
      {"HS53", {2, 2, 2, 2, 2}, Values(5, -10), Values(5, 10), f(1), {linear(5, A, {0, 0, 0})}});
}

inline void add_54_to_56(Problems& p) {
  p.push_back({"HS54",
               {6e3, 1.5, 4e6, 2, 3e-3, 5e7},
               {0, -10, 0, 0, -1, 0},
               {2e4, 10, 1e7, 20, 1, 2e8},
               [](const Tensor& x) {
                 const Tensor a = x[0] - 1e4, b = x[1] - 1;
                 const Tensor h = (sq(a) / 6.4e7 + a * b / 2e4 + sq(b)) / 0.96 +
                                  sq(x[2] - 2e6) / 4.9e13 + sq(x[3] - 10) / 2.5e3 +
                                  sq(x[4] - 1e-3) / 2.5e-3 + sq(x[5] - 1e8) / 2.5e17;
                 return -exp(-h / 2);
               },
               {equality([](const Tensor& x) { return x[0] + 4e3 * x[1] - 1.76e4; })}});
  p.push_back({"HS55",
               {1, 2, 0, 0, 0, 2},
               Values(6, 0),
               {1, inf, inf, 1, inf, inf},
               [](const Tensor& x) { return x[0] + 2 * x[1] + 4 * x[4] + exp(x[0] * x[3]); },
               {linear(6, {1, 2, 0, 0, 5, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1,
                           1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1},
                       {6, 3, 2, 1, 2, 2})}});
  const double a = std::asin(std::sqrt(1 / 4.2)), b = std::asin(std::sqrt(5 / 7.2));
  p.push_back({"HS56",
               {1, 1, 1, a, a, a, b},
               {},
               {},
               [](const Tensor& x) { return -prod(x.narrow(0, 0, 3)); },
               {equality([](const Tensor& x) {
                  return x.narrow(0, 0, 3) - 4.2 * sq(sin(x.narrow(0, 3, 3)));
                }),
                equality([](const Tensor& x) {
                  return x[0] + 2 * x[1] + 2 * x[2] - 7.2 * sq(sin(x[6]));
                })}});
}

inline void add_57_to_62(Problems& p) {
  const Tensor age =
      row({8,  8,  10, 10, 10, 10, 12, 12, 12, 12, 14, 14, 14, 16, 16, 16, 18, 18, 20, 20, 20, 22,
           22, 22, 24, 24, 24, 26, 26, 26, 28, 28, 30, 30, 30, 32, 32, 34, 36, 36, 38, 38, 40, 42});
  const Tensor chlorine =
      row({.49, .49, .48, .47, .48, .47, .46, .46, .45, .43, .45, .43, .43, .44, .43,
           .43, .46, .45, .42, .42, .43, .41, .41, .40, .42, .40, .40, .41, .40, .41,
           .41, .40, .40, .40, .38, .41, .40, .40, .41, .38, .40, .40, .39, .39});
  p.push_back({"HS57",
               {0.42, 5},
               {0.4, -4},
               {inf, inf},
               [age, chlorine](const Tensor& x) {
                 return norm2(chlorine - x[0] - (0.49 - x[0]) * exp(-x[1] * (age - 8)));
               },
               {inequality([](const Tensor& x) { return (0.49 - x[0]) * x[1] - 0.09; })}});
  p.push_back({"HS60",
               {2, 2, 2},
               Values(3, -10),
               Values(3, 10),
               [](const Tensor& x) { return sq(x[0] - 1) + sq(x[0] - x[1]) + pow(x[1] - x[2], 4); },
               {equality([](const Tensor& x) {
                 return x[0] * (1 + sq(x[1])) + pow(x[2], 4) - 4 - 3 * std::sqrt(2.0);
               })}});
  p.push_back({"HS61",
               {0, 0, 0},
               {},
               {},
               [](const Tensor& x) {
                 return dot(row({4, 2, 2}), sq(x)) + dot(row({-33, 16, -24}), x);
               },
               {equality([](const Tensor& x) { return 3 * x[0] - 2 * sq(x[1]) - 7; }),
                equality([](const Tensor& x) { return 4 * x[0] - sq(x[2]) - 11; })}});
  p.push_back({"HS62",
               {0.7, 0.2, 0.1},
               {0, 0, 0},
               {1, 1, 1},
               [](const Tensor& x) {
                 const Tensor c = x[2] + 0.03, b = x[1] + c, a = x[0] + b;
                 return -32.174 *
                        (255 * log(a / (0.09 * x[0] + b)) + 280 * log(b / (0.07 * x[1] + c)) +
                         290 * log(c / (0.13 * x[2] + 0.03)));
               },
               {equality([](const Tensor& x) { return sum(x) - 1; })}});
}

inline void add_63_to_66(Problems& p) {
  p.push_back({"HS63",
               {2, 2, 2},
               {0, 0, 0},
               {inf, inf, inf},
               [](const Tensor& x) { return 1000 - norm2(x) - sq(x[1]) - x[0] * (x[1] + x[2]); },
               {equality([](const Tensor& x) {
                  return dot(row({8, 14, 7}), x) - 56;
                }),
                equality([](const Tensor& x) { return norm2(x) - 25; })}});
  p.push_back({"HS64",
               {1, 1, 1},
               Values(3, 1e-5),
               Values(3, inf),
               [](const Tensor& x) {
                 return dot(row({5, 20, 10}), x) + sum(row({50000, 72000, 144000}) / x);
               },
               {Constraint{[](const Tensor& x) {
                             return sum(row({4, 32, 120}) / x);
                           },
                           -inf, 1}}});
  p.push_back(
      {"HS65",
       {-5, 5, 0},
       {-4.5, -4.5, -5},
       {4.5, 4.5, 5},
       [](const Tensor& x) { return sq(x[0] - x[1]) + sq(x[0] + x[1] - 10) / 9 + sq(x[2] - 5); },
       {inequality([](const Tensor& x) { return 48 - norm2(x); })}});
  p.push_back({"HS66",
               {0, 1.05, 2.9},
               {0, 0, 0},
               {100, 100, 10},
               [](const Tensor& x) { return 0.2 * x[2] - 0.8 * x[0]; },
               {inequality([](const Tensor& x) { return x[1] - exp(x[0]); }),
                inequality([](const Tensor& x) { return x[2] - exp(x[1]); })}});
}

}  // namespace detail
}  // namespace hs
