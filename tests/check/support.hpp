#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>

#include "eigengrad/eigengrad.hpp"
#include "support/throws.hpp"

namespace check_test {

namespace eg = eigengrad;

using support::check_throws;
using support::message_of;

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
