#include "misuse/table.hpp"

/// Graphs, functions and options that nothing can be done with.
namespace misuse {
namespace {

using Function = std::function<Tensor(const Tensor&)>;
using TensorFunction = Tensor (*)(const Tensor&);

struct Twice : eg::autograd::Function<Twice> {
  static Tensor forward(eg::autograd::AutogradContext*, const Tensor& x) { return x * 2; }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext*,
                                              eg::autograd::variable_list) {
    return {};
  }
};

constexpr Wrong kRows[] = {
    {"hook_empty", "function is empty",
     [] { tracked().register_hook(std::function<Tensor(const Tensor&)>()); }},
    {"hook_empty_void", "function is empty",
     [] { tracked().register_hook(std::function<void(Tensor)>()); }},
    {"hook_null", "function is empty", [] { tracked().register_hook(TensorFunction(nullptr)); }},
    {"hook_untracked", "doesn't require gradient", [] { row().register_hook([](Tensor) {}); }},
    {"hook_handle", "Invalid index", [] { tracked().remove_hook(~0u); }},
    {"post_hook_empty", "function is empty",
     [] { tracked().register_post_accumulate_grad_hook({}); }},
    {"node_hook_empty", "function is empty",
     [] {
       const Tensor y = tracked() * 2;
       y.grad_fn()->register_prehook(std::function<void(const eg::autograd::variable_list&)>());
     }},
    {"node_hook_handle", "Invalid index",
     [] {
       const Tensor y = tracked() * 2;
       y.grad_fn()->remove_hook(3);
     }},
    {"saved_hooks_empty", "function is empty",
     [] {
       const eg::autograd::SavedTensorHooks guard(std::function<Tensor(const Tensor&)>(),
                                                  [](const Tensor& t) { return t; });
     }},
    {"saved_hooks_null", "function is empty",
     [] {
       const eg::autograd::SavedTensorHooks guard([](const Tensor& t) { return t; },
                                                  TensorFunction(nullptr));
     }},
    {"observer_empty", "function is empty", [] { const eg::autograd::Observer observer({}); }},
    {"callback_outside", "during a backward pass",
     [] { eg::autograd::Engine::get_default_engine().queue_callback([] {}); }},
    {"callback_empty", "function is empty",
     [] {
       const Tensor y = tracked() * 2;
       y.register_hook(
           [](const Tensor&) { eg::autograd::Engine::get_default_engine().queue_callback({}); });
       y.sum().backward();
     }},
    {"checkpoint_empty", "function is empty", [] { eg::checkpoint(Function(), tracked()); }},
    {"jacobian_empty", "function is empty", [] { eg::jacobian(Function(), row()); }},
    {"hessian_empty", "function is empty", [] { eg::hessian(Function(), row()); }},
    {"grad_empty", "function is empty", [] { eg::grad(Function())(row()); }},
    {"value_and_grad_empty", "function is empty", [] { eg::value_and_grad(Function())(row()); }},
    {"vjp_empty", "function is empty", [] { eg::vjp(Function(), row()); }},
    {"jvp_empty", "function is empty", [] { eg::jvp(Function(), row(), row()); }},
    {"hvp_empty", "function is empty", [] { eg::hvp(Function(), row(), row()); }},
    {"gradcheck_empty", "function is empty", [] { eg::gradcheck(Function(), tracked()); }},
    {"gradgradcheck_empty", "function is empty", [] { eg::gradgradcheck(Function(), tracked()); }},
    {"minimize_empty", "function is empty", [] { eg::minimize(Function(), row()); }},
    {"minimize_method", "no method has the number",
     [] {
       eg::optim::MinimizeOptions o;
       o.method = static_cast<eg::optim::Method>(77);
       eg::minimize([](const Tensor& x) { return x.sum(); }, row(), o);
     }},
    {"minimize_history", "history_size",
     [] {
       eg::optim::MinimizeOptions o;
       o.history_size = kMin;
       eg::minimize([](const Tensor& x) { return x.sum(); }, row(), o);
     }},
    {"minimize_iterations", "max_iter",
     [] {
       eg::optim::MinimizeOptions o;
       o.max_iter = kMin;
       eg::minimize([](const Tensor& x) { return x.sum(); }, row(), o);
     }},
    {"minimize_vector", "", [] { eg::minimize([](const Tensor& x) { return x * 2; }, row()); }},
    {"lbfgs_no_closure", "",
     [] {
       eg::optim::LBFGS o({tracked()});
       o.step(nullptr);
     }},
    {"lbfgs_history", "",
     [] { eg::optim::LBFGS({tracked()}, eg::optim::LBFGSOptions().history_size(kMin)); }},
    {"sgd_untracked_leaf", "", [] { eg::optim::SGD({tracked() * 2}, 0.1); }},
    {"sgd_lr", "", [] { eg::optim::SGD({tracked()}, -1.0); }},
    {"adam_betas", "",
     [] {
       eg::optim::Adam({tracked()}, eg::optim::AdamOptions().betas({2.0, 2.0}));
     }},
    {"backward_untracked", "does not require grad", [] { row().sum().backward(); }},
    {"backward_vector", "scalar outputs", [] { (tracked() * 2).backward(); }},
    {"backward_shape", "expected shape compatible",
     [] { (tracked() * 2).backward(eg::ones({4})); }},
    {"backward_count", "tensors and",
     [] {
       eg::autograd::backward({tracked().sum()}, {row(), row()});
     }},
    {"backward_inputs", "is empty",
     [] { tracked().sum().backward({}, false, false, eg::TensorList{}); }},
    {"backward_twice", "a second time",
     [] {
       const Tensor y = tracked().exp().sum();
       y.backward();
       y.backward();
     }},
    {"grad_unused", "allow_unused", [] { eg::autograd::grad({tracked().sum()}, {tracked()}); }},
    {"grad_nothing", "non-empty", [] { eg::autograd::grad({tracked().sum()}, {}); }},
    {"leaf_inplace", "leaf Variable", [] { tracked().add_(1); }},
    {"view_of_leaf_inplace", "view of a leaf", [] { tracked().narrow(0, 0, 1).add_(1); }},
    {"modified", "modified by an inplace operation",
     [] {
       const Tensor x = tracked() * 2, y = x.exp();
       y.add_(1);
       y.sum().backward();
     }},
    {"int_requires_grad", "floating point", [] { indices().requires_grad_(); }},
    {"grad_shape", "different size", [] { tracked().mutable_grad() = eg::ones({4}); }},
    {"grad_dtype", "different type",
     [] { tracked().mutable_grad() = eg::ones({3}, eg::kFloat32); }},
    {"grad_itself", "own grad",
     [] {
       const Tensor x = tracked();
       x.mutable_grad() = x;
     }},
    {"dual_outside", "no level exists", [] { eg::autograd::make_dual(row(), row()); }},
    {"dual_shape", "different size",
     [] {
       const eg::autograd::DualLevel level;
       eg::autograd::make_dual(row(), eg::ones({1}));
     }},
    {"dual_twice", "do not nest",
     [] {
       const eg::autograd::DualLevel level;
       const eg::autograd::DualLevel again;
     }},
    {"function_gradients", "incorrect number of gradients",
     [] { Twice::apply(tracked()).sum().backward(); }},
    {"node_gradients", "takes 1 gradients", [] { (*(tracked() * 2).grad_fn())({}); }},
    {"set_num_threads", "at least 1", [] { eg::set_num_threads(0); }},
    {"set_num_threads_min", "at least 1",
     [] { eg::set_num_threads(std::numeric_limits<int>::min()); }},
    {"hvp_vector", "", [] { eg::hvp([](const Tensor& x) { return x * 2; }, row(), row()); }},
    {"jvp_shape", "", [] { eg::jvp([](const Tensor& x) { return x * 2; }, row(), eg::ones({1})); }},
    {"jacobian_strategy", "",
     [] {
       eg::FunctionalOptions o;
       o.strategy = static_cast<eg::Strategy>(77);
       eg::jacobian([](const Tensor& x) { return x * 2; }, row(), o);
     }},
};
const Table table("autograd", kRows);

}  // namespace
}  // namespace misuse
