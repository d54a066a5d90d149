#include "optim/least_squares/residuals.hpp"

#include "autograd/grad_mode_switches.hpp"
#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/rows.hpp"
#include "functional/variables.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::fit {

using eigengrad::detail::fail;

Residuals::Residuals(std::string_view op, const std::function<Tensor(const Tensor&)>& r,
                     const Tensor& x0)
    : op_(op),
      f_(r),
      x0_(x0.detach().clone()),
      n_(x0.numel()),
      unit_roundoff_(eigengrad::detail::epsilon_of(x0.dtype()) / 2) {
  const AutoGradMode recording(true);
  const std::uint64_t switches = eigengrad::detail::grad_mode_switches();
  x_ = x0_.detach().clone().requires_grad_();
  recorded_ = f_(x_);
  ++counts_.residuals;
  check(recorded_);
  m_ = recorded_.numel();
  sizes_ = DimVector(recorded_.sizes());
  // See Note [Direction of a Jacobian].
  forward_mode_ = (2 * n_ <= 3 * m_) && !autograd::DualLevel::is_open() &&
                  eigengrad::detail::grad_mode_switches() == switches;
  if (!forward_mode_) return;
  for (std::int64_t j = 0; j < n_; ++j) units_.push_back(eigengrad::detail::unit(x0_, j));
  try {
    Vector probe(m_);
    column(0, probe.data());
  } catch (const NotImplementedError&) {
    forward_mode_ = false;
  } catch (const GraphError&) {
    forward_mode_ = false;
  }
}

void Residuals::check(const Tensor& y) const {
  if (!y.defined())
    fail<ShapeError>(op_, "the residuals are an undefined tensor; return the one computed from x");
  if (y.numel() == 0)
    fail<ShapeError>(op_, "the residuals have sizes ", y.sizes(), "; there must be at least one");
  if (!y.is_floating_point())
    fail<DtypeError>(op_, "the residuals have dtype ", to_string(y.dtype()),
                     "; they must be float64 or float32");
  if (!y.requires_grad())
    fail<GraphError>(op_,
                     "the residuals do not require grad: they do not depend on x through recorded "
                     "operators; compute them from the tensor that is handed in");
}

Tensor Residuals::call(const Tensor& x) {
  Tensor y = f_(x);
  if (!y.defined() || y.numel() != m_)
    fail<ShapeError>(op_, "the residuals were ", m_, " at the start and are ",
                     y.defined() ? y.numel() : 0, " now; their number must not depend on x");
  return y;
}

void Residuals::column(std::int64_t j, double* out) {
  const AutoGradMode recording(true);
  const autograd::DualLevel level;
  const Tensor x = autograd::make_dual(x_.detach(), units_[static_cast<std::size_t>(j)]);
  const Tensor tangent = autograd::unpack_dual(call(x)).tangent;
  if (tangent.defined())
    copy_to(tangent, out);
  else
    std::fill(out, out + m_, 0.0);
}

void Residuals::rows(Matrix& j) {
  const Tensor all = eigengrad::detail::derivative_matrix(recorded_, x_, graph_bytes_);
  if (all.defined())
    j = to_matrix(all.to(kFloat64));
  else
    j.setZero();
}

void Residuals::evaluate_at(const Tensor& x, Vector& r) {
  const AutoGradMode recording(true);
  r.resize(m_);
  x_ = x;
  if (!forward_mode_) {
    x_.requires_grad_();
    const eigengrad::detail::MemoryGrowth growth;
    recorded_ = call(x_);
    graph_bytes_ = growth.bytes();
    copy_to(recorded_, r.data());
    return;
  }
  first_column_.resize(m_);
  const autograd::DualLevel level;
  const autograd::Dual y = autograd::unpack_dual(call(autograd::make_dual(x_.detach(), units_[0])));
  copy_to(y.primal, r.data());
  if (y.tangent.defined())
    copy_to(y.tangent, first_column_.data());
  else
    first_column_.setZero();
}

bool Residuals::evaluate(const Vector& x, Vector& r) {
  ++counts_.residuals;
  try {
    evaluate_at(shaped(x), r);
    if (r.allFinite()) return true;
  } catch (const NumericError&) {
    if (counts_.residuals <= 2) throw;
  }
  ++counts_.infeasible;
  return false;
}

bool Residuals::differentiate(Matrix& j) {
  ++counts_.jacobians;
  j.resize(m_, n_);
  try {
    if (forward_mode_) {
      j.col(0) = first_column_;
      for (std::int64_t k = 1; k < n_; ++k) column(k, j.col(k).data());
    } else {
      rows(j);
      recorded_.reset();
    }
    if (j.allFinite()) return true;
  } catch (const NumericError&) {
    if (counts_.jacobians <= 1) throw;
  }
  ++counts_.infeasible;
  return false;
}

void Residuals::recorded_curvature(const Tensor& x, const Vector& c, Matrix& sum) const {
  const AutoGradMode recording(true);
  const eigengrad::detail::MemoryGrowth growth;
  const Tensor y = f_(x);
  sum.setZero(n_, n_);
  const Tensor weights = copy_of(c.data(), y.sizes(), y.dtype());
  const Tensor g = autograd::grad(
      {y}, {x}, {.grad_outputs = {weights}, .create_graph = true, .allow_unused = true})[0];
  if (!g.defined() || !g.requires_grad()) return;
  const Tensor rows = eigengrad::detail::derivative_matrix(g, x, growth.bytes());
  if (rows.defined()) sum = to_matrix(rows.to(kFloat64)).transpose();
}

bool Residuals::curvature(const Vector& x, const Vector& c, Matrix& sum) {
  if (!is_twice_differentiable_) return false;
  ++counts_.curvatures;
  try {
    recorded_curvature(shaped(x).requires_grad_(), c, sum);
    return sum.allFinite();
  } catch (const NumericError&) {
    return false;
  } catch (const NotImplementedError&) {
  } catch (const GraphError&) {
  }
  is_twice_differentiable_ = false;
  return false;
}

Vector Residuals::start() const {
  Vector x(n_);
  copy_to(x0_, x.data());
  return x;
}

Tensor Residuals::shaped(const Vector& x) const {
  return copy_of(x.data(), x0_.sizes(), x0_.dtype());
}

Tensor Residuals::shaped_residuals(const Vector& r) const {
  return copy_of(r.data(), sizes_, x0_.dtype());
}

}  // namespace eigengrad::optim::fit
