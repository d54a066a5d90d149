// Every row of the operator table of the tests, at a size that shows its loop; functions beside
// hand-written SIMD loops, reductions beside Eigen's, and other layouts beside contiguous ones.

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "common.hpp"
#include "eigengrad/eigengrad.hpp"
#include "hand/functions.hpp"
#include "ops/table.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;
using table::Inputs;
using table::Row;
using table::variable_list;

/// Rows and columns of large samples.
constexpr std::int64_t kSide = 100;

// ---- The table.

/// The sample with which the table tests large loops, or the first that is not empty.
Inputs sample_of(const Row& row) {
  if (!row.elementwise && !row.values_only.empty()) return row.values_only.back();
  for (const Inputs& sample : row.samples) {
    bool empty = false;
    for (const support::Array& a : sample) empty = empty || a.values.empty();
    if (!empty) return sample;
  }
  return row.samples.at(0);
}

/// The elements of the sample over and over.
Inputs enlarged(const Inputs& sample) {
  Inputs large;
  for (const support::Array& a : sample) {
    std::size_t i = 0;
    large.push_back(support::generate(
        {kSide, kSide}, [&](const support::Sizes&) { return a.values[i++ % a.values.size()]; }));
    large.back().dtype = a.dtype;
  }
  return large;
}

variable_list tensors_of(const Row& row, eg::ScalarType dtype) {
  const Inputs sample = sample_of(row);
  variable_list list;
  for (const support::Array& a : row.elementwise ? enlarged(sample) : sample)
    list.push_back(support::to_tensor(a.dtype == eg::kFloat64 ? support::as(a, dtype) : a,
                                      support::Layout::RowMajor));
  return list;
}

void report(benchmark::State& state, const Row& row, const variable_list& x) {
  std::int64_t elements = 0;
  for (const Tensor& t : x) elements = std::max(elements, t.numel());
  if (row.elementwise)
    bench::report_time_per(state, "element", elements);
  else
    bench::report_time_per(state, "call", 1);
}

void value(benchmark::State& state, const Row& row, eg::ScalarType dtype) {
  const variable_list x = tensors_of(row, dtype);
  for (auto _ : state) benchmark::DoNotOptimize(row.call(x));
  report(state, row, x);
}

void value_and_gradient(benchmark::State& state, const Row& row) {
  variable_list x = tensors_of(row, eg::kFloat64);
  variable_list wanted;
  for (Tensor& t : x)
    if (t.is_floating_point()) wanted.push_back(t.requires_grad_());
  variable_list weights;
  for (const Tensor& y : row.call(x))
    if (y.requires_grad()) weights.push_back(eg::ones_like(y));
  for (auto _ : state) {
    variable_list tracked;
    for (Tensor& y : row.call(x))
      if (y.requires_grad()) tracked.push_back(std::move(y));
    benchmark::DoNotOptimize(
        eg::autograd::grad(tracked, wanted, {.grad_outputs = weights, .allow_unused = true}));
  }
  report(state, row, x);
}

void register_table() {
  for (const Row& row : table::all_rows()) {
    const std::string name = "operators/" + row.name;
    bench::add(name + "/value", "eigengrad",
               [&row](benchmark::State& s) { value(s, row, eg::kFloat64); });
    bench::add(name + "/value_f32", "eigengrad",
               [&row](benchmark::State& s) { value(s, row, eg::kFloat32); });
    if (row.differentiable)
      bench::add(name + "/gradient", "eigengrad",
                 [&row](benchmark::State& s) { value_and_gradient(s, row); });
  }
}

// ---- Functions beside loops by hand.

template <class T>
struct Function {
  const char* name;
  void (*loop)(const T*, const T*, T*, std::int64_t);
  Tensor (*call)(const Tensor&, const Tensor&);
};

template <class T>
std::vector<Function<T>> functions() {
  using F = void (*)(const T*, const T*, T*, std::int64_t);
  return {{"exp", F(hand::exp), [](const Tensor& a, const Tensor&) { return eg::exp(a); }},
          {"log", F(hand::log), [](const Tensor& a, const Tensor&) { return eg::log(a); }},
          {"sin", F(hand::sin), [](const Tensor& a, const Tensor&) { return eg::sin(a); }},
          {"cos", F(hand::cos), [](const Tensor& a, const Tensor&) { return eg::cos(a); }},
          {"tanh", F(hand::tanh), [](const Tensor& a, const Tensor&) { return eg::tanh(a); }},
          {"erf", F(hand::erf), [](const Tensor& a, const Tensor&) { return eg::erf(a); }},
          {"sqrt", F(hand::sqrt<T>), [](const Tensor& a, const Tensor&) { return eg::sqrt(a); }},
          {"pow", F(hand::pow), [](const Tensor& a, const Tensor& b) { return eg::pow(a, b); }},
          {"div", F(hand::div<T>), [](const Tensor& a, const Tensor& b) { return a / b; }},
          {"add", F(hand::add<T>), [](const Tensor& a, const Tensor& b) { return a + b; }}};
}

template <class T>
void register_functions(const std::string& dtype) {
  for (const Function<T>& f : functions<T>())
    for (const std::int64_t n : {1000, 10000}) {
      const std::string name =
          std::string("functions/") + f.name + "/" + dtype + "/n=" + std::to_string(n);
      const auto operand = [n](double low) {
        return eg::linspace(low, low + 1.5, n, eg::dtype_of<T>);
      };
      {
        const Tensor a = operand(0.25), b = operand(0.5);
        std::vector<T> y(static_cast<std::size_t>(n));
        f.loop(a.data_ptr<T>(), b.data_ptr<T>(), y.data(), n);
        bench::require_close(name, f.call(a, b).template data_ptr<T>(), y.data(), n, 1e-6);
      }
      bench::add(name, "eigengrad", [=](benchmark::State& state) {
        const Tensor a = operand(0.25), b = operand(0.5);
        for (auto _ : state) benchmark::DoNotOptimize(f.call(a, b));
        bench::report_time_per(state, "element", n);
      });
      bench::add(name, "hand", [=](benchmark::State& state) {
        const Tensor a = operand(0.25), b = operand(0.5);
        std::vector<T> y(static_cast<std::size_t>(n));
        for (auto _ : state) {
          f.loop(a.data_ptr<T>(), b.data_ptr<T>(), y.data(), n);
          benchmark::ClobberMemory();
        }
        bench::report_time_per(state, "element", n);
      });
    }
}

// ---- Reductions beside Eigen's, over a row-major matrix. What takes a maximum says NaN where there is one
// in both columns, as ours must; Eigen's plain maxCoeff() leaves that open.

using Matrix = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

using Larger = Eigen::internal::scalar_max_op<double, double, Eigen::PropagateNaN>;

struct Reduction {
  std::string name;
  std::function<Tensor(const Tensor&)> call;
  std::function<Eigen::ArrayXd(const Matrix&)> by_hand;
};

Eigen::ArrayXd number(double v) { return Eigen::ArrayXd::Constant(1, v); }

std::vector<Reduction> reductions() {
  return {{"sum", [](const Tensor& x) { return x.sum(); },
           [](const Matrix& x) { return number(x.sum()); }},
          {"sum_dim0", [](const Tensor& x) { return x.sum(0); },
           [](const Matrix& x) { return Eigen::ArrayXd(x.colwise().sum().transpose()); }},
          {"sum_dim1", [](const Tensor& x) { return x.sum(1); },
           [](const Matrix& x) { return Eigen::ArrayXd(x.rowwise().sum()); }},
          {"max", [](const Tensor& x) { return x.max(); },
           [](const Matrix& x) { return number(x.maxCoeff<Eigen::PropagateNaN>()); }},
          {"amax_dim0", [](const Tensor& x) { return x.amax(0); },
           [](const Matrix& x) {
             Eigen::ArrayXd y = x.row(0);
             for (Eigen::Index i = 1; i < x.rows(); ++i)
               y = y.binaryExpr(x.row(i).transpose(), Larger());
             return y;
           }},
          {"amax_dim1", [](const Tensor& x) { return x.amax(1); },
           [](const Matrix& x) {
             return Eigen::ArrayXd(Eigen::ArrayXd::NullaryExpr(x.rows(), [&x](Eigen::Index i) {
               return x.row(i).maxCoeff<Eigen::PropagateNaN>();
             }));
           }},
          {"prod_dim1", [](const Tensor& x) { return x.prod(1); },
           [](const Matrix& x) { return Eigen::ArrayXd(x.rowwise().prod()); }},
          {"var_dim1", [](const Tensor& x) { return x.var(eg::IntArrayRef({1}), true, false); },
           [](const Matrix& x) {
             const Eigen::ArrayXd mean = x.rowwise().mean();
             return Eigen::ArrayXd((x.colwise() - mean).square().rowwise().sum() /
                                   static_cast<double>(x.cols() - 1));
           }},
          {"norm", [](const Tensor& x) { return x.norm(); },
           [](const Matrix& x) { return number(x.matrix().norm()); }},
          {"logsumexp_dim1", [](const Tensor& x) { return x.logsumexp(eg::IntArrayRef({1})); },
           [](const Matrix& x) {
             const Eigen::ArrayXd largest = x.rowwise().maxCoeff();
             return Eigen::ArrayXd((x.colwise() - largest).exp().rowwise().sum().log() + largest);
           }}};
}

void register_reductions() {
  for (const Reduction& r : reductions())
    for (const std::int64_t n : {30, 300, 1000}) {
      const std::string name = "reductions/" + r.name + "/n=" + std::to_string(n);
      const auto matrix = [n] {
        return Matrix(Matrix::NullaryExpr(n, n, [n](Eigen::Index i, Eigen::Index j) {
          return 1 + static_cast<double>((7 * i + 3 * j) % n) * 1e-6;
        }));
      };
      {
        Matrix x = matrix();
        const Eigen::ArrayXd want = r.by_hand(x);
        bench::require_close(name, r.call(eg::wrap(x)).contiguous().data_ptr<double>(), want.data(),
                             want.size(), 1e-9);
      }
      bench::add(name, "eigengrad", [=](benchmark::State& state) {
        Matrix data = matrix();
        const Tensor x = eg::wrap(data);
        for (auto _ : state) benchmark::DoNotOptimize(r.call(x));
        bench::report_time_per(state, "element", n * n);
      });
      bench::add(name, "hand", [=](benchmark::State& state) {
        const Matrix x = matrix();
        for (auto _ : state) benchmark::DoNotOptimize(r.by_hand(x));
        bench::report_time_per(state, "element", n * n);
      });
    }
}

// ---- Layouts.

void register_layouts() {
  const std::int64_t n = 300;
  const auto square = [n] { return eg::linspace(0.5, 1.5, n * n).reshape({n, n}); };
  const auto add = [&](const std::string& layout, std::function<Tensor()> left,
                       std::function<Tensor()> right) {
    for (const bool product : {false, true})
      bench::add(std::string("layouts/") + (product ? "mul/" : "exp/") + layout, "eigengrad",
                 [=](benchmark::State& state) {
                   const Tensor a = left(), b = right();
                   for (auto _ : state) benchmark::DoNotOptimize(product ? a * b : a.exp());
                   bench::report_time_per(state, "element", n * n);
                 });
  };
  add("contiguous", square, square);
  add(
      "transposed", [=] { return square().t(); }, square);
  add(
      "both_transposed", [=] { return square().t(); }, [=] { return square().t(); });
  add("row", square, [=] { return square()[0]; });
  add("column", square, [=] { return square().slice(1, 0, 1); });
  add(
      "every_second",
      [=] {
        return eg::linspace(0.5, 1.5, 2 * n * n).reshape({n, 2 * n}).slice(1, 0, 2 * n, 2);
      },
      square);
}

}  // namespace

int main(int argc, char** argv) {
  eg::set_num_threads(1);
  register_functions<double>("f64");
  register_functions<float>("f32");
  register_reductions();
  register_layouts();
  register_table();
  return bench::run(argc, argv);
}
