#include <thread>

#include "autograd/support.hpp"

/// Section L of the specification: anomaly mode, and the labels of Scope.
namespace autograd_test {
namespace {

/// The square root at 0, whose slope is infinite, times 0.
Tensor nan_gradient(const Tensor& x) { return (x.sqrt() * 0).sum(); }

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string message_of_backward(const Tensor& y) {
  try {
    y.backward();
  } catch (const eg::GraphError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(L1_nan_names_node_output_shapes_label_and_call, Balanced) {
  const ag::DetectAnomalyGuard guard;
  const Tensor x = eg::zeros({2, 3}, tracked);
  Tensor y;
  {
    const eg::Scope training("training");
    const eg::Scope loss("loss");
    y = nan_gradient(x);
  }
  const std::string message = message_of_backward(y);
  BOOST_TEST_INFO("message: " << message);
  BOOST_TEST(contains(message, "'SqrtBackward0' returned nan values in its 0th output"));
  BOOST_TEST(contains(message, "of shape [2, 3]"));
  BOOST_TEST(contains(message, "in scope \"training/loss\""));
  BOOST_TEST(contains(message, "anomaly.cpp:"));
  BOOST_TEST(contains(message, ", by\n"));
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(L1_mode_is_scoped_and_nests, Balanced) {
  using ag::AnomalyMode;
  BOOST_TEST(!AnomalyMode::is_enabled());
  {
    const ag::DetectAnomalyGuard outer;
    BOOST_TEST(AnomalyMode::is_enabled());
    BOOST_TEST(AnomalyMode::should_check_nan());
    {
      const ag::DetectAnomalyGuard inner(false);
      BOOST_TEST(AnomalyMode::is_enabled());
      BOOST_TEST(!AnomalyMode::should_check_nan());
    }
    BOOST_TEST(AnomalyMode::should_check_nan());
    BOOST_CHECK_THROW(nan_gradient(eg::zeros({2}, tracked)).backward(), eg::GraphError);
  }
  BOOST_TEST(!AnomalyMode::is_enabled());
  const Tensor x = eg::zeros({1}, tracked);
  nan_gradient(x).backward();
  BOOST_TEST(equals(x.grad(), {std::nan("")}));
}

BOOST_FIXTURE_TEST_CASE(L1_without_the_check, Balanced) {
  const ag::DetectAnomalyGuard guard(false);
  const Tensor x = eg::zeros({1}, tracked);
  nan_gradient(x).backward();
  BOOST_TEST(equals(x.grad(), {std::nan("")}));
}

BOOST_FIXTURE_TEST_CASE(L1_infinity_when_asked_for, Balanced) {
  const Tensor x = eg::zeros({1}, tracked);
  {
    const ag::DetectAnomalyGuard guard;
    x.sqrt().backward();
    BOOST_TEST(equals(x.grad(), {std::numeric_limits<double>::infinity()}));
  }
  const ag::DetectAnomalyGuard guard(true, true);
  BOOST_CHECK_EXCEPTION(x.sqrt().backward(), eg::GraphError,
                        Says{"'SqrtBackward0' returned infinite values in its 0th output"});
}

BOOST_FIXTURE_TEST_CASE(L1_other_threads_are_not_watched, Balanced) {
  const ag::DetectAnomalyGuard guard;
  bool watched = true;
  std::thread([&] { watched = ag::AnomalyMode::is_enabled(); }).join();
  BOOST_TEST(!watched);
}

BOOST_FIXTURE_TEST_CASE(L1_gradients_of_parts_are_seen, Balanced) {
  const ag::DetectAnomalyGuard guard;
  const Tensor x = eg::zeros({3}, tracked);
  BOOST_CHECK_EXCEPTION(nan_gradient(x[1]).backward(), eg::GraphError, Says{"SqrtBackward0"});
  const Tensor y = x[1] * 2;
  y.backward();
  BOOST_TEST(equals(x.grad(), {0.0, 2.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(L2_exceptions_are_reported_with_the_forward_call, Balanced) {
  const ag::DetectAnomalyGuard guard;
  const Warnings warnings;
  const Tensor x = eg::tensor({2.0}, tracked);
  const eg::Scope scope("model");
  const Tensor y = probed(x * 2, [](ag::BackwardCall&) { throw std::domain_error("in backward"); });
  BOOST_CHECK_EXCEPTION(y.backward(), std::domain_error, Says{"in backward"});
  BOOST_TEST_REQUIRE(Warnings::seen().size() == 1u);
  BOOST_TEST(contains(Warnings::seen()[0], "Error detected in Probe"));
  BOOST_TEST(contains(Warnings::seen()[0], "in scope \"model\""));
}

BOOST_FIXTURE_TEST_CASE(L2_without_information_from_the_forward_pass, Balanced) {
  const Warnings warnings;
  const Tensor x = eg::zeros({1}, tracked);
  const Tensor y = nan_gradient(x);
  const Tensor z = probed(x, [](ag::BackwardCall&) { throw std::domain_error("in backward"); });
  const ag::DetectAnomalyGuard guard;
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        Says{"No forward pass information available for SqrtBackward0"});
  BOOST_CHECK_THROW(z.backward(), std::domain_error);
  BOOST_TEST_REQUIRE(Warnings::seen().size() == 1u);
  BOOST_TEST(contains(Warnings::seen()[0], "No forward pass information"));
}

BOOST_FIXTURE_TEST_CASE(L2_parents_are_named_in_second_order, Balanced) {
  const ag::DetectAnomalyGuard guard;
  const Tensor x = eg::tensor({0.0}, tracked);
  Tensor y;
  {
    const eg::Scope scope("power");
    y = (x + 0).pow(1.5);
  }
  // The slope 1.5 x^0.5 is fine at 0, its own slope is not.
  const Tensor g = ag::grad({y.sum()}, {x}, {.create_graph = true})[0];
  const std::string message = message_of_backward((g * 0).sum());
  BOOST_TEST_INFO("message: " << message);
  BOOST_TEST(contains(message, "returned nan values"));
  BOOST_TEST(contains(message, "in the backward pass of PowBackward"));
  BOOST_TEST(contains(message, "in scope \"power\""));
}

BOOST_FIXTURE_TEST_CASE(L3_annotations_make_no_cycles, Balanced) {
  const ag::DetectAnomalyGuard guard;
  const Tensor x = eg::tensor({2.0}, tracked);
  for (int i = 0; i < 3; ++i) {
    const eg::Scope scope("step");
    Tensor y = x.exp() * x;
    y.backward({}, true, true);
    Tensor g = x.grad();
    x.mutable_grad().reset();
    g.backward();
  }
}

BOOST_FIXTURE_TEST_CASE(L1_scopes_without_anomaly_mode_change_nothing, Balanced) {
  const eg::Scope scope("outer");
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor y = x * x;
  y.backward();
  BOOST_TEST(equals(x.grad(), {4.0}));
}

}  // namespace autograd_test
