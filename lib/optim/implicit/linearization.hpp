#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/optim/implicit_options.hpp"

namespace eigengrad::optim::implicit {

using autograd::variable_list;

/// F(y, inputs) = 0, which defines y as a function of the inputs and of what F captured.
struct Equation {
  /// The name of the function that the user called, such as "implicit_root", for messages.
  std::string_view op;
  std::string node_name;
  detail::ParametricFunction f;
  ImplicitOptions options;
  /// What makes the Jacobian at the solution useless, as far as the solver found out; empty if nothing.
  std::string singular = {};
};

/// Whether results carry tangents where the inputs that they are computed from do.
enum class Tangents : std::uint8_t { Travel, EndHere };

/// The residual r = F(y, inputs) at one point, recorded, with products and solves with its Jacobian J by y.
/// With `connect` all results are recorded as functions of y, of the inputs and of what F captured. r is
/// taken as a vector, whatever its shape.
class Linearization {
 public:
  Linearization(std::shared_ptr<const Equation> equation, const Tensor& y,
                const variable_list& inputs, bool connect, Tangents tangents = Tangents::Travel);
  ~Linearization();
  Linearization(const Linearization&) = delete;
  Linearization& operator=(const Linearization&) = delete;

  const Tensor& residual() const noexcept { return r_; }
  /// Throws: GraphError where r is not what it was, but for rounding.
  void check_residual(const Tensor& before);
  /// The x, shaped as y, with J x = b; transposed, the vector x with J' x = b.
  /// Throws: NumericError where J is singular.
  Tensor solve(const Tensor& b, bool transposed);
  /// J v, or J' v shaped as y.
  Tensor product(const Tensor& v, bool transposed) { return product(v, transposed, connect_); }
  /// The partial derivatives of r . v at `edges`: each with y and the other edges held constant.
  variable_list partials(const Tensor& v, std::vector<autograd::Edge> edges) const;

 private:
  Tensor product(const Tensor& v, bool transposed, bool create_graph);
  Tensor pulled_back(const Tensor& v, bool create_graph) const;
  bool is_dense() const;
  Tensor jacobian() const;
  void check_regular(const Tensor& jacobian) const;
  Tensor solve_dense(const Tensor& b, bool transposed) const;
  Tensor solve_matrix_free(const Tensor& b, bool transposed);
  Eigen::VectorXd solve_by_products(const Tensor& b, bool transposed);
  [[noreturn]] void fail_singular(std::string_view why) const;

  std::shared_ptr<const Equation> equation_;
  Tensor y_;
  variable_list inputs_;
  bool connect_;
  Tangents tangents_;
  variable_list leaves_;
  /// The variable with the value of y that r was computed from.
  Tensor variable_;
  Tensor r_;
  /// A leaf v, and J' v recorded as a function of it: its derivative by v gives products with J.
  Tensor cotangent_;
  Tensor of_cotangent_;
};

}  // namespace eigengrad::optim::implicit
