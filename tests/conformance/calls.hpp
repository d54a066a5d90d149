#pragma once

// Calls written for libtorch's C++ API, compiled against eigengrad for the test and against libtorch for
// the fixture: what both give has to be the same.

#ifdef EIGENGRAD_CONFORMANCE_LIBTORCH
#include <torch/torch.h>
#else
#include <eigengrad/eigengrad.hpp>
namespace torch = eigengrad;
namespace at = eigengrad;
namespace c10 = eigengrad;
#endif

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <vector>

namespace conformance {

using torch::Tensor;

/// What one call gave: dtype, extents and elements of each tensor.
struct Result {
  struct Value {
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::vector<double> elements;
  };
  std::string call;
  std::vector<Value> values;
  /// What was thrown; empty when nothing was.
  std::string error;
};

class Recorder {
 public:
  void add(const char* call, const Tensor& t) { add_all(call, {t}); }
  void add(const char* call, const std::vector<Tensor>& list) { add_all(call, list); }
  template <class... T>
  void add(const char* call, const std::tuple<T...>& tuple) {
    add_all(call, std::apply([](const auto&... t) { return std::vector<Tensor>{t...}; }, tuple));
  }
  void add(const char* call, bool v) { add_number(call, "bool", v ? 1 : 0); }
  void add(const char* call, double v) { add_number(call, "double", v); }
  void add(const char* call, std::int64_t v) {
    add_number(call, "int64_t", static_cast<double>(v));
  }
  void add_error(const char* call, const char* what) { results_.push_back({call, {}, what}); }
  const std::vector<Result>& results() const { return results_; }

 private:
  static std::string name_of(const Tensor& t) {
    if (t.scalar_type() == torch::kFloat64) return "float64";
    if (t.scalar_type() == torch::kFloat32) return "float32";
    return t.scalar_type() == torch::kBool ? "bool" : "int64";
  }
  void add_all(const char* call, const std::vector<Tensor>& list) {
    Result r{call, {}, {}};
    for (const Tensor& t : list) {
      Result::Value v{name_of(t), {}, {}};
      for (std::int64_t d = 0; d < t.dim(); ++d) v.sizes.push_back(t.size(d));
      const Tensor flat = t.detach().to(torch::kFloat64).contiguous();
      const double* p = flat.data_ptr<double>();
      v.elements.assign(p, p + flat.numel());
      r.values.push_back(std::move(v));
    }
    results_.push_back(std::move(r));
  }
  void add_number(const char* call, const char* type, double v) {
    results_.push_back({call, {{type, {}, {v}}}, {}});
  }
  std::vector<Result> results_;
};

/// Records a call under its own text.
#define EIGENGRAD_SHOW(...)              \
  try {                                  \
    r.add(#__VA_ARGS__, __VA_ARGS__);    \
  } catch (const std::exception& e) {    \
    r.add_error(#__VA_ARGS__, e.what()); \
  }

inline Tensor f64(std::vector<double> values) { return torch::tensor(values, torch::kFloat64); }
inline Tensor i64(std::vector<std::int64_t> values) { return torch::tensor(values, torch::kInt64); }

void elementwise(Recorder& r);
void reductions(Recorder& r);
void shapes(Recorder& r);
void indexing(Recorder& r);
void products(Recorder& r);
void special(Recorder& r);
void losses(Recorder& r);
void members(Recorder& r);

/// Calls of the names of API_NAMES, by its sections.
inline std::vector<Result> all_results() {
  Recorder r;
  elementwise(r);
  reductions(r);
  shapes(r);
  indexing(r);
  products(r);
  special(r);
  losses(r);
  members(r);
  return r.results();
}

}  // namespace conformance
