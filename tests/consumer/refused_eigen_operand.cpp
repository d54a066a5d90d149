#include <Eigen/Core>
#include <eigengrad/core/eigen.hpp>
#include <eigengrad/ops/pointwise/arithmetic.hpp>

// Must not compile: CMakeLists.txt has the message.
eigengrad::Tensor scaled(const eigengrad::Tensor& t, const Eigen::VectorXd& v) { return t * v; }
