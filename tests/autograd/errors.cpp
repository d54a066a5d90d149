#include "autograd/support.hpp"

/// The rows of the specification's table of errors that concern the graph: type, phrase, and that a
/// refused call has changed nothing.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(error_second_backward, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = (x * x).sum();
  y.backward();
  const Says again{"Trying to backward through the graph a second time"};
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, again);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x}), eg::GraphError, again);
  BOOST_TEST(equals(x.grad(), {2.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(error_root_not_tracked, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor c = eg::tensor({1.0});
  const Says phrase{"element 0 of tensors does not require grad and does not have a grad_fn"};
  BOOST_CHECK_EXCEPTION(c.backward(), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::grad({c}, {x}), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::backward({x * 2, c}), eg::GraphError,
                        Says{"element 1 of tensors does not require grad"});
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(error_implicit_gradient, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = x * x;
  const Says phrase{"grad can be implicitly created only for scalar outputs"};
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x}), eg::GraphError, phrase);
  BOOST_TEST(!x.grad().defined());
  y.backward(eg::ones({2}));
  BOOST_TEST(equals(x.grad(), {2.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(error_gradient_shape, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = x * x;
  const Says phrase{"expected shape compatible with"};
  BOOST_CHECK_EXCEPTION(y.backward(eg::ones({3})), eg::ShapeError, phrase);
  BOOST_CHECK_EXCEPTION(y.backward(eg::ones({})), eg::ShapeError, phrase);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x}, {eg::ones({2, 1})}), eg::ShapeError, phrase);
  BOOST_TEST(!x.grad().defined());
  y.backward(eg::ones({2}));
  BOOST_TEST(equals(x.grad(), {2.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(error_numbers_of_roots_and_gradients, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor y = x * x;
  const Says phrase{"got 2 tensors and 1 gradients"};
  BOOST_CHECK_EXCEPTION(ag::backward({y, y}, {eg::ones({1})}), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::grad({y, y}, {x}, {eg::ones({1})}), eg::GraphError, phrase);
  y.backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(error_unused_input, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor z = eg::tensor({1.0}, tracked);
  const Tensor y = x * x;
  const Says phrase{"Set allow_unused=True"};
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {z}), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x, z}), eg::GraphError, phrase);
  // The refused calls have released nothing.
  BOOST_TEST(equals(ag::grad({y}, {x})[0], {6.0}));
}

BOOST_FIXTURE_TEST_CASE(error_untracked_input, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor c = eg::tensor({1.0});
  const Tensor y = x * x;
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {c}), eg::GraphError, Says{"does not require grad"});
  BOOST_CHECK_EXCEPTION(ag::backward({y}, {}, eg::nullopt, false, {c}), eg::GraphError,
                        Says{"does not require grad"});
  y.backward();
  BOOST_TEST(equals(x.grad(), {6.0}));
}

BOOST_FIXTURE_TEST_CASE(error_no_inputs, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor y = x * x;
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {}), eg::ValueError, Says{"grad requires non-empty inputs"});
  BOOST_CHECK_EXCEPTION(y.backward({}, eg::nullopt, false, eg::TensorList()), eg::GraphError,
                        Says{"empty"});
  y.backward();
  BOOST_TEST(equals(x.grad(), {6.0}));
}

BOOST_FIXTURE_TEST_CASE(error_in_place_on_leaf, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Snapshot before(x);
  const Says phrase{"a leaf Variable that requires grad is being used in an in-place operation"};
  BOOST_CHECK_EXCEPTION(x.add_(1), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.mul_(x), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.exp_(), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.zero_(), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.fill_(1.0), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.copy_(eg::ones({2})), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(x.unsqueeze_(0), eg::GraphError, Says{"leaf Variable that requires grad"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(error_in_place_on_view_of_leaf, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor v = x.slice(0, 0, 1);
  const Snapshot whole(x);
  const Snapshot part(v);
  const Says phrase{"a view of a leaf Variable that requires grad"};
  BOOST_CHECK_EXCEPTION(v.add_(1), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(v.copy_(eg::ones({1})), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(v.zero_(), eg::GraphError, phrase);
  BOOST_TEST(whole.unchanged());
  BOOST_TEST(part.unchanged());
}

BOOST_FIXTURE_TEST_CASE(error_in_place_on_expanded, Balanced) {
  const Says phrase{
      "more than one element of the written-to tensor refers to a single memory location"};
  const Tensor x = eg::tensor({1.0}, tracked);
  Tensor y = (x * 1).expand({3});
  const Snapshot before(y);
  BOOST_CHECK_EXCEPTION(y.add_(1), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(y.zero_(), eg::GraphError, phrase);
  BOOST_TEST(before.unchanged());

  Tensor plain = eg::ones({3, 1}).expand({3, 2});
  BOOST_CHECK_EXCEPTION(plain.mul_(2), eg::GraphError, phrase);
  const eg::NoGradGuard off;
  BOOST_CHECK_EXCEPTION(plain.copy_(eg::zeros({3, 2})), eg::GraphError, phrase);
  BOOST_TEST(equals(plain, eg::ones({3, 2})));
}

BOOST_FIXTURE_TEST_CASE(error_in_place_result_would_grow, Balanced) {
  Tensor y = eg::tensor({1.0, 2.0}, tracked) * 1;
  const Snapshot before(y);
  const Says phrase{"doesn't match the broadcast shape"};
  BOOST_CHECK_EXCEPTION(y.add_(eg::ones({3, 2})), eg::ShapeError, phrase);
  BOOST_CHECK_EXCEPTION(y.mul_(eg::ones({1, 2})), eg::ShapeError, phrase);
  BOOST_CHECK_EXCEPTION(y.copy_(eg::ones({3, 2})), eg::ShapeError, phrase);
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(error_in_place_result_type, Balanced) {
  Tensor n = eg::tensor({1, 2});
  const Snapshot before(n);
  const Says phrase{"can't be cast to"};
  BOOST_CHECK_EXCEPTION(n.add_(eg::ones({2})), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(n.mul_(0.5), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(n.div_(2), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(n.exp_(), eg::DtypeError, phrase);
  BOOST_TEST(before.unchanged());
  Tensor m = eg::tensor({true, false});
  BOOST_CHECK_EXCEPTION(m.add_(eg::tensor({1, 2})), eg::DtypeError, phrase);
  BOOST_TEST(equals(m, eg::tensor({true, false})));
}

BOOST_FIXTURE_TEST_CASE(error_saved_input_modified, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  Tensor a = x * 2;
  const Tensor y = (a * x).sum();
  a.add_(1);
  a.add_(1);
  const auto complete = [](const eg::GraphError& e) {
    bool all = true;
    for (const char* part : {"modified by an inplace operation", "float64", "[2, 2]",
                             "MulBackward0", "at version 2", "expected version 0"})
      all = Says{part}(e) && all;
    return all;
  };
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, complete);
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(error_saved_output_modified, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad().dtype(eg::kFloat32));
  Tensor y = x.exp();
  y.add_(1);
  const auto complete = [](const eg::GraphError& e) {
    bool all = true;
    for (const char* part : {"modified by an inplace operation", "float32", "[2]",
                             "output 0 of ExpBackward0", "at version 1", "expected version 0"})
      all = Says{part}(e) && all;
    return all;
  };
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError, complete);
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(error_in_place_on_one_of_several_views, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  const Tensor y = x * 1;
  const Snapshot before(y);
  const Says phrase{"returns multiple views"};
  BOOST_CHECK_EXCEPTION(y.unbind()[0].mul_(2), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(y.split(1)[1].zero_(), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(y.chunk(2)[1].copy_(eg::ones({1, 2})), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(y.unbind()[0].slice(0, 0, 1).mul_(2), eg::GraphError, phrase);
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(error_in_place_on_view_made_under_no_grad, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = x * 1;
  Tensor v;
  {
    const eg::NoGradGuard off;
    v = y.slice(0, 0, 1);
  }
  const Snapshot before(y);
  const Says phrase{"created in no_grad mode"};
  BOOST_CHECK_EXCEPTION(v.mul_(2), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(v.zero_(), eg::GraphError, phrase);
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(error_untracking_a_result, Balanced) {
  const Tensor y = eg::tensor({1.0}, tracked) * 2;
  BOOST_CHECK_EXCEPTION(y.requires_grad_(false), eg::GraphError,
                        Says{"you can only change requires_grad flags of leaf variables"});
  BOOST_TEST(y.requires_grad());
  BOOST_TEST(name_of(y) == "MulBackward0");
}

BOOST_FIXTURE_TEST_CASE(error_integers_asked_to_require_grad, Balanced) {
  const Says phrase{"floating point"};
  const Tensor n = eg::tensor({1, 2});
  const Tensor m = eg::tensor({true});
  BOOST_CHECK_EXCEPTION(n.requires_grad_(), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(m.requires_grad_(), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(m.set_requires_grad(true), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(eg::tensor({1, 2}, tracked), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(eg::zeros({2}, tracked.dtype(eg::kInt64)), eg::DtypeError, phrase);
  BOOST_CHECK_EXCEPTION(eg::ones_like(m, tracked), eg::DtypeError, phrase);
  BOOST_TEST(!n.requires_grad());
  BOOST_TEST(!m.requires_grad());
}

BOOST_FIXTURE_TEST_CASE(error_retain_grad_of_untracked, Balanced) {
  const Tensor c = eg::tensor({1.0});
  BOOST_CHECK_EXCEPTION(c.retain_grad(), eg::GraphError, Says{"can't retain_grad"});
  BOOST_TEST(!c.retains_grad());
}

BOOST_FIXTURE_TEST_CASE(error_assigning_grad, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  x.mutable_grad() = eg::tensor({7.0, 8.0});
  BOOST_CHECK_EXCEPTION(x.mutable_grad() = eg::ones({3}), eg::ShapeError, Says{"different size"});
  BOOST_CHECK_EXCEPTION(x.mutable_grad() = eg::ones({1, 2}), eg::ShapeError,
                        Says{"different size"});
  BOOST_CHECK_EXCEPTION(x.mutable_grad() = eg::ones({2}, eg::kFloat32), eg::DtypeError,
                        Says{"different type"});
  BOOST_CHECK_EXCEPTION(x.mutable_grad() = x, eg::GraphError, Says{"its own grad"});
  BOOST_TEST(equals(x.grad(), {7.0, 8.0}));
}

BOOST_FIXTURE_TEST_CASE(error_forward_mode_outside_a_level, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0});
  const Says phrase{"no level exists"};
  BOOST_CHECK_EXCEPTION(ag::make_dual(x, eg::ones({2})), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(ag::unpack_dual(x), eg::GraphError, phrase);
}

BOOST_FIXTURE_TEST_CASE(error_tangent_of_another_shape, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0});
  const ag::DualLevel level;
  BOOST_CHECK_EXCEPTION(ag::make_dual(x, eg::ones({3})), eg::ShapeError, Says{"different size"});
  BOOST_CHECK_EXCEPTION(ag::make_dual(x, eg::ones({2}, eg::kFloat32)), eg::DtypeError,
                        Says{"dtype"});
  BOOST_CHECK_THROW(ag::DualLevel(), eg::GraphError);
  BOOST_TEST(!ag::unpack_dual(x).tangent.defined());
}

BOOST_FIXTURE_TEST_CASE(error_messages_name_the_operator, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  BOOST_CHECK_EXCEPTION(x.add_(1), eg::Error, Says{"[add"});
  BOOST_CHECK_EXCEPTION(x.copy_(x), eg::Error, Says{"[copy_]"});
  BOOST_CHECK_EXCEPTION((x * 1).backward(), eg::Error, Says{"[backward]"});
  BOOST_CHECK_EXCEPTION(ag::grad({x * 1}, {x}), eg::Error, Says{"[grad]"});
}

}  // namespace autograd_test
