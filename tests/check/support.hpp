#pragma once

#include <boost/test/unit_test.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "eigengrad/eigengrad.hpp"

namespace check_test {

namespace eg = eigengrad;

/// The message of the E that `f` throws; any other outcome gives a text that no test expects.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
  return "nothing was thrown";
}

/// Checks that `f` throws E with `part` in the message and leaves no state of autograd behind.
template <class E, class F>
void check_throws(const std::string& part, F&& f) {
  const std::string message = message_of<E>(f);
  BOOST_TEST_INFO("message: " << message);
  BOOST_TEST(message.find(part) != std::string::npos);
  BOOST_TEST(eg::GradMode::is_enabled());
  BOOST_TEST(!eg::autograd::DualLevel::is_open());
}

/// Gradient of the input from that of the output, by hand.
using Rule = std::function<eg::Tensor(const eg::Tensor& g)>;

class HandWritten final : public eg::autograd::Node {
 public:
  HandWritten(const eg::Tensor& x, Rule rule)
      : Node(&edge_, 1, 1), edge_(eg::autograd::gradient_edge(x)), rule_(std::move(rule)) {
    enter_sequence();
  }
  std::string name() const override { return "HandWrittenBackward"; }
  void backward(eg::autograd::BackwardCall& call) override {
    call.results[0] = rule_(call.grads[0]);
  }

 private:
  eg::autograd::Edge edge_;
  Rule rule_;
};

/// `y`, computed from `x` somehow, with a derivative of one's own.
inline eg::Tensor with_rule(const eg::Tensor& x, const eg::Tensor& y, Rule rule) {
  eg::Tensor out = y.detach();
  if (eg::GradMode::is_enabled() && x.requires_grad())
    out.impl()->set_history(std::make_shared<HandWritten>(x, std::move(rule)), 0);
  return out;
}

/// Value 2 x, derivative 3.
inline eg::Tensor wrong(const eg::Tensor& x) { return x.detach() * 2 + (x - x.detach()) * 3; }

inline eg::Tensor tracked(eg::Tensor x) {
  x.requires_grad_();
  return x;
}

}  // namespace check_test
