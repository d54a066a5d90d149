#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps::gp {

/// A covariance function of the distance d between two points, as a user composes it: `rbf+periodic*matern32`.
///
/// Sums and products, with parentheses, of: rbf exp(-d^2 / 2l^2), matern12, matern32, matern52, periodic
/// exp(-2 sin^2(pi d / p) / l^2), rq (1 + d^2 / 2al^2)^-a. Each summand has a variance as a factor, but the
/// first of a sum within a product. All parameters are above 0 and handed over as logarithms.
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapter 4.
class Kernel {
 public:
  /// Variances have the unit of the target squared, lengths and periods that of distances, ratios and
  /// exponents none.
  enum class Quantity : std::uint8_t { Variance, Length, Period, Ratio, Exponent };
  struct Parameter {
    std::string name;
    Quantity quantity;
  };

  /// Throws: BadInput with column and caret.
  explicit Kernel(const std::string& text);

  const std::string& text() const noexcept { return text_; }
  const std::vector<Parameter>& parameters() const noexcept { return parameters_; }

  /// For distances of any shape, in that shape. `logarithms` has an element for each parameter.
  eigengrad::Tensor operator()(const eigengrad::Tensor& distances,
                               const eigengrad::Tensor& logarithms) const;

 private:
  enum class Kind : std::uint8_t {
    Sum,
    Product,
    Rbf,
    Matern12,
    Matern32,
    Matern52,
    Periodic,
    RationalQuadratic
  };
  struct Node {
    Kind kind;
    std::vector<Node> parts;
    /// Places of the parameters: of a basic kernel its own, of a sum one per part, or none (-1).
    std::vector<std::ptrdiff_t> parameters;
  };
  class Parser;

  eigengrad::Tensor value(const Node& node, const eigengrad::Tensor& distances,
                          const std::vector<eigengrad::Tensor>& parameters) const;

  std::string text_;
  std::vector<Parameter> parameters_;
  Node root_;
};

}  // namespace apps::gp
