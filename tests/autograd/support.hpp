#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eigengrad/eigengrad.hpp"
#include "support/alive.hpp"
#include "support/says.hpp"

namespace autograd_test {

namespace eg = eigengrad;
namespace ag = eigengrad::autograd;
using ag::variable_list;
using boost::test_tools::assertion_result;
using eg::Tensor;

inline const eg::TensorOptions tracked = eg::requires_grad();

/// The elements in row-major order, as doubles.
inline std::vector<double> values(const Tensor& t) {
  const Tensor flat = t.detach().to(eg::kFloat64).contiguous();
  const double* p = flat.data_ptr<double>();
  return {p, p + flat.numel()};
}

inline bool same_element(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

/// Whether shape, dtype and all elements agree; says what differs.
inline assertion_result equals(const Tensor& got, const Tensor& want, double tolerance = 0) {
  assertion_result no(false);
  if (!got.defined()) {
    no.message() << "got an undefined tensor, want " << want;
    return no;
  }
  bool same = got.sizes() == want.sizes() && got.dtype() == want.dtype();
  if (same) {
    const std::vector<double> a = values(got);
    const std::vector<double> b = values(want);
    for (std::size_t i = 0; i < a.size(); ++i) same = same && same_element(a[i], b[i], tolerance);
  }
  if (same) return true;
  no.message() << "got " << got.detach() << ", want " << want.detach();
  return no;
}
/// The same with the elements written out; their dtype is that of `got`.
inline assertion_result equals(const Tensor& got,
                               std::initializer_list<eg::detail::NestedList> want,
                               double tolerance = 0) {
  return equals(got, eg::tensor(want, got.defined() ? got.dtype() : eg::kFloat64), tolerance);
}
/// The same for a tensor without dimensions. A template, so that braces mean the one above.
template <class Number>
requires std::is_arithmetic_v<Number> assertion_result equals(const Tensor& got, Number want,
                                                              double tolerance = 0) {
  return equals(got, eg::tensor(want, got.defined() ? got.dtype() : eg::kFloat64), tolerance);
}
/// For comparisons of results of exp, sin and the like.
inline constexpr double kClose = 1e-14;

inline std::string name_of(const Tensor& t) {
  const auto node = t.grad_fn();
  return node != nullptr ? node->name() : "none";
}

inline std::string text(const Tensor& t) {
  std::ostringstream os;
  os << t;
  return os.str();
}

/// Everything that a refused call must leave alone.
class Snapshot {
 public:
  explicit Snapshot(const Tensor& t)
      : tensor_(t),
        elements_(values(t)),
        sizes_(t.sizes().vec()),
        strides_(t.strides().vec()),
        version_(t.is_inference() ? 0 : t._version()),
        node_(t.grad_fn()),
        requires_grad_(t.requires_grad()) {}
  assertion_result unchanged() const {
    assertion_result no(false);
    if (tensor_.sizes() != eg::IntArrayRef(sizes_) ||
        tensor_.strides() != eg::IntArrayRef(strides_))
      no.message() << "the geometry changed";
    else if (values(tensor_) != elements_)
      no.message() << "the elements changed to " << tensor_.detach();
    else if (!tensor_.is_inference() && tensor_._version() != version_)
      no.message() << "the version went from " << version_ << " to " << tensor_._version();
    else if (tensor_.grad_fn() != node_ || tensor_.requires_grad() != requires_grad_)
      no.message() << "the history changed";
    else
      return true;
    return no;
  }

 private:
  Tensor tensor_;
  std::vector<double> elements_;
  std::vector<std::int64_t> sizes_;
  std::vector<std::int64_t> strides_;
  std::int64_t version_;
  std::shared_ptr<ag::Node> node_;
  bool requires_grad_;
};

using support::Alive;

/// Fixture: at the end of a case everything that it made is gone, and the modes of the thread are as
/// they were.
struct Balanced {
  Alive at_start;
  ~Balanced() {
    BOOST_TEST(Alive() == at_start);
    BOOST_TEST(eg::GradMode::is_enabled());
    BOOST_TEST(!eg::InferenceMode::is_enabled());
    BOOST_TEST(!ag::DualLevel::is_open());
  }
};

/// Collects warnings during its life.
class Warnings {
 public:
  Warnings() : previous_(eg::set_warning_handler(&collect)) { seen().clear(); }
  ~Warnings() { eg::set_warning_handler(previous_); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;
  static std::vector<std::string>& seen() {
    static std::vector<std::string> list;
    return list;
  }

 private:
  static void collect(std::string_view message) { seen().emplace_back(message); }
  eg::WarningHandler previous_;
};

/// A node of the test's own with one input, so that a test sees when and with what it is called.
class Probe final : public ag::Node {
 public:
  using Body = std::function<void(ag::BackwardCall&)>;
  Probe(const Tensor& x, Body body)
      : Node(&edge_, 1, 1), edge_(ag::gradient_edge(x)), body_(std::move(body)) {
    enter_sequence();
  }
  std::string name() const override { return "Probe"; }
  void backward(ag::BackwardCall& call) override { body_(call); }

 private:
  ag::Edge edge_;
  Body body_;
};

/// A copy of x whose gradient passes through `body`.
inline Tensor probed(const Tensor& x, Probe::Body body) {
  Tensor y = x.detach().clone();
  y.impl()->set_history(std::make_shared<Probe>(x, std::move(body)), 0);
  return y;
}
/// The usual body: passes the gradient on after calling `f` with it.
template <class F>
Probe::Body passing(F f) {
  return [f](ag::BackwardCall& call) {
    f(call.grads[0]);
    call.results[0] = call.grads[0];
  };
}

}  // namespace autograd_test
