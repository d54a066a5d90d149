#pragma once

#include <cstddef>

/// Coefficients. `a` combines stages to arguments of f, `c` are the times of these.

namespace eigengrad::optim::ode {

/// Source: Dormand and Prince (1980); Hairer, Norsett and Wanner, Solving Ordinary Differential
/// Equations I, table II.5.2; for d equation II.6.
struct Dopri5Table {
  static constexpr std::size_t stages = 7;
  static constexpr double c[7] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
  /// The last row gives the state at the end of the step.
  static constexpr double a[7][7] = {
      {},
      {1. / 5},
      {3. / 40, 9. / 40},
      {44. / 45, -56. / 15, 32. / 9},
      {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
      {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
      {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
  /// The difference to the embedded solution of order 4.
  static constexpr double error[7] = {71. / 57600,      0,         -71. / 16695, 71. / 1920,
                                      -17253. / 339200, 22. / 525, -1. / 40};
  /// The term of highest degree of the dense output.
  static constexpr double d[7] = {-12715105075. / 11282082432.,  0,
                                  87487479700. / 32700410799.,   -10690763975. / 1880347072.,
                                  701980252875. / 199316789632., -1453857185. / 822651844.,
                                  69997945. / 29380423.};
};

/// In the form without products with the Jacobian: with W = I/(h gamma) - J,
/// W k_i = f(t + c_i h, y + sum a_ij k_j) + sum (g_ij / h) k_j + h e_i df/dt.
/// The state at the end is the argument of the last stage plus k_8, which is the error estimate.
/// Source: Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within
/// the Julia Differential Equations package, BIT 63:27 (2023); Hairer and Wanner, Solving Ordinary
/// Differential Equations II, IV.7, for the form.
struct Rodas5PTable {
  static constexpr std::size_t stages = 8;
  static constexpr double gamma = 0.21193756319429014;
  static constexpr double c[8] = {
      0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};
  static constexpr double e[8] = {
      gamma, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0, 0,
      0};
  static constexpr double a[8][8] = {
      {},
      {3.0},
      {2.849394379747939, 0.45842242204463923},
      {-6.954028509809101, 2.489845061869568, -10.358996098473584},
      {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
      {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
       0.030198172008377946},
      {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
       0.030198172008377946, 1},
      {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
       0.030198172008377946, 1, 1}};
  static constexpr double g[8][8] = {
      {},
      {-14.155112264123755},
      {-17.97296035885952, -2.859693295451294},
      {147.12150275711716, -1.41221402718213, 71.68940251302358},
      {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
      {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125,
       -0.6610691825249471},
      {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783,
       -19.097331116725623, -28.087943162872662},
      {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047,
       -40.06618937091002, -54.66780262877968, -9.48861652309627}};
  /// Dense output: y (1 - x) + x (y_next + (1 - x) (H_0 + x (H_1 + x H_2))), H_i = sum of h[i][j] k_j.
  static constexpr double h[3][8] = {
      {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204,
       0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
      {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796,
       20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372},
      {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643,
       -52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722}};
};

}  // namespace eigengrad::optim::ode
