#include "optim/ode/methods.hpp"

#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/lu.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "optim/ode/tables.hpp"

namespace eigengrad::optim::ode {
namespace {

/// factor * row, as many as there are.
template <std::size_t N>
Weights scaled(const double (&row)[N], double factor) noexcept {
  Weights w{};
  for (std::size_t i = 0; i < N; ++i) w[i] = factor * row[i];
  return w;
}

class Dopri5 final : public Method {
  using Table = Dopri5Table;

 public:
  std::size_t stages() const noexcept override { return Table::stages; }

  void evaluate(const System& f, double t, double h, const Tensor& y, Stages& s) const override {
    if (!s.k[0].defined()) s.k[0] = f.rhs(t, y);
    for (std::size_t i = 1; i < Table::stages; ++i) {
      s.next = combine(y, scaled(Table::a[i], h).data(), s.k.data(), i);
      if (i + 1 < Table::stages) s.k[i] = f.rhs(t + Table::c[i] * h, s.next);
    }
  }
  void complete(const System& f, double t, double h, Stages& s) const override {
    s.k[6] = f.rhs(t + h, s.next);
  }
  /// With b the last row of a: theta (b_i + (1 - theta) (delta_1i - b_i + theta (2 b_i - delta_1i -
  /// delta_7i + (1 - theta) d_i))), which is Hairer's nested form, sorted by stages.
  Weights dense(double theta, double h) const noexcept override {
    Weights w{};
    for (std::size_t i = 0; i < Table::stages; ++i) {
      const double b = Table::a[6][i], first = i == 0 ? 1 : 0, last = i == 6 ? 1 : 0;
      const double rest = 2 * b - first - last + (1 - theta) * Table::d[i];
      w[i] = h * theta * (b + (1 - theta) * (first - b + theta * rest));
    }
    return w;
  }
  Weights error(double h) const noexcept override { return scaled(Table::error, h); }
  /// The last stage is the first of the next step.
  void advance(Stages& s) const override { s.k[0] = std::move(s.k[6]); }
};

class Rodas5P final : public Method {
  using Table = Rodas5PTable;

 public:
  std::size_t stages() const noexcept override { return Table::stages; }

  void evaluate(const System& f, double t, double h, const Tensor& y, Stages& s) const override {
    if (!s.at_start.by_state.defined()) s.at_start = f.derivatives(t, y);
    const std::int64_t n = y.numel();
    const Tensor w = eye(n, y.dtype()).mul(1 / (h * Table::gamma)) - s.at_start.by_state;
    const auto [lu, pivots] = linalg_lu_factor(w);
    s.next = y;
    for (std::size_t i = 0; i < Table::stages; ++i) {
      if (i > 0) s.next = combine(y, scaled(Table::a[i], 1).data(), s.k.data(), i);
      const Tensor rhs = f.rhs(t + Table::c[i] * h, s.next);
      Tensor right = combine(rhs, scaled(Table::g[i], 1 / h).data(), s.k.data(), i);
      const double by_time = h * Table::e[i];
      right = combine(right, &by_time, &s.at_start.by_time, 1);
      s.k[i] = linalg_lu_solve(lu, pivots, right.reshape({n, 1})).reshape(y.sizes()).contiguous();
    }
    const double one = 1;
    s.next = combine(s.next, &one, &s.k[7], 1);
  }
  void complete(const System&, double, double, Stages&) const override {}
  Weights dense(double x, double) const noexcept override {
    Weights w{};
    for (std::size_t i = 0; i < Table::stages; ++i) {
      const double b = i < 7 ? Table::a[7][i] : 1;
      const double bent = Table::h[0][i] + x * (Table::h[1][i] + x * Table::h[2][i]);
      w[i] = x * (b + (1 - x) * bent);
    }
    return w;
  }
  Weights error(double) const noexcept override { return {0, 0, 0, 0, 0, 0, 0, 1}; }
  void advance(Stages& s) const override { s.at_start = {}; }
};

}  // namespace

Tensor Method::state(double theta, double h, const Tensor& y, const Stages& s) const {
  if (theta == 1) return s.next;
  return combine(y, dense(theta, h).data(), s.k.data(), stages());
}

const Method& method_of(OdeintMethod method) {
  static const Dopri5 dopri5;
  static const Rodas5P rodas5p;
  switch (method) {
    case OdeintMethod::Dopri5:
      return dopri5;
    case OdeintMethod::Rodas5P:
      return rodas5p;
  }
  eigengrad::detail::fail<ValueError>("odeint", "no method has the number ",
                                      static_cast<int>(method), "; give one of OdeintMethod");
}

Tensor shift(const System& f, const Tensor& t, const Tensor& h, const Tensor& y) {
  std::array<Tensor, Dopri5Table::stages> k;
  k[0] = f.rhs(t, y);
  Tensor end;
  for (std::size_t i = 1; i < Dopri5Table::stages; ++i) {
    const Tensor mean = combine(Tensor(), Dopri5Table::a[i], k.data(), i);
    end = y + h * mean;
    if (i + 1 < Dopri5Table::stages) k[i] = f.rhs(t.add(h, Dopri5Table::c[i]), end);
  }
  return end;
}

}  // namespace eigengrad::optim::ode
