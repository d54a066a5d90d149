#pragma once

// A matrix product with both gradients. The same source for both libraries: namespace `torch` is
// libtorch's own, or another name of eigengrad. Included after its header.

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "common.hpp"
#include "hand/matmul.hpp"

namespace cases {

constexpr int kOrders[] = {64, 256, 512, 1024};

/// Row-major n x n factors a and b and the weights g of the product, and room for the results.
template <class T>
struct MatmulData {
  explicit MatmulData(int order)
      : n(order),
        a(filled(0.7)),
        b(filled(1.3)),
        g(filled(2.1)),
        c(a.size()),
        da(a.size()),
        db(a.size()) {}
  void by_hand() {
    hand::matmul_gradient(n, a.data(), b.data(), g.data(), c.data(), da.data(), db.data());
  }
  double flops() const { return 3 * 2 * std::pow(static_cast<double>(n), 3); }

  int n;
  std::vector<T> a, b, g;
  std::vector<T> c, da, db;

 private:
  std::vector<T> filled(double frequency) const {
    std::vector<T> v(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < v.size(); ++i)
      v[i] = static_cast<T>(std::sin(frequency * static_cast<double>(i)));
    return v;
  }
};

template <class T>
struct MatmulTensors {
  explicit MatmulTensors(const MatmulData<T>& data)
      : a(matrix(data.a, data.n).requires_grad_()),
        b(matrix(data.b, data.n).requires_grad_()),
        g(matrix(data.g, data.n)) {}
  torch::Tensor a, b, g;

 private:
  static torch::Tensor matrix(const std::vector<T>& values, int n) {
    const auto dtype = std::is_same_v<T, float> ? torch::kFloat32 : torch::kFloat64;
    torch::Tensor t = torch::empty({n, n}, dtype);
    std::copy(values.begin(), values.end(), t.template data_ptr<T>());
    return t;
  }
};

template <class T>
void verify_matmul(const std::string& column) {
  for (const int n : {64, 256}) {
    MatmulData<T> data(n);
    data.by_hand();
    const MatmulTensors<T> t(data);
    const torch::Tensor c = torch::matmul(t.a, t.b);
    const auto grads = torch::autograd::grad({c}, {t.a, t.b}, {t.g});
    const std::string what = column + ", matmul of order " + std::to_string(n);
    const double tolerance = std::is_same_v<T, float> ? 1e-3 : 1e-11;
    const auto entries = static_cast<std::int64_t>(data.c.size());
    const auto compare = [&](const char* name, const torch::Tensor& got,
                             const std::vector<T>& want) {
      const torch::Tensor row_major = got.contiguous();
      bench::require_close(what + name, row_major.template data_ptr<T>(), want.data(), entries,
                           tolerance);
    };
    compare(", c", c, data.c);
    compare(", da", grads[0], data.da);
    compare(", db", grads[1], data.db);
  }
}

inline void verify_section_c(const std::string& column) {
  verify_matmul<double>(column);
  verify_matmul<float>(column);
}

template <class T>
void matmul(benchmark::State& state, int n) {
  const MatmulData<T> data(n);
  const MatmulTensors<T> t(data);
  for (auto _ : state) {
    const torch::Tensor c = torch::matmul(t.a, t.b);
    benchmark::DoNotOptimize(torch::autograd::grad({c}, {t.a, t.b}, {t.g}));
  }
  bench::report_gflops(state, data.flops());
}

inline std::string matmul_name(const char* dtype, int n) {
  return "c/" + std::string(dtype) + "/n=" + std::to_string(n);
}

inline void register_section_c(const std::string& column) {
  for (const int n : kOrders) {
    bench::add(matmul_name("f64", n), column,
               [n](benchmark::State& state) { matmul<double>(state, n); });
    bench::add(matmul_name("f32", n), column,
               [n](benchmark::State& state) { matmul<float>(state, n); });
  }
}

}  // namespace cases
