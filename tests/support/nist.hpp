#pragma once

// NIST/ITL Statistical Reference Datasets: their files, and the models of the nonlinear ones.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "eigengrad/eigengrad.hpp"

namespace nist {

namespace eg = eigengrad;

/// The words of a line that are numbers.
inline std::vector<double> numbers_in(const std::string& line) {
  std::istringstream in(line);
  std::vector<double> numbers;
  for (std::string word; in >> word;) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (*end == '\0') numbers.push_back(value);
  }
  return numbers;
}

/// The number of digits that agree; for a certified 0, digits after the point.
inline double digits(double got, double certified) {
  const double error = std::abs(got - certified) / (certified == 0 ? 1 : std::abs(certified));
  return error == 0 ? 15 : -std::log10(error);
}

/// One nonlinear set. All vectors are empty when the file is not there.
struct Problem {
  std::vector<double> start[2];
  std::vector<double> estimates;
  std::vector<double> std_errors;
  double residual_sum_of_squares = 0;
  /// Response, then predictors, as tensors of one dimension.
  std::vector<eg::Tensor> columns;
};

inline Problem read(const std::string& file) {
  Problem p;
  std::ifstream in(file);
  std::vector<std::vector<double>> columns;
  bool in_data = false;
  int line_number = 0;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    const std::vector<double> numbers = numbers_in(line);
    const std::size_t first = line.find_first_not_of(' ');
    if (in_data) {
      columns.resize(std::max(columns.size(), numbers.size()));
      for (std::size_t k = 0; k < numbers.size(); ++k) columns[k].push_back(numbers[k]);
    } else if (line.starts_with("Data:") && line_number > 50) {
      in_data = true;
    } else if (first != std::string::npos && line[first] == 'b' && numbers.size() == 4) {
      p.start[0].push_back(numbers[0]);
      p.start[1].push_back(numbers[1]);
      p.estimates.push_back(numbers[2]);
      p.std_errors.push_back(numbers[3]);
    } else if (line.starts_with("Residual Sum of Squares") && numbers.size() == 1) {
      p.residual_sum_of_squares = numbers[0];
    }
  }
  for (const std::vector<double>& c : columns) p.columns.push_back(eg::tensor(c));
  return p;
}

using Columns = std::vector<eg::Tensor>;
using Model = eg::Tensor (*)(const eg::Tensor& b, const Columns& c);

/// A set and its residuals: response minus model.
struct Set {
  const char* name;
  Model residuals;
};

namespace models {

using eg::exp;
using eg::square;
using eg::Tensor;

inline Tensor misra1a(const Tensor& b, const Columns& c) {
  return c[0] - b[0] * (1 - exp(-b[1] * c[1]));
}
inline Tensor misra1b(const Tensor& b, const Columns& c) {
  return c[0] - b[0] * (1 - eg::pow(1 + b[1] * c[1] / 2, -2.0));
}
inline Tensor misra1c(const Tensor& b, const Columns& c) {
  return c[0] - b[0] * (1 - eg::pow(1 + 2 * b[1] * c[1], -0.5));
}
inline Tensor misra1d(const Tensor& b, const Columns& c) {
  const Tensor bx = b[1] * c[1];
  return c[0] - b[0] * bx / (1 + bx);
}
inline Tensor chwirut(const Tensor& b, const Columns& c) {
  return c[0] - exp(-b[0] * c[1]) / (b[1] + b[2] * c[1]);
}
inline Tensor lanczos(const Tensor& b, const Columns& c) {
  const Tensor& x = c[1];
  return c[0] - (b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x));
}
inline Tensor gauss(const Tensor& b, const Columns& c) {
  const Tensor& x = c[1];
  return c[0] - (b[0] * exp(-b[1] * x) + b[2] * exp(-square((x - b[3]) / b[4])) +
                 b[5] * exp(-square((x - b[6]) / b[7])));
}
inline Tensor dan_wood(const Tensor& b, const Columns& c) {
  return c[0] - b[0] * eg::pow(c[1], b[1]);
}
inline Tensor kirby2(const Tensor& b, const Columns& c) {
  const Tensor& x = c[1];
  return c[0] - (b[0] + x * (b[1] + x * b[2])) / (1 + x * (b[3] + x * b[4]));
}
inline Tensor nelson(const Tensor& b, const Columns& c) {
  return eg::log(c[0]) - (b[0] - b[1] * c[1] * exp(-b[2] * c[2]));
}
inline Tensor mgh09(const Tensor& b, const Columns& c) {
  const Tensor& x = c[1];
  return c[0] - b[0] * (square(x) + x * b[1]) / (square(x) + x * b[2] + b[3]);
}
inline Tensor mgh10(const Tensor& b, const Columns& c) {
  return c[0] - b[0] * exp(b[1] / (c[1] + b[2]));
}
inline Tensor thurber(const Tensor& b, const Columns& c) {
  const Tensor& x = c[1];
  return c[0] -
         (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1 + x * (b[4] + x * (b[5] + x * b[6])));
}
inline Tensor rat42(const Tensor& b, const Columns& c) {
  return c[0] - b[0] / (1 + exp(b[1] - b[2] * c[1]));
}
inline Tensor rat43(const Tensor& b, const Columns& c) {
  return c[0] - b[0] / eg::pow(1 + exp(b[1] - b[2] * c[1]), 1 / b[3]);
}
inline Tensor enso(const Tensor& b, const Columns& c) {
  const Tensor angle = 2 * std::numbers::pi * c[1];
  return c[0] - (b[0] + b[1] * eg::cos(angle / 12) + b[2] * eg::sin(angle / 12) +
                 b[4] * eg::cos(angle / b[3]) + b[5] * eg::sin(angle / b[3]) +
                 b[7] * eg::cos(angle / b[6]) + b[8] * eg::sin(angle / b[6]));
}

}  // namespace models

inline constexpr Set kSets[] = {
    {"Misra1a", models::misra1a},  {"Misra1b", models::misra1b},  {"Misra1c", models::misra1c},
    {"Misra1d", models::misra1d},  {"Chwirut1", models::chwirut}, {"Chwirut2", models::chwirut},
    {"Lanczos1", models::lanczos}, {"Lanczos2", models::lanczos}, {"Lanczos3", models::lanczos},
    {"Gauss1", models::gauss},     {"Gauss2", models::gauss},     {"DanWood", models::dan_wood},
    {"Kirby2", models::kirby2},    {"Nelson", models::nelson},    {"MGH09", models::mgh09},
    {"MGH10", models::mgh10},      {"Thurber", models::thurber},  {"BoxBOD", models::misra1a},
    {"Rat42", models::rat42},      {"Rat43", models::rat43},      {"ENSO", models::enso}};

/// The fewest digits among all elements.
inline double fewest_digits(const Eigen::VectorXd& got, const std::vector<double>& certified) {
  double fewest = 15;
  for (std::size_t i = 0; i < certified.size(); ++i)
    fewest = std::min(fewest, digits(got[static_cast<Eigen::Index>(i)], certified[i]));
  return fewest;
}

}  // namespace nist
