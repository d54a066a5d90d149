#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "autograd/support.hpp"

/// Section T of the specification, and what nodes show of the values that they saved (A14).
namespace autograd_test {
namespace {

using ag::SavedTensorHooks;

const auto same = [](const Tensor& t) { return t; };
const auto twice = [](const Tensor& t) { return t * 2; };

/// Hooks that keep values as they are and count their calls.
struct Counting {
  int packed = 0;
  int unpacked = 0;
  SavedTensorHooks hooks{[this](const Tensor& t) {
                           ++packed;
                           return t;
                         },
                         [this](const Tensor& t) {
                           ++unpacked;
                           return t;
                         }};
};

/// A function that uses every kind of node that saves something.
Tensor many_kinds(const Tensor& x) {
  const Tensor a = (x.exp() * x + x.tanh() / x).matmul(x.t());
  const Tensor b = eg::where(a > 1, a, a.pow(2)).cumprod(0);
  return (b.softmax(1).logsumexp(0) + a.max() * a.prod(0)).sum();
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(T1_once_for_each_saved_tensor, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Counting count;
  const Tensor y = x * x;
  BOOST_TEST(count.packed == 2);
  const Tensor z = y + x;  // saves nothing
  BOOST_TEST(count.packed == 2);
  const Tensor w = z.exp();  // saves its output
  BOOST_TEST(count.packed == 3);
  const eg::NoGradGuard off;
  BOOST_TEST((x * x).is_leaf());
  BOOST_TEST(count.packed == 3);
  BOOST_TEST(count.unpacked == 0);
  w.backward(eg::ones({2}));
  BOOST_TEST(count.unpacked == 3);
  BOOST_TEST(equals(x.grad(), (x * x + x).exp().detach() * (2 * x.detach() + 1), kClose));
}

BOOST_FIXTURE_TEST_CASE(T1_values_pass_through_both_hooks, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor y;
  {
    const SavedTensorHooks hooks(twice, [](const Tensor& t) { return t * 3; });
    y = x * x;
  }
  // The hooks of a node outlive the guard, and those set later do not matter.
  const SavedTensorHooks later(same, twice);
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), {12.0, 24.0}));
}

BOOST_FIXTURE_TEST_CASE(T1_inner_hooks_win, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const SavedTensorHooks outer(twice, same);
  const Tensor a = x.pow(2);
  Tensor b;
  {
    const SavedTensorHooks inner([](const Tensor& t) { return t * 10; }, same);
    b = x.pow(2);
  }
  const Tensor c = x.pow(2);
  BOOST_TEST(equals(ag::grad({a.sum()}, {x})[0], {4.0, 8.0}));
  BOOST_TEST(equals(ag::grad({b.sum()}, {x})[0], {20.0, 40.0}));
  BOOST_TEST(equals(ag::grad({c.sum()}, {x})[0], {4.0, 8.0}));
}

BOOST_FIXTURE_TEST_CASE(T1_in_double_backward, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0, -3.0}, tracked);
  const auto second = [&](bool first_hooked, bool second_hooked) {
    Tensor y;
    if (first_hooked) {
      const SavedTensorHooks hooks(twice, same);
      y = x.pow(3).sum();
    } else {
      y = x.pow(3).sum();
    }
    if (!second_hooked) return ag::grad({ag::grad({y}, {x}, {}, {}, true)[0].sum()}, {x})[0];
    const SavedTensorHooks hooks(twice, same);
    return ag::grad({ag::grad({y}, {x}, {}, {}, true)[0].sum()}, {x})[0];
  };
  const Tensor a = x.detach();
  BOOST_TEST(equals(second(false, false), 6 * a));
  BOOST_TEST(equals(second(true, false), 6 * 2 * a));
  BOOST_TEST(equals(second(false, true), 6 * 4 * a));
  BOOST_TEST(equals(second(true, true), 6 * 8 * a));
}

BOOST_FIXTURE_TEST_CASE(T1_higher_orders_with_packed_values, Balanced) {
  const Tensor x = eg::rand({3, 3}) + 0.5;
  x.requires_grad_();
  const auto orders = [&] {
    const Tensor g = ag::grad({many_kinds(x)}, {x}, {}, {}, true)[0];
    const Tensor h = ag::grad({(g * g).sum()}, {x}, {}, {}, true)[0];
    return variable_list{g.detach(), h.detach(), ag::grad({h.sum()}, {x})[0]};
  };
  const variable_list want = orders();
  const Counting count;
  const variable_list got = orders();
  BOOST_TEST(count.packed > 50);
  for (std::size_t k = 0; k < want.size(); ++k) BOOST_TEST(equals(got[k], want[k], 1e-12));
}

BOOST_FIXTURE_TEST_CASE(T1_first_order_is_bitwise_the_same, Balanced) {
  const Tensor x = eg::rand({3, 3}) + 0.5;
  x.requires_grad_();
  const Tensor want = ag::grad({many_kinds(x)}, {x})[0];
  const Counting count;
  BOOST_TEST(equals(ag::grad({many_kinds(x)}, {x})[0], want));
  BOOST_TEST(count.unpacked > 10);
}

BOOST_FIXTURE_TEST_CASE(T1_outputs_are_packed_once_they_are_computed, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  std::vector<double> seen;
  const SavedTensorHooks hooks(
      [&](const Tensor& t) {
        const std::vector<double> v = values(t);
        seen.insert(seen.end(), v.begin(), v.end());
        return t;
      },
      same);
  // The sum is a temporary, whose buffer exp() might otherwise write to.
  const Tensor y = (x + 1).exp();
  BOOST_TEST(seen == values(y));
  Tensor z = x + 1;
  z.exp_();
  BOOST_TEST(std::vector<double>(seen.begin() + 2, seen.end()) == values(z));
}

BOOST_FIXTURE_TEST_CASE(T1_any_type_may_be_packed, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  std::vector<Tensor> kept;
  Tensor y;
  {
    const SavedTensorHooks hooks(
        [&](const Tensor& t) {
          kept.push_back(t.clone());
          return kept.size() - 1;
        },
        [&](std::size_t place) { return kept[place]; });
    y = (x * x * x).sum();
  }
  BOOST_TEST(kept.size() == 4u);
  y.backward();
  BOOST_TEST(equals(x.grad(), {3.0, 12.0}));
}

BOOST_FIXTURE_TEST_CASE(T1_hooks_are_not_applied_to_what_hooks_compute, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor w = eg::tensor({1.0, 1.0}, tracked);
  int calls = 0;
  const SavedTensorHooks hooks(
      [&](const Tensor& t) {
        ++calls;
        BOOST_TEST(!eg::GradMode::is_enabled());
        BOOST_TEST(t.is_leaf());
        const eg::AutoGradMode on(true);
        return t * (w * w);
      },
      [&](const Tensor& t) {
        BOOST_TEST(!eg::GradMode::is_enabled());
        return t * w;
      });
  const Tensor y = x * x;
  BOOST_TEST(calls == 2);
  const Tensor g = ag::grad({y.sum()}, {x}, {}, {}, true)[0];
  // Two factors of two values: the history is that of what was saved, not that of the hooks.
  BOOST_TEST(equals(g, {2.0, 4.0}));
  BOOST_TEST(!ag::grad({g.sum()}, {w}, {}, {}, false, /*allow_unused=*/true)[0].defined());
}

BOOST_FIXTURE_TEST_CASE(T1_A14_values_of_custom_functions, Balanced) {
  struct Cube : ag::Function<Cube> {
    static Tensor forward(ag::AutogradContext* ctx, const Tensor& x) {
      const Tensor y = x.pow(3);
      ctx->save_for_backward({x, y});
      return y;
    }
    static variable_list backward(ag::AutogradContext* ctx, variable_list grads) {
      const variable_list saved = ctx->get_saved_variables();
      return {grads[0] * 3 * saved[1] / saved[0]};
    }
  };
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor y;
  {
    const Counting count;
    y = Cube::apply(x);
    BOOST_TEST(count.packed == 2);
    const Tensor g = ag::grad({y.sum()}, {x}, {}, {}, true)[0];
    BOOST_TEST(equals(g, {3.0, 12.0}));
    BOOST_TEST(equals(ag::grad({g.sum()}, {x}, {}, true)[0], {6.0, 12.0}));
    const variable_list saved = y.grad_fn()->saved_variables();
    BOOST_TEST(saved.size() == 2u);
    BOOST_TEST(equals(saved[1], {1.0, 8.0}));
    y.sum().backward();
  }
  BOOST_CHECK_EXCEPTION(y.grad_fn()->saved_variables(), eg::GraphError,
                        Says{"Trying to backward through the graph a second time"});
}

BOOST_FIXTURE_TEST_CASE(T1_forward_mode_over_packed_values, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor v = eg::tensor({1.0, -1.0});
  const auto product = [&] {
    const ag::DualLevel level;
    const Tensor dual = ag::make_dual(x, v);
    const Tensor y = (dual.exp() * dual).sum();
    return ag::unpack_dual(ag::grad({y}, {dual})[0]).tangent.detach().clone();
  };
  const Tensor want = product();
  Counting count;
  BOOST_TEST(equals(product(), want));
  BOOST_TEST(count.unpacked == 3);
}

BOOST_FIXTURE_TEST_CASE(T2_pack_hook_that_writes_to_its_argument, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const SavedTensorHooks hooks([](Tensor t) { return t.mul_(2); }, same);
  BOOST_CHECK_EXCEPTION(x * x, eg::GraphError,
                        Says{"[saved_tensor_hooks] a pack hook is modifying its input in place"});
  BOOST_TEST(ag::Node::live_count() == at_start.nodes);
}

BOOST_FIXTURE_TEST_CASE(T2_unsuitable_unpacked_values, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const auto unpacks = [&](auto unpack) {
    const SavedTensorHooks hooks(same, unpack);
    return (x * x).sum();
  };
  BOOST_CHECK_EXCEPTION(unpacks([](const Tensor&) { return Tensor(); }).backward(), eg::GraphError,
                        Says{"[MulBackward0] an unpack hook has returned an undefined tensor"});
  BOOST_CHECK_EXCEPTION(unpacks([](const Tensor& t) { return t.sum(); }).backward(), eg::ShapeError,
                        Says{"an unpack hook has returned a tensor of shape [] for one of shape "
                             "[2]"});
  BOOST_CHECK_EXCEPTION(unpacks([](const Tensor& t) { return t.to(eg::kFloat32); }).backward(),
                        eg::DtypeError,
                        Says{"an unpack hook has returned a float32 tensor for one of float64"});
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(T2_what_hooks_throw_passes_through, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Alive before;
  {
    const SavedTensorHooks hooks([](const Tensor&) -> int { throw std::out_of_range("pack"); },
                                 [&](int) { return x; });
    BOOST_CHECK_THROW(x.exp(), std::out_of_range);
    BOOST_CHECK_THROW(x.matmul(x), std::out_of_range);
    BOOST_CHECK_THROW(x.prod(), std::out_of_range);
  }
  BOOST_TEST(Alive() == before);
  const SavedTensorHooks hooks(same,
                               [](const Tensor&) -> Tensor { throw std::out_of_range("unpack"); });
  BOOST_CHECK_THROW(x.exp().sum().backward(), std::out_of_range);
  BOOST_CHECK_THROW(x.matmul(x).backward(), std::out_of_range);
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(T2_hooks_of_one_value, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = x * x;
  ag::Node& node = *y.grad_fn();
  ag::register_saved_tensor_hooks(node, 0, twice, same);
  BOOST_CHECK_EXCEPTION(ag::register_saved_tensor_hooks(node, 0, twice, same), eg::GraphError,
                        Says{"the hooks of a saved tensor have already been set"});
  BOOST_CHECK_EXCEPTION(ag::register_saved_tensor_hooks(node, 2, twice, same), eg::IndexError,
                        Says{"value 2 of MulBackward0 is out of range: the node saved 2"});
  y.sum().backward();
  // The gradient through the second factor is twice the first.
  BOOST_TEST(equals(x.grad(), {3.0, 6.0}));
  BOOST_CHECK_EXCEPTION(ag::register_saved_tensor_hooks(node, 1, twice, same), eg::GraphError,
                        Says{"Trying to backward through the graph a second time"});
}

BOOST_FIXTURE_TEST_CASE(T3_disabled, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  {
    const ag::DisableSavedTensorHooks outer("not here");
    {
      const ag::DisableSavedTensorHooks inner("nor there");
      BOOST_CHECK_EXCEPTION(SavedTensorHooks(same, same), eg::GraphError, Says{"nor there"});
    }
    BOOST_CHECK_EXCEPTION(SavedTensorHooks(same, same), eg::GraphError, Says{"not here"});
    x.exp().sum().backward();
  }
  const SavedTensorHooks allowed(same, same);
  BOOST_CHECK_EXCEPTION(ag::DisableSavedTensorHooks("too late"), eg::GraphError, Says{"too late"});
  x.exp().sum().backward();
  BOOST_TEST(equals(x.grad(), 2 * x.detach().exp(), kClose));
}

BOOST_FIXTURE_TEST_CASE(T4_save_in_float32, Balanced) {
  const Tensor x = eg::rand({100}) + 0.5;
  x.requires_grad_();
  const auto loss = [&] { return (x.log() * x).sin().sum(); };
  const Tensor want = ag::grad({loss()}, {x})[0];
  const SavedTensorHooks hooks([](const Tensor& t) { return t.to(eg::kFloat32); },
                               [](const Tensor& t) { return t.to(eg::kFloat64); });
  const Tensor got = ag::grad({loss()}, {x})[0];
  BOOST_TEST(equals(got, want, 1e-6));
  BOOST_TEST(!equals(got, want, 1e-12));
}

BOOST_FIXTURE_TEST_CASE(T4_save_to_disk, Balanced) {
  /// Owns a file, which goes with the node that the value was saved for.
  struct File {
    explicit File(const Tensor& t) : sizes(t.sizes().vec()), handle(std::tmpfile()) {
      if (handle == nullptr) throw std::runtime_error("no temporary file");
      ++open();
      const Tensor dense = t.contiguous();
      const auto n = static_cast<std::size_t>(dense.numel());
      if (std::fwrite(dense.data_ptr<double>(), sizeof(double), n, handle) != n)
        throw std::runtime_error("cannot write");
    }
    File(File&& o) noexcept : sizes(std::move(o.sizes)), handle(std::exchange(o.handle, nullptr)) {}
    File& operator=(File&&) = delete;
    ~File() {
      if (handle == nullptr) return;
      std::fclose(handle);
      --open();
    }
    Tensor read() const {
      Tensor t = eg::empty(sizes);
      std::rewind(handle);
      const auto n = static_cast<std::size_t>(t.numel());
      if (std::fread(t.data_ptr<double>(), sizeof(double), n, handle) != n)
        throw std::runtime_error("cannot read");
      return t;
    }
    static int& open() {
      static int count = 0;
      return count;
    }
    std::vector<std::int64_t> sizes;
    std::FILE* handle;
  };
  const Tensor x = eg::rand({20, 20}, tracked);
  const auto doubles = [&] { return (x.exp() * x).matmul(x.t()).softmax(0).prod(1).sum(); };
  const Tensor want = ag::grad({doubles()}, {x})[0];
  const SavedTensorHooks hooks([](const Tensor& t) { return File(t); },
                               [](const File& file) { return file.read(); });
  const Tensor y = doubles();
  BOOST_TEST(File::open() == 8);
  BOOST_TEST(equals(ag::grad({y}, {x})[0], want));
  // Files go as the pass goes, since the graph was not to be kept.
  BOOST_TEST(File::open() == 0);
  { const Tensor dropped = doubles(); }
  BOOST_TEST(File::open() == 0);
}

BOOST_FIXTURE_TEST_CASE(T4_a_leaf_keeps_its_place_in_the_graph, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Counting count;
  const Tensor y = (x * x).sum();
  const Tensor g = ag::grad({y}, {x}, {}, {}, true)[0];
  g.sum().backward();
  BOOST_TEST(equals(x.grad(), {2.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(T5_version_history_and_output_number, Balanced) {
  const Tensor x = eg::tensor({{1.0, 5.0}, {4.0, 2.0}}, tracked);
  const Tensor a = x * 2;
  const Tensor b = x.exp();
  Tensor y = a * b;
  const variable_list saved = y.grad_fn()->saved_variables();
  BOOST_TEST(saved.size() == 2u);
  // The very tensors, since they are alive.
  BOOST_TEST(saved[0].is_same(a));
  BOOST_TEST(saved[1].is_same(b));
  BOOST_TEST(saved[0].grad_fn() == a.grad_fn());
  const auto parts = x.unbind();
  const Tensor z = parts[1] * parts[0];
  const variable_list outputs = z.grad_fn()->saved_variables();
  BOOST_TEST(outputs[0].output_nr() == 1);
  BOOST_TEST(outputs[1].output_nr() == 0);
  // An output of the node itself; the node does not own it.
  BOOST_TEST(b.grad_fn()->saved_variables()[0].is_same(b));
  a.data().zero_();
  Tensor(a).mul_(2);
  BOOST_CHECK_EXCEPTION(y.grad_fn()->saved_variables(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(T5_values_whose_handles_are_gone, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = x.exp() * (x * 3);
  const variable_list saved = y.grad_fn()->saved_variables();
  BOOST_TEST(name_of(saved[0]) == "ExpBackward0");
  BOOST_TEST(name_of(saved[1]) == "MulBackward0");
  BOOST_TEST(equals(saved[1], {3.0, 6.0}));
  BOOST_TEST(saved[1].requires_grad());
}

BOOST_FIXTURE_TEST_CASE(T5_a_leaf_is_the_leaf, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor plain = eg::tensor({3.0, 4.0});
  {
    const Tensor y = x * plain;
    const variable_list saved = y.grad_fn()->saved_variables();
    BOOST_TEST(saved.size() == 1u);  // only what the gradient of x needs
    BOOST_TEST(saved[0].is_same(plain));
    const Tensor z = x.pow(3);
    BOOST_TEST(z.grad_fn()->saved_variables()[0].is_same(x));
  }
  // Packed it is another tensor, but a leaf still, at which gradients arrive as at x itself.
  const Counting count;
  const Tensor y = x.pow(3);
  const Tensor leaf = y.grad_fn()->saved_variables()[0];
  BOOST_TEST(!leaf.is_same(x));
  BOOST_TEST(leaf.is_leaf());
  BOOST_TEST(leaf.requires_grad());
  BOOST_TEST((ag::gradient_edge(leaf) == ag::gradient_edge(x)));
}

BOOST_FIXTURE_TEST_CASE(A14_saved_variables_before_and_after_release, Balanced) {
  const Tensor x = eg::rand({3, 3}, tracked);
  const Tensor rows[] = {x.exp(),      x * x,    x.matmul(x), x.cumprod(0), x.prod(),
                         x.softmax(0), x.norm(), x.pow(2.5),  x.std()};
  for (const Tensor& y : rows) BOOST_TEST_CONTEXT(name_of(y)) {
      const auto node = y.grad_fn();
      BOOST_TEST(!node->saved_variables().empty());
      y.sum().backward({}, /*retain_graph=*/true);
      BOOST_TEST(!node->saved_variables().empty());
      y.sum().backward();
      BOOST_CHECK_EXCEPTION(node->saved_variables(), eg::GraphError,
                            Says{"Trying to backward through the graph a second time"});
    }
  // What saves nothing has nothing to release.
  const Tensor sum = x + x;
  sum.sum().backward();
  BOOST_TEST(sum.grad_fn()->saved_variables().empty());
}

BOOST_FIXTURE_TEST_CASE(A14_saved_variables_of_a_write_to_a_view, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0, 3.0}, tracked);
  Tensor y = x * 1;
  y.slice(0, 0, 2).mul_(x.slice(0, 1, 3));
  const auto write = y.grad_fn();
  BOOST_TEST(write->name() == "CopySlices");
  BOOST_TEST(write->saved_variables().size() == 2u);
  BOOST_TEST(equals(write->saved_variables()[1], {2.0, 3.0}));
}

BOOST_FIXTURE_TEST_CASE(P4_hooks_are_of_their_thread, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Counting count;
  Tensor y;
  std::thread([&] {
    y = x * x;
    const ag::DisableSavedTensorHooks disabled("in this thread");
  }).join();
  BOOST_TEST(count.packed == 0);
  const Tensor z = x * x;
  // The hooks go with the values, to whichever thread needs them.
  std::thread([&] { (y + z).sum().backward(); }).join();
  BOOST_TEST(count.packed == 2);
  BOOST_TEST(count.unpacked == 2);
  BOOST_TEST(equals(x.grad(), {4.0, 8.0}));
}

BOOST_FIXTURE_TEST_CASE(W_packed_values_go_with_the_node, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  const auto token = std::make_shared<int>(0);
  const SavedTensorHooks hooks([&](const Tensor&) { return token; },
                               [&](const std::shared_ptr<int>&) { return eg::ones({1000}); });
  const Alive before;
  {
    const Tensor y = x.exp().sin().exp();
    BOOST_TEST(token.use_count() == 4);
    y.sum().backward();
    BOOST_TEST(token.use_count() == 1);
    const Tensor z = x.exp();
    BOOST_TEST(token.use_count() == 2);
  }
  x.mutable_grad().reset();
  BOOST_TEST(token.use_count() == 1);
  BOOST_TEST(Alive() == before);
}

BOOST_FIXTURE_TEST_CASE(W_a_packed_output_is_no_cycle, Balanced) {
  const Tensor x = eg::ones({10}, tracked);
  std::weak_ptr<ag::Node> weak;
  {
    const SavedTensorHooks hooks(same, same);
    const Tensor y = x.exp();
    weak = y.grad_fn();
    const Tensor g = ag::grad({y.sum()}, {x}, {}, {}, true)[0];
    BOOST_TEST(!weak.expired());
  }
  BOOST_TEST(weak.expired());
}

}  // namespace autograd_test
