#include "check/jacobians.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {
namespace {

Jacobians zero_jacobians(const Subject& subject) {
  Jacobians j(subject.num_outputs());
  for (std::size_t k = 0; k < j.size(); ++k)
    for (std::size_t i = 0; i < subject.num_inputs(); ++i)
      j[k].emplace_back(subject.output(k).numel(), subject.input(i).numel());
  return j;
}

void set_column(DoubleMatrix& m, std::int64_t j, const std::vector<double>& column) {
  for (std::int64_t r = 0; r < m.rows; ++r) m(r, j) = column[static_cast<std::size_t>(r)];
}

void set_row(DoubleMatrix& m, std::int64_t i, const std::vector<double>& row) {
  std::copy(row.begin(), row.end(), m.values.begin() + i * m.cols);
}

std::vector<std::vector<double>> values_at(const Subject& subject) {
  std::vector<std::vector<double>> values;
  for (const Tensor& y : subject.evaluate().outputs) values.push_back(to_doubles(y));
  return values;
}

/// (high - low) / step, in place.
void divide_difference(std::vector<std::vector<double>>& high,
                       const std::vector<std::vector<double>>& low, double step) {
  for (std::size_t k = 0; k < high.size(); ++k)
    for (std::size_t r = 0; r < high[k].size(); ++r) high[k][r] = (high[k][r] - low[k][r]) / step;
}

}  // namespace

Jacobians numerical_jacobians(Subject& subject, double eps) {
  Jacobians jacobians = zero_jacobians(subject);
  for (std::size_t i = 0; i < subject.num_inputs(); ++i) {
    for (std::int64_t e = 0; e < subject.input(i).numel(); ++e) {
      const double x = subject.coordinate(i, e);
      subject.set_coordinate(i, e, x + eps);
      const double above = subject.coordinate(i, e);
      auto quotient = values_at(subject);
      subject.set_coordinate(i, e, x - eps);
      const double below = subject.coordinate(i, e);
      const auto low = values_at(subject);
      subject.set_coordinate(i, e, x);
      if (above == below)
        fail<ValueError>(subject.op(), "a step of eps = ", eps, " does not change element ", e,
                         " of input ", subject.input_index(i), ", which is ", x,
                         "; take a larger eps or scale the input");
      divide_difference(quotient, low, above - below);
      for (std::size_t k = 0; k < jacobians.size(); ++k)
        set_column(jacobians[k][i], e, quotient[k]);
    }
  }
  return jacobians;
}

std::vector<std::vector<double>> numerical_product(Subject& subject, std::size_t i,
                                                   const std::vector<double>& direction,
                                                   double eps) {
  const std::vector<double> start = to_doubles(subject.input(i));
  const auto move = [&](double by) {
    for (std::size_t e = 0; e < start.size(); ++e)
      subject.set_coordinate(i, static_cast<std::int64_t>(e), start[e] + by * direction[e]);
  };
  move(eps);
  auto quotient = values_at(subject);
  move(-eps);
  const auto low = values_at(subject);
  move(0);
  divide_difference(quotient, low, 2 * eps);
  return quotient;
}

std::vector<std::vector<double>> backward_product(const Evaluation& e,
                                                  const variable_list& cotangents) {
  const variable_list g = autograd::grad(e.outputs, e.inputs, cotangents, /*retain_graph=*/true,
                                         /*create_graph=*/false, /*allow_unused=*/true);
  std::vector<std::vector<double>> products;
  for (std::size_t i = 0; i < g.size(); ++i)
    products.push_back(g[i].defined()
                           ? to_doubles(g[i])
                           : std::vector<double>(static_cast<std::size_t>(e.inputs[i].numel())));
  return products;
}

BackwardJacobians backward_jacobians(const Subject& subject) {
  BackwardJacobians result{zero_jacobians(subject)};
  const Evaluation e = subject.evaluate();
  for (std::size_t k = 0; k < e.outputs.size(); ++k) {
    for (std::int64_t r = 0; r < e.outputs[k].numel(); ++r) {
      const Evaluation one{e.inputs, {e.outputs[k]}};
      const variable_list seed{unit(subject.output(k), r)};
      const auto row = backward_product(one, seed);
      const auto again = backward_product(one, seed);
      for (std::size_t i = 0; i < row.size(); ++i) {
        set_row(result.jacobians[k][i], r, row[i]);
        result.repeat_difference =
            std::max(result.repeat_difference, largest_difference(row[i], again[i]));
      }
    }
  }
  return result;
}

std::vector<std::vector<double>> forward_product(
    const Subject& subject, const std::vector<std::vector<double>>& directions) {
  const autograd::DualLevel level;
  variable_list tangents;
  for (std::size_t i = 0; i < directions.size(); ++i)
    tangents.push_back(directions[i].empty() ? Tensor()
                                             : from_doubles(directions[i], subject.input(i)));
  std::vector<std::vector<double>> products;
  for (const Tensor& y : subject.evaluate(tangents).outputs) {
    const Tensor t = autograd::unpack_dual(y).tangent;
    products.push_back(t.defined() ? to_doubles(t)
                                   : std::vector<double>(static_cast<std::size_t>(y.numel())));
  }
  return products;
}

Jacobians forward_jacobians(const Subject& subject) {
  Jacobians jacobians = zero_jacobians(subject);
  for (std::size_t i = 0; i < subject.num_inputs(); ++i) {
    for (std::int64_t e = 0; e < subject.input(i).numel(); ++e) {
      std::vector<std::vector<double>> directions(subject.num_inputs());
      directions[i].resize(static_cast<std::size_t>(subject.input(i).numel()));
      directions[i][static_cast<std::size_t>(e)] = 1;
      const auto column = forward_product(subject, directions);
      for (std::size_t k = 0; k < jacobians.size(); ++k) set_column(jacobians[k][i], e, column[k]);
    }
  }
  return jacobians;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double d = std::abs(a[i] - b[i]);
    largest = std::max(largest, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
  }
  return largest;
}

}  // namespace eigengrad::detail
