#pragma once

#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eigengrad/adapters/numbers.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/parts.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "eigengrad/optim/odeint.hpp"

/// One solve by CVODES, for sundials.hpp.

namespace eigengrad::adapters {

struct CvodesOptions {
  /// Backward differentiation formulas of order up to 5, for stiff problems; Adams' formulas of order up
  /// to 12 otherwise. Both solve their equations by Newton's method with the exact Jacobian, dense.
  bool stiff = true;
  double rtol = 1e-8;
  double atol = 1e-10;
  /// The largest number of steps between two times.
  std::int64_t max_steps = 100000;
};

namespace detail {

using optim::detail::OdeFunction;
using variable_list = autograd::variable_list;

/// Frees objects that SUNDIALS has allocated.
struct CvodesDelete {
  void operator()(N_Vector v) const noexcept { N_VDestroy(v); }
  void operator()(SUNMatrix a) const noexcept { SUNMatDestroy(a); }
  void operator()(SUNLinearSolver s) const noexcept { SUNLinSolFree(s); }
  void operator()(SUNContext c) const noexcept { SUNContext_Free(&c); }
  void operator()(void* memory) const noexcept { CVodeFree(&memory); }
};
template <class Handle>
using CvodesHandle = std::unique_ptr<std::remove_pointer_t<Handle>, CvodesDelete>;

struct CvodesTask {
  OdeFunction f;
  /// Copies of the state and the parameters, without history and tangents.
  Tensor y0;
  std::vector<double> times;
  variable_list theta;
  CvodesOptions options;
};

inline Tensor flat(const Tensor& first, const variable_list& others) {
  variable_list parts{first.reshape({-1})};
  for (const Tensor& x : others) parts.push_back(x.reshape({-1}).to(kFloat64));
  return cat(parts);
}

/// One solve, of the state alone or together with its derivatives by y0 and theta.
class CvodesSolve {
 public:
  explicit CvodesSolve(const CvodesTask& task) : task_(task), n_(task.y0.numel()) {
    SUNContext context = nullptr;
    if (SUNContext_Create(nullptr, &context) != 0) throw NumericError("[cvodes] no context");
    context_.reset(context);
    y_ = vector();
    write(task_.y0, "cvodes", "elements of y0", n_, data(y_.get()));
    memory_.reset(CVodeCreate(task.options.stiff ? CV_BDF : CV_ADAMS, context));
    matrix_.reset(SUNDenseMatrix(n_, n_, context));
    solver_.reset(SUNLinSol_Dense(y_.get(), matrix_.get(), context));
    CVodeSetErrHandlerFn(memory(), &take_message, this);
    require(CVodeInit(memory(), &right_hand_side, task_.times.front(), y_.get()));
    require(CVodeSetUserData(memory(), this));
    require(CVodeSStolerances(memory(), task.options.rtol, task.options.atol));
    require(CVodeSetLinearSolver(memory(), solver_.get(), matrix_.get()));
    require(CVodeSetJacFn(memory(), &jacobian_of));
    require(CVodeSetMaxNumSteps(memory(), task.options.max_steps));
    require(CVodeSetStopTime(memory(), task_.times.back()));
  }
  CvodesSolve(const CvodesSolve&) = delete;
  CvodesSolve& operator=(const CvodesSolve&) = delete;

  /// The states, {times, state}, or their derivatives, {times, state, state and theta}.
  Tensor rows(bool derivatives) {
    if (derivatives) start_derivatives();
    const std::vector<double>& times = task_.times;
    variable_list rows;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (i > 0 && times[i] != times[i - 1]) advance(times[i], derivatives);
      variable_list columns;
      for (const N_Vector v : handles_) columns.push_back(copy(v));
      rows.push_back(derivatives ? stack(columns, 1) : copy(y_.get()));
    }
    return stack(rows);
  }

 private:
  void* memory() const noexcept { return memory_.get(); }
  CvodesHandle<N_Vector> vector() const {
    return CvodesHandle<N_Vector>(N_VNew_Serial(n_, context_.get()));
  }
  static double* data(N_Vector v) { return N_VGetArrayPointer(v); }
  Tensor copy(N_Vector v) const { return tensor_from(data(v), n_); }

  void start_derivatives() {
    const Tensor all = flat(task_.y0, task_.theta).abs();
    for (std::int64_t j = 0; j < all.numel(); ++j) {
      const auto size = all[j].item<double>();
      sizes_.push_back(size > 0 ? size : 1);
      columns_.push_back(vector());
      handles_.push_back(columns_.back().get());
      N_VConst(0, handles_.back());
      if (j < n_) data(handles_.back())[j] = 1;
    }
    const auto count = static_cast<int>(handles_.size());
    require(CVodeSensInit(memory(), count, CV_STAGGERED, &right_hand_side_of_sensitivities,
                          handles_.data()));
    require(CVodeSetSensParams(memory(), nullptr, sizes_.data(), nullptr));
    require(CVodeSensEEtolerances(memory()));
    require(CVodeSetSensErrCon(memory(), 1));
  }

  void advance(double to, bool derivatives) {
    double reached = 0;
    require(CVode(memory(), to, y_.get(), &reached, CV_NORMAL));
    // Where steps have become too small to count, CVODES may claim to have arrived.
    const double from = task_.times.front(), all = std::abs(to - from);
    require(std::abs(time() - from) >= all - 1e-10 * all ? CV_SUCCESS : CV_ERR_FAILURE);
    if (derivatives) require(CVodeGetSens(memory(), &reached, handles_.data()));
  }
  double time() const {
    double t = task_.times.front();
    CVodeGetCurrentTime(memory(), &t);
    return t;
  }

  /// Throws: what f threw, or NumericError with the time and what CVODES said.
  void require(int flag) const {
    if (errors_.first()) std::rethrow_exception(errors_.first());
    if (flag < 0)
      throw NumericError("[cvodes] stopped at t = " + std::to_string(time()) + ": " + message_ +
                         "; loosen the tolerances, allow more steps, or look for a singularity");
  }
  static void take_message(int, const char*, const char*, char* text, void* self) noexcept {
    static_cast<CvodesSolve*>(self)->message_ = text;
  }

  /// f at `y`, from its second argument on shaped as f takes them.
  Tensor evaluate(const Tensor& t, const Tensor& y, const variable_list& theta) const {
    const Tensor k = task_.f(t, y.reshape(task_.y0.sizes()), theta);
    if (!k.defined() || k.dtype() != kFloat64 || !(k.sizes() == task_.y0.sizes()))
      throw ShapeError("[cvodes] f must give a float64 tensor shaped as y0");
    return k.reshape({-1});
  }
  /// Calls f; what CVODES is told: 0, 1 where f is not finite, -1 for any other error.
  template <class F>
  int told(F&& f) noexcept {
    if (errors_.none_in(std::forward<F>(f))) return 0;
    return errors_.first() ? -1 : 1;
  }

  static int right_hand_side(double t, N_Vector y, N_Vector to, void* self) noexcept {
    auto& s = *static_cast<CvodesSolve*>(self);
    return s.told([&] {
      const Tensor k = s.evaluate(tensor(t), s.copy(y), s.task_.theta);
      if (k.requires_grad())
        throw GraphError("[cvodes] f captured a tracked tensor; pass it as theta");
      write(k, "cvodes", "slopes", s.n_, data(to));
      for (std::int64_t i = 0; i < s.n_; ++i)
        if (!std::isfinite(data(to)[i])) throw NumericError("not finite");
    });
  }

  /// The Jacobian of f by y and, if `whole`, by theta: {state, state and theta}.
  Tensor jacobian_at(double t, N_Vector y, bool whole) const {
    const auto g = [&](const variable_list& x) {
      const variable_list theta = whole ? variable_list(x.begin() + 1, x.end()) : task_.theta;
      return evaluate(tensor(t), x[0], theta);
    };
    variable_list at{copy(y)};
    if (whole) at.insert(at.end(), task_.theta.begin(), task_.theta.end());
    variable_list by;
    for (const Tensor& j : eigengrad::jacobian(g, at))
      by.push_back(j.reshape({n_, -1}).to(kFloat64));
    return cat(by, 1);
  }
  static int jacobian_of(double t, N_Vector y, N_Vector, SUNMatrix to, void* self, N_Vector,
                         N_Vector, N_Vector) noexcept {
    auto& s = *static_cast<CvodesSolve*>(self);
    return s.told([&] {
      const Tensor columns = s.jacobian_at(t, y, /*whole=*/false).t();
      write(columns, "cvodes", "derivatives", s.n_ * s.n_, SUNDenseMatrix_Data(to));
    });
  }
  /// J S, plus the derivatives by theta.
  static int right_hand_side_of_sensitivities(int count, double t, N_Vector y, N_Vector,
                                              N_Vector* in, N_Vector* out, void* self, N_Vector,
                                              N_Vector) noexcept {
    auto& s = *static_cast<CvodesSolve*>(self);
    return s.told([&] {
      const Tensor by = s.jacobian_at(t, y, /*whole=*/true), by_state = by.narrow(1, 0, s.n_);
      for (std::int64_t j = 0; j < count; ++j) {
        Tensor right_hand_side = by_state.mv(s.copy(in[j]));
        if (j >= s.n_) right_hand_side = right_hand_side + by.select(1, j);
        write(right_hand_side, "cvodes", "derivatives", s.n_, data(out[j]));
      }
    });
  }

  const CvodesTask& task_;
  std::int64_t n_;
  // Destroyed in the opposite order, the context last.
  CvodesHandle<SUNContext> context_;
  CvodesHandle<N_Vector> y_;
  std::vector<CvodesHandle<N_Vector>> columns_;
  CvodesHandle<SUNMatrix> matrix_;
  CvodesHandle<SUNLinearSolver> solver_;
  CvodesHandle<void*> memory_;
  std::vector<N_Vector> handles_;
  std::vector<double> sizes_;
  std::string message_;
  Errors errors_;
};

}  // namespace detail
}  // namespace eigengrad::adapters
