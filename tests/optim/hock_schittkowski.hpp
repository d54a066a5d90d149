#pragma once

#include "hock_schittkowski_small.hpp"

/// Problems 71 to 119 of W. Hock and K. Schittkowski, and the table of all.
namespace hs {

namespace detail {

inline void add_71_to_73(Problems& p) {
  p.push_back({"HS71",
               {1, 5, 5, 1},
               Values(4, 1),
               Values(4, 5),
               [](const Tensor& x) { return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]; },
               {inequality([](const Tensor& x) { return prod(x) - 25; }),
                equality([](const Tensor& x) { return norm2(x) - 40; })}});
  p.push_back(
      {"HS72",
       {1, 1, 1, 1},
       Values(4, 1e-3),
       {4e5, 3e5, 2e5, 1e5},
       [](const Tensor& x) { return 1 + sum(x); },
       {inequality([A = matrix(4, {4, 2.25, 1, 0.25, 0.16, 0.36, 0.64, 0.64})](const Tensor& x) {
         return row({0.0401, 0.010085}) - eg::matmul(A, 1 / x);
       })}});
  p.push_back({"HS73",
               {1, 1, 1, 1},
               Values(4, 0),
               Values(4, inf),
               [](const Tensor& x) {
                 return dot(row({24.55, 26.75, 39, 40.5}), x);
               },
               {inequality([](const Tensor& x) {
                  return dot(row({2.3, 5.6, 11.1, 1.3}), x) - 5;
                }),
                inequality([](const Tensor& x) {
                  return dot(row({12, 11.9, 41.8, 52.1}), x) - 21 -
                         1.645 * sqrt(dot(row({0.28, 0.19, 20.5, 0.62}), sq(x)));
                }),
                equality([](const Tensor& x) { return sum(x) - 1; })}});
}

/// HS74 and HS75: power from two generators.
inline Problem generators(const char* name, double a) {
  return {name,
          {0, 0, 0, 0},
          {0, 0, -a, -a},
          {1200, 1200, a, a},
          [](const Tensor& x) {
            return 3 * x[0] + 1e-6 * pow(x[0], 3) + 2 * x[1] + 2e-6 / 3 * pow(x[1], 3);
          },
          {Constraint{[](const Tensor& x) { return x[3] - x[2]; }, -a, a},
           equality([](const Tensor& x) {
             return eg::stack({1000 * (sin(-x[2] - 0.25) + sin(-x[3] - 0.25)) + 894.8 - x[0],
                               1000 * (sin(x[2] - 0.25) + sin(x[2] - x[3] - 0.25)) + 894.8 - x[1],
                               1000 * (sin(x[3] - 0.25) + sin(x[3] - x[2] - 0.25)) + 1294.8});
           })}};
}

inline void add_76_to_81(Problems& p) {
  p.push_back(
      {"HS76",
       Values(4, 0.5),
       Values(4, 0),
       Values(4, inf),
       [](const Tensor& x) {
         return dot(row({1, 0.5, 1, 0.5}), sq(x)) - x[0] * x[2] + x[2] * x[3] +
                dot(row({-1, -3, 1, -1}), x);
       },
       {inequality([A = matrix(4, {-1, -2, -1, -1, -3, -1, -2, 1, 0, 1, 4, 0})](const Tensor& x) {
         return eg::matmul(A, x) + row({5, 4, -1.5});
       })}});
  const double root = std::sqrt(2.0);
  p.push_back(
      {"HS77",
       {2, 2, 2, 2, 2},
       {},
       {},
       [](const Tensor& x) {
         return sq(x[0] - 1) + sq(x[0] - x[1]) + sq(x[2] - 1) + pow(x[3] - 1, 4) + pow(x[4] - 1, 6);
       },
       {equality([root](const Tensor& x) { return sq(x[0]) * x[3] + sin(x[3] - x[4]) - 2 * root; }),
        equality([root](const Tensor& x) { return x[1] + pow(x[2], 4) * sq(x[3]) - 8 - root; })}});
  const Constraint three = equality([](const Tensor& x) {
    return eg::stack(
        {norm2(x) - 10, x[1] * x[2] - 5 * x[3] * x[4], pow(x[0], 3) + pow(x[1], 3) + 1});
  });
  p.push_back(
      {"HS78", {-2, 1.5, 2, -1, -1}, {}, {}, [](const Tensor& x) { return prod(x); }, {three}});
  p.push_back({"HS79",
               {2, 2, 2, 2, 2},
               {},
               {},
               [](const Tensor& x) {
                 return sq(x[0] - 1) + sq(x[0] - x[1]) + sq(x[1] - x[2]) + pow(x[2] - x[3], 4) +
                        pow(x[3] - x[4], 4);
               },
               {equality([root](const Tensor& x) {
                 return eg::stack({x[0] + sq(x[1]) + pow(x[2], 3) - 2 - 3 * root,
                                   x[1] - sq(x[2]) + x[3] + 2 - 2 * root, x[0] * x[4] - 2});
               })}});
  const Values upper = {2.3, 2.3, 3.2, 3.2, 3.2}, lower = {-2.3, -2.3, -3.2, -3.2, -3.2};
  p.push_back({"HS80",
               {-2, 2, 2, -1, -1},
               lower,
               upper,
               [](const Tensor& x) { return exp(prod(x)); },
               {three}});
  p.push_back(
      {"HS81",
       {-2, 2, 2, -1, -1},
       lower,
       upper,
       [](const Tensor& x) { return exp(prod(x)) - 0.5 * sq(pow(x[0], 3) + pow(x[1], 3) + 1); },
       {three}});
}

inline void add_83_to_84(Problems& p) {
  p.push_back(
      {"HS83",
       {78, 33, 27, 27, 27},
       {78, 33, 27, 27, 27},
       {102, 45, 45, 45, 45},
       [](const Tensor& x) {
         return 5.3578547 * sq(x[2]) + 0.8356891 * x[0] * x[4] + 37.293239 * x[0] - 40792.141;
       },
       {Constraint{[](const Tensor& x) {
                     return eg::stack({85.334407 + 0.0056858 * x[1] * x[4] +
                                           0.0006262 * x[0] * x[3] - 0.0022053 * x[2] * x[4],
                                       80.51249 + 0.0071317 * x[1] * x[4] +
                                           0.0029955 * x[0] * x[1] + 0.0021813 * sq(x[2]),
                                       9.300961 + 0.0047026 * x[2] * x[4] +
                                           0.0012547 * x[0] * x[2] + 0.0019085 * x[2] * x[3]});
                   },
                   row({0, 90, 20}), row({92, 110, 25})}}});
  const Tensor A = matrix(4, {2931.1506, -40.427932, 5106.192, 15711.36,     //
                              4360.53352, 12.9492344, 10236.884, 13176.786,  //
                              7390.68412, -27.8986976, 16643.076, 30988.146});
  p.push_back({"HS84",
               {2.52, 2, 37.5, 9.25, 6.8},
               {0, 1.2, 20, 9, 6.5},
               {1000, 2.4, 60, 9.3, 7},
               [](const Tensor& x) {
                 return 24345 + 8720288.849 * x[0] -
                        x[0] * dot(row({150512.5253, -156.6950325, 476470.3222, 729482.8271}),
                                   x.narrow(0, 1, 4));
               },
               {Constraint{[A](const Tensor& x) {
                             return x[0] * (row({-145421.402, -155011.1084, -326669.5104}) +
                                            eg::matmul(A, x.narrow(0, 1, 4)));
                           },
                           0, row({294000, 294000, 277200})}}});
}

/// HS86 and its dual, HS117, by Colville.
inline void add_86_and_117(Problems& p) {
  const Tensor A = matrix(5, {-16, 2,  0,  1,  0,  0,  -2, 0,    4, 2, -3.5, 0, 2, 0,  0,  0,  -2,
                              0,   -4, -1, 0,  -9, -2, 1,  -2.8, 2, 0, -4,   0, 0, -1, -1, -1, -1,
                              -1,  -1, -2, -3, -2, -1, 1,  2,    3, 4, 5,    1, 1, 1,  1,  1});
  const Tensor b = row({-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1});
  const Tensor C = matrix(5, {30, -20, -10, 32,  -10, -20, 39,  -6,  -31, 32,  -10, -6, 10,
                              -6, -10, 32,  -31, -6,  39,  -20, -10, 32,  -10, -20, 30});
  const Tensor d = row({4, 8, 10, 6, 2}), e = row({-15, -27, -36, -18, -12});
  p.push_back({"HS86",
               {0, 0, 0, 0, 1},
               Values(5, 0),
               Values(5, inf),
               [C, d, e](const Tensor& x) {
                 return dot(e, x) + dot(x, eg::matmul(C, x)) + dot(d, pow(x, 3));
               },
               {inequality([A, b](const Tensor& x) { return eg::matmul(A, x) - b; })}});
  Values start(15, 0.001);
  start[6] = 60;
  p.push_back(
      {"HS117",
       start,
       Values(15, 0),
       Values(15, inf),
       [b, C, d](const Tensor& x) {
         const Tensor z = x.narrow(0, 10, 5);
         return dot(z, eg::matmul(C, z)) + 2 * dot(d, pow(z, 3)) - dot(b, x.narrow(0, 0, 10));
       },
       {inequality([A, C, d, e](const Tensor& x) {
         const Tensor z = x.narrow(0, 10, 5);
         return 2 * eg::matmul(C, z) + 3 * d * sq(z) + e - eg::matmul(x.narrow(0, 0, 10), A);
       })}});
}

inline void add_93(Problems& p) {
  const auto left = [](const Tensor& x) { return x[0] * x[3] * (x[0] + x[1] + x[2]); };
  const auto right = [](const Tensor& x) { return x[1] * x[2] * (x[0] + 1.57 * x[1] + x[3]); };
  p.push_back({"HS93",
               {5.54, 4.4, 12.02, 11.82, 0.702, 0.852},
               Values(6, 0),
               Values(6, inf),
               [=](const Tensor& x) {
                 return (0.0204 + 0.0607 * sq(x[4])) * left(x) +
                        (0.0187 + 0.0437 * sq(x[5])) * right(x);
               },
               {inequality([](const Tensor& x) { return 0.001 * prod(x) - 2.07; }),
                inequality([=](const Tensor& x) {
                  return 1 - 0.00062 * left(x) * sq(x[4]) - 0.00058 * right(x) * sq(x[5]);
                })}});
}

/// HS95 and HS96.
inline Problem mixture(const char* name, const Values& b) {
  const Tensor A =
      matrix(6, {17.1, 38.2, 204.2, 212.3, 623.4, 1495.5, 17.9,  36.8, 113.9, 169.7, 337.8, 1385.2,
                 0,    -273, 0,     -70,   -819,  0,      159.9, -311, 0,     587,   391,   2198});
  return {name,
          Values(6, 0),
          Values(6, 0),
          {0.31, 0.046, 0.068, 0.042, 0.028, 0.0134},
          [](const Tensor& x) {
            return dot(row({4.3, 31.8, 63.3, 15.8, 68.5, 4.7}), x);
          },
          {inequality([A, b = row(b)](const Tensor& x) {
            const Tensor q =
                eg::stack({-169 * x[0] * x[2] - 3580 * x[2] * x[4] - 3810 * x[3] * x[4] -
                               18500 * x[3] * x[5] - 24300 * x[4] * x[5],
                           -139 * x[0] * x[2] - 2450 * x[3] * x[4] - 16600 * x[3] * x[5] -
                               17200 * x[4] * x[5],
                           26000 * x[3] * x[4], -14000 * x[0] * x[5]});
            return eg::matmul(A, x) + q - b;
          })}};
}

inline void add_100(Problems& p) {
  p.push_back(
      {"HS100",
       {1, 2, 0, 4, 0, 1, 1},
       {},
       {},
       [](const Tensor& x) {
         return sq(x[0] - 10) + 5 * sq(x[1] - 12) + pow(x[2], 4) + 3 * sq(x[3] - 11) +
                10 * pow(x[4], 6) + 7 * sq(x[5]) + pow(x[6], 4) - 4 * x[5] * x[6] - 10 * x[5] -
                8 * x[6];
       },
       {inequality([](const Tensor& x) {
         return eg::stack(
             {127 - 2 * sq(x[0]) - 3 * pow(x[1], 4) - x[2] - 4 * sq(x[3]) - 5 * x[4],
              282 - 7 * x[0] - 3 * x[1] - 10 * sq(x[2]) - x[3] + x[4],
              196 - 23 * x[0] - sq(x[1]) - 6 * sq(x[5]) + 8 * x[6],
              3 * x[0] * x[1] - 4 * sq(x[0]) - sq(x[1]) - 2 * sq(x[2]) - 5 * x[5] + 11 * x[6]});
       })}});
}

/// Sum of c times products of powers of x, one row of exponents for each.
inline Function posynomial(const Values& c, const Values& exponents) {
  const auto columns = static_cast<std::int64_t>(exponents.size() / c.size());
  return [c = row(c), E = matrix(columns, exponents)](const Tensor& x) {
    return dot(c, exp(eg::matmul(E, log(x))));
  };
}

/// HS101 to HS103.
inline Problem geometric(const char* name, double a) {
  const Function f =
      posynomial({10, 15, 20, 25}, {1,  -1, 0, 2,  0,  -3, a, -1, -2, 1,  1, -1,  0,  -0.5,
                                    -2, 1,  0, -1, -2, 1,  0, 2,  2,  -1, 0, 0.5, -2, 1});
  const double third = 1.0 / 3;
  const std::vector<Function> terms = {
      posynomial({0.5, 0.7, 0.2}, {0.5, 0,  -1, 0,    0, -2,        1,   3, 1, -2, 0, 0, 1, 0.5,  //
                                   0,   -1, 1,  -0.5, 0, 2 * third, 0.25}),
      posynomial({1.3, 0.8, 3.1}, {-0.5, 1,   -1, 0,  -1, 1,     0, 0, 0, 1, -1, -1, 2, 0,  //
                                   -1,   0.5, 0,  -2, -1, third, 0}),
      posynomial({2, 0.1, 1, 0.65}, {1,  0, -1.5, 0, 1, -1, third, 0, 1,  -0.5, 0, 1, -1, -0.5,  //
                                     -1, 1, 0.5,  0, 1, 0,  0,     0, -2, 1,    0, 1, -1, 1}),
      posynomial({0.2, 0.3, 0.4, 0.5},
                 {-2, 1,  0, -1, 0.5, 0, third, 0.5, 2, 1,  third, -2 * third, 0, 0.25,  //
                  -3, -2, 1, 0,  1,   0, 0.75,  0,   0, -2, 1,     0,          0, 0.5})};
  return {name,
          Values(7, 6),
          {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01},
          Values(7, 10),
          f,
          {inequality([terms](const Tensor& x) {
             return 1 - eg::stack({terms[0](x), terms[1](x), terms[2](x), terms[3](x)});
           }),
           Constraint{f, 100, 3000}}};
}

inline void add_104_to_106(Problems& p) {
  const Function f = [](const Tensor& x) {
    return 0.4 * (pow(x[0] / x[6], 0.67) + pow(x[1] / x[7], 0.67)) + 10 - x[0] - x[1];
  };
  p.push_back({"HS104",
               {6, 3, 0.4, 0.2, 6, 6, 1, 0.5},
               Values(8, 0.1),
               Values(8, 10),
               f,
               {inequality([](const Tensor& x) {
                  return 1 - 0.0588 * x.narrow(0, 4, 2) * x.narrow(0, 6, 2) -
                         0.1 * cumsum(x.narrow(0, 0, 2), 0);
                }),
                inequality([](const Tensor& x) {
                  const Tensor a = x.narrow(0, 2, 2);
                  return 1 - (4 * a + 2 * pow(a, -0.71)) / x.narrow(0, 4, 2) -
                         0.0588 * pow(a, -1.3) * x.narrow(0, 6, 2);
                }),
                Constraint{f, 1, 4.2}}});
  p.push_back({"HS106",
               {5000, 5000, 5000, 200, 350, 150, 225, 425},
               {100, 1000, 1000, 10, 10, 10, 10, 10},
               {10000, 10000, 10000, 1000, 1000, 1000, 1000, 1000},
               [](const Tensor& x) { return sum(x.narrow(0, 0, 3)); },
               {inequality([](const Tensor& x) {
                 return eg::stack({1 - 0.0025 * (x[3] + x[5]), 1 - 0.0025 * (x[4] + x[6] - x[3]),
                                   1 - 0.01 * (x[7] - x[4]),
                                   x[0] * x[5] - 833.33252 * x[3] - 100 * x[0] + 83333.333,
                                   x[1] * x[6] - 1250 * x[4] - x[1] * x[3] + 1250 * x[3],
                                   x[2] * x[7] - 1250000 - x[2] * x[4] + 2500 * x[4]});
               })}});
}

inline void add_107(Problems& p) {
  p.push_back({"HS107",
               {0.8, 0.8, 0.2, 0.2, 1.0454, 1.0454, 1.0454, 0, 0},
               {0, 0, -inf, -inf, 0.90909, 0.90909, 0.90909, -inf, -inf},
               {inf, inf, inf, inf, 1.0909, 1.0909, 1.0909, inf, inf},
               [](const Tensor& x) {
                 return 3000 * x[0] + 1000 * pow(x[0], 3) + 2000 * x[1] + 666.667 * pow(x[1], 3);
               },
               {equality([](const Tensor& x) {
                 const double c = 48.4 / 50.176 * std::sin(0.25),
                              d = 48.4 / 50.176 * std::cos(0.25);
                 const Tensor u = x[4], v = x[5], w = x[6];
                 const auto flow = [](double a, double b, const Tensor& angle) {
                   return a * sin(angle) + b * cos(angle);
                 };
                 const Tensor s = x[7], t = x[8], r = s - t;
                 return eg::stack(
                     {0.4 - x[0] + 2 * c * sq(u) - u * v * flow(d, c, s) - u * w * flow(d, c, t),
                      0.4 - x[1] + 2 * c * sq(v) + u * v * flow(d, -c, s) + v * w * flow(d, -c, r),
                      0.8 + 2 * c * sq(w) + u * w * flow(d, -c, t) - v * w * flow(d, c, r),
                      0.2 - x[2] + 2 * d * sq(u) + u * v * flow(c, -d, s) + u * w * flow(c, -d, t),
                      0.2 - x[3] + 2 * d * sq(v) - u * v * flow(c, d, s) - v * w * flow(c, d, r),
                      2 * d * sq(w) - 0.337 - u * w * flow(c, d, t) + v * w * flow(c, -d, r)});
               })}});
}

/// The largest hexagon of diameter one, by symmetry.
inline void add_108(Problems& p) {
  Values lower(9, -inf);
  lower[8] = 0;
  p.push_back({"HS108",
               Values(9, 1),
               lower,
               Values(9, inf),
               [](const Tensor& x) {
                 return -0.5 * (x[0] * x[3] - x[1] * x[2] + x[2] * x[8] - x[4] * x[8] +
                                x[4] * x[7] - x[5] * x[6]);
               },
               {inequality([](const Tensor& x) {
                 const Tensor a = x.narrow(0, 0, 2), b = x.narrow(0, 2, 2), c = x.narrow(0, 4, 2),
                              d = x.narrow(0, 6, 2);
                 const Tensor top = eg::stack({0 * x[8], x[8]});
                 return eg::stack({1 - norm2(b), 1 - sq(x[8]), 1 - norm2(c), 1 - norm2(a - top),
                                   1 - norm2(a - c), 1 - norm2(a - d), 1 - norm2(b - c),
                                   1 - norm2(b - d), 1 - norm2(d - top), a[0] * b[1] - a[1] * b[0],
                                   b[0] * x[8], -c[0] * x[8], c[0] * d[1] - c[1] * d[0]});
               })}});
}

inline void add_110_to_112(Problems& p) {
  p.push_back(
      {"HS110",
       Values(10, 9),
       Values(10, 2.001),
       Values(10, 9.999),
       [](const Tensor& x) { return norm2(log(x - 2)) + norm2(log(10 - x)) - pow(prod(x), 0.2); },
       {}});
  const Tensor c =
      row({-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179});
  const Tensor A = matrix(10, {1, 2, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2,
                               1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 1});
  const Tensor b = row({2, 1, 1});
  p.push_back({"HS111",
               Values(10, -2.3),
               Values(10, -100),
               Values(10, 100),
               [c](const Tensor& x) { return dot(exp(x), c + x - log(sum(exp(x)))); },
               {equality([A, b](const Tensor& x) { return eg::matmul(A, exp(x)) - b; })}});
  p.push_back({"HS112",
               Values(10, 0.1),
               Values(10, 1e-6),
               Values(10, inf),
               [c](const Tensor& x) { return dot(x, c + log(x / sum(x))); },
               {equality([A, b](const Tensor& x) { return eg::matmul(A, x) - b; })}});
}

inline void add_113(Problems& p) {
  p.push_back({"HS113",
               {2, 3, 5, 5, 1, 2, 7, 3, 6, 10},
               {},
               {},
               [](const Tensor& x) {
                 return x[0] * x[1] - 14 * x[0] - 16 * x[1] + 45 +
                        dot(row({1, 1, 1, 4, 1, 2, 5, 7, 2, 1}),
                            sq(x - row({0, 0, 10, 5, 3, 1, 0, 11, 10, 7})));
               },
               {inequality([](const Tensor& x) {
                  return eg::stack({105 - 4 * x[0] - 5 * x[1] + 3 * x[6] - 9 * x[7],
                                    8 * x[1] - 10 * x[0] + 17 * x[6] - 2 * x[7],
                                    8 * x[0] - 2 * x[1] - 5 * x[8] + 2 * x[9] + 12});
                }),
                inequality([](const Tensor& x) {
                  return eg::stack(
                      {120 - 3 * sq(x[0] - 2) - 4 * sq(x[1] - 3) - 2 * sq(x[2]) + 7 * x[3],
                       40 - 5 * sq(x[0]) - 8 * x[1] - sq(x[2] - 6) + 2 * x[3],
                       30 - 0.5 * sq(x[0] - 8) - 2 * sq(x[1] - 4) - 3 * sq(x[4]) + x[5],
                       2 * x[0] * x[1] - sq(x[0]) - 2 * sq(x[1] - 2) - 14 * x[4] + 6 * x[5],
                       3 * x[0] - 6 * x[1] - 12 * sq(x[8] - 8) + 7 * x[9]});
                })}});
}

inline void add_114(Problems& p) {
  p.push_back({"HS114",
               {1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145},
               {1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 85, 90, 3, 1.2, 145},
               {2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162},
               [](const Tensor& x) {
                 return 5.04 * x[0] + 0.035 * x[1] + 10 * x[2] + 3.36 * x[4] - 0.063 * x[3] * x[6];
               },
               {inequality([](const Tensor& x) {
                  const double a = 0.99, b = 0.9;
                  const Tensor g1 = 35.82 - 0.222 * x[9] - b * x[8];
                  const Tensor g2 = 3 * x[6] - 133 - a * x[9];
                  const Tensor g5 = x[0] * (1.12 + 0.13167 * x[7] - 0.00667 * sq(x[7])) - a * x[3];
                  const Tensor g6 =
                      57.425 + 1.098 * x[7] - 0.038 * sq(x[7]) + 0.325 * x[5] - a * x[6];
                  return eg::stack({g1, g2, (1 / b - b) * x[8] - g1, (1 / a - a) * x[9] - g2, g5,
                                    g6, (1 / a - a) * x[3] - g5, (1 / a - a) * x[6] - g6});
                }),
                equality([](const Tensor& x) {
                  return eg::stack({1.22 * x[3] - x[0] - x[4],
                                    98000 * x[2] / (x[3] * x[8] + 1000 * x[2]) - x[5],
                                    (x[1] + x[4]) / x[0] - x[7]});
                })}});
}

/// Separation by membranes in three stages.
inline void add_116(Problems& p) {
  p.push_back({"HS116",
               {0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150},
               {0.1, 0.1, 0.1, 1e-4, 0.1, 0.1, 0.1, 0.1, 500, 0.1, 1, 1e-4, 1e-4},
               {1, 1, 1, 0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150},
               [](const Tensor& x) { return sum(x.narrow(0, 10, 3)); },
               {inequality([](const Tensor& x) {
                  const double a = 0.002;
                  const auto stage = [&](int out, int in, int cut) {
                    return x[out] - 1.262626 * x[in] + 1.231059 * x[cut] * x[in];
                  };
                  const auto loss = [&](int rest, int cut) {
                    return x[rest] - x[cut] * (0.03475 + 0.975 * x[rest] - 0.00975 * x[cut]);
                  };
                  return eg::stack(
                      {x[2] - x[1], x[1] - x[0], 1 - a * (x[6] - x[7]), stage(12, 9, 2), loss(4, 1),
                       loss(5, 2), loss(3, 0), stage(11, 8, 1), stage(10, 7, 0),
                       x[4] * x[6] - x[0] * x[7] - x[3] * (x[6] - x[7]),
                       1 - a * ((x[1] - x[5]) * x[8] + (x[4] - x[0]) * x[7]) - x[4] - x[5],
                       (x[1] - x[5]) * (x[8] - 500) + (x[1] - x[2]) * x[9],
                       x[1] - 0.9 - a * (x[1] - x[2]) * x[9]});
                }),
                Constraint{[](const Tensor& x) { return sum(x.narrow(0, 10, 3)); }, 50, 250}}});
}

inline void add_118_to_119(Problems& p) {
  // One column of the differences of successive rows, x being five rows of three.
  const auto change = [](std::int64_t column) {
    return [column](const Tensor& x) {
      const Tensor y = x.reshape({5, 3});
      return (y.narrow(0, 1, 4) - y.narrow(0, 0, 4)).select(1, column);
    };
  };
  p.push_back({"HS118",
               {20, 55, 15, 20, 60, 20, 20, 60, 20, 20, 60, 20, 20, 60, 20},
               {8, 43, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
               {21, 57, 16, 90, 120, 60, 90, 120, 60, 90, 120, 60, 90, 120, 60},
               [](const Tensor& x) {
                 const Tensor y = x.reshape({5, 3});
                 return sum(y * (row({2.3, 1.7, 2.2}) + row({1e-4, 1e-4, 1.5e-4}) * y));
               },
               {Constraint{change(0), -7, 6}, Constraint{change(1), -7, 7},
                Constraint{change(2), -7, 6}, inequality([](const Tensor& x) {
                  return sum(x.reshape({5, 3}), 1) - row({60, 50, 70, 85, 100});
                })}});
  Values pairs(256, 0), B(128, 0);
  for (const auto& [i, j] : std::vector<std::pair<int, int>>{
           {1, 4},  {1, 7},  {1, 8},   {1, 16},  {2, 3},   {2, 7},  {2, 10}, {3, 7},
           {3, 9},  {3, 10}, {3, 14},  {4, 7},   {4, 11},  {4, 15}, {5, 6},  {5, 10},
           {5, 12}, {5, 16}, {6, 8},   {6, 15},  {7, 11},  {7, 13}, {8, 10}, {8, 15},
           {9, 12}, {9, 16}, {10, 14}, {11, 13}, {12, 14}, {13, 14}})
    pairs[static_cast<std::size_t>(16 * (i - 1) + j - 1)] = 1;
  for (std::size_t i = 0; i < 16; ++i) pairs[17 * i] = 1;
  const Values head = {0.22, -1.46, 1.29,  -1.1,  0,     0,     1.12, 0,      //
                       0.2,  0,     -0.89, -1.06, 0,     -1.72, 0,    0.45,   //
                       0.19, -1.3,  0,     0.95,  0,     -0.33, 0,    0.26,   //
                       0.25, 1.82,  0,     -0.54, -1.43, 0,     0.31, -1.1,   //
                       0.15, -1.15, -1.16, 0,     1.51,  1.62,  0,    0.58,   //
                       0.11, 0,     -0.96, -1.78, 0.59,  1.24,  0,    0,      //
                       0.12, 0.8,   0,     -0.41, -0.33, 0.21,  1.12, -1.03,  //
                       0.13, 0,     -0.49, 0,     -0.43, -0.26, 0,    0.1};
  std::copy(head.begin(), head.end(), B.begin());
  for (std::size_t i = 0; i < 8; ++i) B[64 + 9 * i] = 1;
  B[64 + 6] = -0.36;
  const Tensor b = row({2.5, 1.1, -3.1, -3.5, 1.3, 2.1, 2.3, -1.5});
  p.push_back(
      {"HS119",
       Values(16, 10),
       Values(16, 0),
       Values(16, 5),
       [A = matrix(16, pairs)](const Tensor& x) {
         const Tensor y = sq(x) + x + 1;
         return dot(y, eg::matmul(A, y));
       },
       {equality([B = matrix(8, B), b](const Tensor& x) { return eg::matmul(x, B) - b; })}});
}

}  // namespace detail

inline const std::vector<Problem>& problems() {
  static const std::vector<Problem> all = [] {
    std::vector<Problem> p;
    for (const auto add :
         {detail::add_6_to_12, detail::add_14_to_18, detail::add_19_to_24, detail::add_26_to_33,
          detail::add_34_to_37, detail::add_39_to_42, detail::add_43_to_46, detail::add_48_to_53,
          detail::add_54_to_56, detail::add_57_to_62, detail::add_63_to_66, detail::add_71_to_73})
      add(p);
    p.push_back(detail::generators("HS74", 0.55));
    p.push_back(detail::generators("HS75", 0.48));
    detail::add_76_to_81(p);
    detail::add_83_to_84(p);
    detail::add_86_and_117(p);
    detail::add_93(p);
    p.push_back(detail::mixture("HS95", {4.97, -1.88, -29.08, -78.02}));
    p.push_back(detail::mixture("HS96", {4.97, -1.88, -69.08, -118.02}));
    detail::add_100(p);
    p.push_back(detail::geometric("HS101", -0.25));
    p.push_back(detail::geometric("HS102", 0.125));
    p.push_back(detail::geometric("HS103", 0.5));
    for (const auto add :
         {detail::add_104_to_106, detail::add_107, detail::add_108, detail::add_110_to_112,
          detail::add_113, detail::add_114, detail::add_116, detail::add_118_to_119})
      add(p);
    return p;
  }();
  return all;
}

}  // namespace hs
