#!/usr/bin/env python3
"""Writes tests/apps/sklearn_gp.hpp: Gaussian processes of scikit-learn with given hyper-parameters: log
marginal likelihood, predictions and their standard deviations; leave-one-out by really leaving out; and the
largest likelihood of one kernel.

Run with a Python that has scikit-learn: python3 tests/oracle/gaussian_process.py > tests/apps/sklearn_gp.hpp
"""
import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (ConstantKernel as C, ExpSineSquared, Matern, RBF, RationalQuadratic,
                                              WhiteKernel)

x = np.array([0.0, 0.4, 1.1, 1.3, 2.0, 2.2, 3.1, 3.7, 4.0, 4.9, 5.5, 6.0])
y = np.array([0.1, 0.5, 0.9, 1.0, 0.8, 0.9, 0.2, -0.4, -0.7, -0.9, -0.8, -0.2])
new = np.array([0.7, 2.6, 7.0])

cases = [
    ("rbf", C(1.3) * RBF(0.8), "variance=1.3,rbf.length=0.8"),
    ("matern12", C(0.9) * Matern(1.5, nu=0.5), "variance=0.9,matern12.length=1.5"),
    ("matern32", C(0.9) * Matern(1.5, nu=1.5), "variance=0.9,matern32.length=1.5"),
    ("matern52", C(0.9) * Matern(1.5, nu=2.5), "variance=0.9,matern52.length=1.5"),
    ("periodic", C(0.7) * ExpSineSquared(1.2, 6.5), "variance=0.7,periodic.length=1.2,periodic.period=6.5"),
    ("rq", C(1.1) * RationalQuadratic(1.4, 0.6), "variance=1.1,rq.length=1.4,rq.alpha=0.6"),
    ("rbf+periodic*matern32", C(0.5) * RBF(2.0) + C(0.4) * ExpSineSquared(0.9, 3.0) * Matern(4.0, nu=1.5),
     "variance1=0.5,rbf.length=2,variance2=0.4,periodic.length=0.9,periodic.period=3,matern32.length=4"),
    ("(rbf+rbf)*rq", C(0.6) * (RBF(1.0) + C(0.3) * RBF(3.0)) * RationalQuadratic(2.0, 1.5),
     "variance1=0.6,rbf1.length=1,variance2=0.3,rbf2.length=3,rq.length=2,rq.alpha=1.5"),
]
noise = 0.02


def digits(values):
    return "{" + ", ".join(f"{v:.17g}" for v in values) + "}"


def fitted(kernel, rows=slice(None), optimizer=None):
    return GaussianProcessRegressor(kernel + WhiteKernel(noise), alpha=0, optimizer=optimizer).fit(
        x[rows, None], y[rows])


print(f"""#pragma once

#include <vector>

// clang-format off
// Made by tests/oracle/gaussian_process.py with scikit-learn {sklearn.__version__}.

namespace apps_test {{

struct SklearnGp {{
  const char* kernel;
  const char* fixed;
  double log_marginal_likelihood;
  std::vector<double> mean;
  /// Of observations.
  std::vector<double> sd;
  double leave_one_out_rmse;
}};
""")
rows = "\\n".join(f"{a:.17g},{b:.17g}" for a, b in zip(x, y))
print(f'inline constexpr const char* kSklearnData = "x,y\\n{rows}\\n";')
print('inline constexpr const char* kSklearnNew = "x\\n' + "\\n".join(f"{v:.17g}" for v in new) + '\\n";')
print("inline const SklearnGp kSklearnGps[] = {")
for name, kernel, fixed in cases:
    gp = fitted(kernel)
    mean, sd = gp.predict(new[:, None], return_std=True)
    left_out = []
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        left_out.append(y[i] - fitted(kernel, rest).predict(x[i:i + 1, None])[0])
    print(f'    {{"{name}", "{fixed},noise={noise}", {gp.log_marginal_likelihood_value_:.17g}, {digits(mean)}, '
          f"{digits(sd)}, {np.sqrt(np.mean(np.square(left_out))):.17g}}},")
print("};")


def tight(objective, start, bounds):
    from scipy.optimize import minimize
    r = minimize(objective, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
    return r.x, r.fun


best = fitted(C(1.0) * RBF(1.0), optimizer=tight)
k = best.kernel_
print(f"""/// rbf, all hyper-parameters free: variance, length, noise.
inline const std::vector<double> kSklearnBest = {digits([k.k1.k1.constant_value, k.k1.k2.length_scale, k.k2.noise_level])};
inline constexpr double kSklearnBestLikelihood = {best.log_marginal_likelihood_value_:.17g};

}}  // namespace apps_test""")
