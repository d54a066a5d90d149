#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "faults/allocations.hpp"
#include "support/alive.hpp"

/// Exceptions of the user's functions pass through and leave everything as it was.
namespace faults {
namespace {

/// Thrown by the n-th call of a user's function.
struct Thrown {};
thread_local constinit int calls_left = -1;
void called() {
  if (calls_left-- == 0) throw Thrown();
}

Tensor leaf() { return eg::tensor({0.5, 1.5, 2.5}, eg::requires_grad()); }

struct Rough : eg::autograd::Function<Rough> {
  static Tensor forward(eg::autograd::AutogradContext* ctx, const Tensor& x) {
    called();
    ctx->save_for_backward({x});
    return x * x;
  }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext* ctx,
                                              eg::autograd::variable_list g) {
    called();
    return {g[0] * ctx->get_saved_variables()[0] * 2};
  }
  static eg::autograd::variable_list jvp(eg::autograd::AutogradContext*,
                                         eg::autograd::variable_list t) {
    called();
    return {t[0]};
  }
};

Bits tensor_hook() {
  const Tensor x = leaf(), y = x.exp();
  y.register_hook([](const Tensor& g) {
    called();
    return g * 2;
  });
  y.sum().backward();
  return bits_of(x.grad());
}
Bits leaf_hooks() {
  const Tensor x = leaf();
  x.register_hook([](const Tensor&) { called(); });
  x.register_post_accumulate_grad_hook([](const Tensor&) { called(); });
  x.exp().sum().backward();
  return bits_of(x.grad());
}
Bits node_hooks() {
  const Tensor x = leaf(), y = x.exp();
  y.grad_fn()->register_prehook([](const eg::autograd::variable_list&) { called(); });
  y.grad_fn()->register_hook(
      [](const eg::autograd::variable_list&, const eg::autograd::variable_list&) { called(); });
  y.sum().backward();
  return bits_of(x.grad());
}
Bits saved_hooks() {
  const Tensor x = leaf();
  Tensor y = x * 1;
  const eg::autograd::SavedTensorHooks hooks(
      [](const Tensor& t) {
        called();
        return t.clone();
      },
      [](const Tensor& t) {
        called();
        return t;
      });
  y.exp_().mul_(x);
  y.sum().backward();
  return bits_of(x.grad());
}
Bits custom_function() {
  const Tensor x = leaf();
  Rough::apply(x).sum().backward();
  Bits bits = bits_of(x.grad());
  put(bits, std::get<1>(eg::jvp([](const Tensor& t) { return Rough::apply(t); }, x.detach(),
                                eg::ones({3}))));
  return bits;
}
Bits callback() {
  const Tensor x = leaf(), y = x.exp();
  y.register_hook([](const Tensor&) {
    eg::autograd::Engine::get_default_engine().queue_callback([] { called(); });
  });
  y.sum().backward();
  return bits_of(x.grad());
}
Bits checkpointed() {
  const Tensor x = leaf();
  eg::checkpoint(
      [](const Tensor& t) {
        called();
        return t.exp();
      },
      x)
      .sum()
      .backward();
  return bits_of(x.grad());
}
Bits differentiated() {
  const auto f = [](const Tensor& t) {
    called();
    return t.exp().sum();
  };
  Bits bits = bits_of(eg::hessian(f, leaf()));
  put(bits, eg::jacobian(f, leaf()));
  put(bits, std::get<1>(eg::hvp(f, leaf(), leaf())));
  put(bits, eg::grad(f)(leaf()));
  return bits;
}
Bits minimized() {
  eg::optim::MinimizeOptions o;
  o.max_iter = 2;
  o.callback = [](const eg::optim::Iteration&, const Tensor&) {
    called();
    return true;
  };
  return bits_of(eg::minimize(
                     [](const Tensor& x) {
                       called();
                       return (x * x).sum();
                     },
                     leaf(), o)
                     .x);
}
Bits closure() {
  const Tensor x = leaf();
  eg::optim::LBFGS lbfgs({x});
  lbfgs.step([&] {
    called();
    lbfgs.zero_grad();
    const Tensor loss = (x * x).sum();
    loss.backward();
    return loss;
  });
  return bits_of(x);
}
Bits sweep_in_a_hook() {
  const Tensor x = leaf(), y = x.exp();
  y.register_hook([&](const Tensor& g) {
    const eg::AutoGradMode recording(true);
    const Tensor z = leaf();
    z.register_hook([](const Tensor&) { called(); });
    (z * z).sum().backward();
    return g * z.grad();
  });
  y.sum().backward();
  return bits_of(x.grad());
}

struct Program {
  const char* name;
  Bits (*run)();
};
std::ostream& operator<<(std::ostream& os, const Program& p) { return os << p.name; }
#define ROW(name) \
  { #name, name }
const Program kPrograms[] = {ROW(tensor_hook),  ROW(leaf_hooks),      ROW(node_hooks),
                             ROW(saved_hooks),  ROW(custom_function), ROW(callback),
                             ROW(checkpointed), ROW(differentiated),  ROW(minimized),
                             ROW(closure),      ROW(sweep_in_a_hook)};
#undef ROW

}  // namespace

BOOST_DATA_TEST_CASE(exceptions, boost::unit_test::data::make(kPrograms), program) {
  calls_left = -1;
  const Bits expected = program.run();
  int failures = 0;
  for (bool failed = true; failed && failures < 1000; failures += failed) {
    const support::Alive before;
    failed = false;
    calls_left = failures;
    try {
      program.run();
    } catch (const Thrown&) {
      failed = true;
    }
    calls_left = -1;
    BOOST_TEST(support::Alive() == before);
    BOOST_TEST(eg::GradMode::is_enabled());
    BOOST_TEST(!eg::autograd::DualLevel::is_open());
    BOOST_TEST(same(program.run(), expected));
  }
  BOOST_TEST(failures > 0);
}

BOOST_AUTO_TEST_CASE(an_observer_that_throws_is_heard_as_a_warning) {
  static int warnings;
  warnings = 0;
  const eg::WarningHandler old = eg::set_warning_handler([](std::string_view) { ++warnings; });
  const Tensor x = leaf();
  {
    const eg::autograd::Observer observer([](const eg::autograd::Observation&) { throw Thrown(); });
    x.exp().sum().backward();
  }
  BOOST_TEST(warnings > 0);
  // A handler that throws is no reason to end the program.
  eg::set_warning_handler([](std::string_view) { throw Thrown(); });
  {
    const eg::autograd::Observer observer([](const eg::autograd::Observation&) { throw Thrown(); });
    x.exp().sum().backward();
  }
  eg::set_warning_handler(old);
  BOOST_TEST(same(bits_of(x.grad()), bits_of(x.detach().exp() * 2)));
}

/// The write itself has succeeded when the hook that is to keep its result throws.
BOOST_AUTO_TEST_CASE(a_pack_hook_that_throws_leaves_a_write_undone) {
  const Tensor x = leaf();
  Tensor y = x * 1;
  const auto node = y.grad_fn();
  const std::int64_t version = y._version();
  {
    const eg::autograd::SavedTensorHooks hooks([](const Tensor&) -> Tensor { throw Thrown(); },
                                               [](const Tensor& t) { return t; });
    BOOST_CHECK_THROW(y.exp_(), Thrown);
  }
  BOOST_TEST(same(bits_of(y), bits_of(x)));
  BOOST_TEST(y._version() == version);
  BOOST_TEST(y.grad_fn() == node);
  y.sum().backward();
  BOOST_TEST(same(bits_of(x.grad()), bits_of(eg::ones({3}))));
}

}  // namespace faults
