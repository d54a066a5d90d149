// Decompositions and functions of matrices, eigengrad beside direct calls of Eigen (column hand) and of
// LAPACK (column lapack), and their values with gradients (column gradient).

#include <eigengrad/eigengrad.hpp>
#include <functional>

#include "common.hpp"
#include "hand/decompositions.hpp"
#include "hand/matmul.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;

std::vector<Tensor> listed(const Tensor& y) { return {y}; }
std::vector<Tensor> listed(const std::tuple<Tensor, Tensor>& y) {
  return {std::get<0>(y), std::get<1>(y)};
}
std::vector<Tensor> listed(const std::tuple<Tensor, Tensor, Tensor>& y) {
  return {std::get<0>(y), std::get<1>(y), std::get<2>(y)};
}

/// The results of a function: computed and dropped, or listed.
struct Results {
  template <class F>
  Results(F f)
      : compute([f](const Tensor& a) { benchmark::DoNotOptimize(f(a)); }),
        list([f](const Tensor& a) { return listed(f(a)); }) {}
  std::function<void(const Tensor&)> compute;
  std::function<std::vector<Tensor>(const Tensor&)> list;
};

struct Case {
  std::string name;
  std::int64_t rows;
  std::int64_t cols;
  /// Something of the results to compare, and the results to differentiate.
  std::function<Tensor(const Tensor&)> checked;
  Results ours;
  std::function<double(const hand::MatrixXd&)> by_hand;
  std::function<double(const hand::MatrixXd&)> by_lapack = {};
  bool symmetric = false;
  bool real_spectrum = false;
};

Tensor data_for(const Case& c) {
  Tensor a = eg::arange(c.rows * c.cols, eg::dtype(eg::kFloat64)).mul(0.7).sin();
  a = a.reshape({c.rows, c.cols}) + eg::arange(c.rows * c.cols, eg::dtype(eg::kFloat64))
                                        .square()
                                        .mul(0.3)
                                        .cos()
                                        .reshape({c.rows, c.cols});
  if (c.symmetric) return a + a.mT();
  if (c.real_spectrum)
    return a / static_cast<double>(4 * c.rows * c.rows) +
           eg::diag(eg::linspace(1, 2, c.rows, eg::dtype(eg::kFloat64)));
  return a;
}

hand::MatrixXd copied(const Tensor& a) { return a.matrix<double>(); }

template <class F>
void time_calls(benchmark::State& state, F&& f) {
  for (auto _ : state) f();
  bench::report_time_per(state, "call", 1);
}

void add_case(const Case& c) {
  const std::string name =
      "spectral/" + c.name + "/" + std::to_string(c.rows) + "x" + std::to_string(c.cols);
  const Tensor a = data_for(c);
  const hand::MatrixXd m = copied(a);
  bench::require_close(name, c.checked(a).item<double>(), c.by_hand(m), 1e-9);
  bench::add(name, "eigengrad",
             [=](benchmark::State& state) { time_calls(state, [&] { c.ours.compute(a); }); });
  bench::add(name, "hand", [=](benchmark::State& state) {
    time_calls(state, [&] { benchmark::DoNotOptimize(c.by_hand(m)); });
  });
  if (c.by_lapack)
    bench::add(name, "lapack", [=](benchmark::State& state) {
      time_calls(state, [&] { benchmark::DoNotOptimize(c.by_lapack(m)); });
    });
  bench::add(name, "gradient", [=](benchmark::State& state) {
    const Tensor x = a.clone().requires_grad_();
    time_calls(state, [&] {
      const std::vector<Tensor> y = c.ours.list(x);
      std::vector<Tensor> weights;
      for (const Tensor& t : y) weights.push_back(eg::ones_like(t.detach()));
      benchmark::DoNotOptimize(eg::autograd::grad(y, {x}, weights));
    });
  });
}

void register_cases() {
  using F = std::function<double(const hand::MatrixXd&)>;
  F lapack_eigh, lapack_eigvalsh, lapack_svd, lapack_svdvals;
#if defined(EIGENGRAD_USE_BLAS)
  lapack_eigh = [](const hand::MatrixXd& a) { return hand::lapack_eigh(a, true); };
  lapack_eigvalsh = [](const hand::MatrixXd& a) { return hand::lapack_eigh(a, false); };
  lapack_svd = [](const hand::MatrixXd& a) { return hand::lapack_svd(a, true); };
  lapack_svdvals = [](const hand::MatrixXd& a) { return hand::lapack_svd(a, false); };
#endif
  const auto last = [](const Tensor& a) { return eg::linalg_eigvalsh(a).select(0, -1); };
  const auto first = [](const Tensor& a) { return eg::linalg_svdvals(a).select(0, 0); };
  for (const std::int64_t n : {4, 32, 100, 300}) {
    add_case({"eigh", n, n, last, [](const Tensor& a) { return eg::linalg_eigh(a); }, hand::eigh,
              lapack_eigh, true});
    add_case({"eigvalsh", n, n, last, [](const Tensor& a) { return eg::linalg_eigvalsh(a); },
              hand::eigvalsh, lapack_eigvalsh, true});
    add_case({"eig",
              n,
              n,
              [](const Tensor& a) { return eg::linalg_eigvals(a).max(); },
              [](const Tensor& a) { return eg::linalg_eig(a); },
              hand::eig,
              {},
              false,
              true});
  }
  const std::pair<std::int64_t, std::int64_t> extents[] = {
      {4, 4}, {32, 32}, {100, 100}, {200, 50}, {300, 300}};
  for (const auto& [m, n] : extents) {
    add_case({"svd", m, n, first, [](const Tensor& a) { return eg::linalg_svd(a, false); },
              hand::svd, lapack_svd});
    add_case({"svdvals", m, n, first, [](const Tensor& a) { return eg::linalg_svdvals(a); },
              hand::svdvals, lapack_svdvals});
    add_case({"qr", m, n, [](const Tensor& a) { return std::get<1>(eg::linalg_qr(a))[0][0]; },
              [](const Tensor& a) { return eg::linalg_qr(a); }, hand::qr});
    const auto solution = [](const Tensor& a) {
      return std::get<0>(eg::linalg_lstsq(a, eg::ones({a.size(0), 3}, a.options())));
    };
    add_case({"lstsq", m, n, [=](const Tensor& a) { return solution(a)[0][0]; },
              [=](const Tensor& a) { return solution(a); },
              [](const hand::MatrixXd& a) {
                return hand::lstsq(a, hand::MatrixXd::Ones(a.rows(), 3));
              }});
  }
  for (const std::int64_t n : {4, 32, 100, 300})
    add_case({"matrix_exp",
              n,
              n,
              [](const Tensor& a) { return eg::matrix_exp(a)[0][0]; },
              [](const Tensor& a) { return eg::matrix_exp(a); },
              hand::matrix_exp,
              {},
              false,
              true});
}

}  // namespace

int main(int argc, char** argv) {
  eg::set_num_threads(1);
  hand::use_one_thread();
  register_cases();
  return bench::run(argc, argv);
}
