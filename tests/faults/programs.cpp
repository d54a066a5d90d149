#include <Eigen/SparseCore>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "faults/allocations.hpp"
#include "support/alive.hpp"

/// Representative programs: where memory fails they throw std::bad_alloc and leave nothing behind, and run
/// again they compute the same bits.
namespace faults {
namespace {

Tensor leaf(eg::IntArrayRef sizes, double from = 0.5) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return (eg::arange(n).to(eg::kFloat64) * 0.3 + from)
      .sin()
      .reshape(sizes)
      .detach()
      .requires_grad_();
}
Tensor spd(const Tensor& a) { return a.matmul(a.t()) + eg::eye(a.size(0)) * 2; }

Bits gradients(const Tensor& loss, std::initializer_list<Tensor> leaves) {
  loss.backward();
  Bits bits = bits_of(loss);
  for (const Tensor& l : leaves) put(bits, l.grad());
  return bits;
}

Bits network() {
  const Tensor x = leaf({4, 3}), w = leaf({3, 5}), b = leaf({5}), v = leaf({5, 2});
  const Tensor y = ((x.matmul(w) + b).tanh() * 2).matmul(v).softmax(1);
  return gradients(eg::mse_loss(y, eg::ones({4, 2})), {x, w, b, v});
}
Bits large() {
  const Tensor x = leaf({300, 200});
  return gradients((x.exp() * x.t().contiguous().t() + x).sum(), {x});
}
Bits fan_out() {
  const Tensor x = leaf({3});
  std::vector<Tensor> parts;
  for (int i = 0; i < 20; ++i) parts.push_back((x * i).exp() + x.select(0, i % 3));
  return gradients(eg::stack(parts).prod(0).sum(), {x});
}
Bits released() {
  const Tensor x = leaf({2});
  Tensor y = x;
  for (int i = 0; i < 30; ++i) y = y * x + (i % 3 == 0 ? y.sin() : x * y);
  Bits bits = bits_of(y);
  y.reset();
  return bits;
}
Bits second_order() {
  const Tensor x = leaf({3});
  const Tensor y = (x.pow(3) * x.exp()).sum();
  const Tensor g = eg::autograd::grad({y}, {x}, {}, {}, true)[0];
  const Tensor h = eg::autograd::grad({(g * g).sum()}, {x})[0];
  Bits bits = bits_of(g);
  put(bits, h);
  return bits;
}
Bits create_graph_backward() {
  const Tensor x = leaf({3});
  (x * x * x).sum().backward({}, {}, true);
  x.grad().sum().backward();
  return bits_of(x.grad());
}
Bits hooks() {
  const Tensor x = leaf({3});
  const Tensor a = x * 2, y = (a * a).sum();
  a.retain_grad();
  a.register_hook([](const Tensor& g) { return g * 3; });
  x.register_hook([](Tensor) {});
  x.register_post_accumulate_grad_hook([](const Tensor& t) { t.mutable_grad().mul_(2); });
  y.grad_fn()->register_hook(
      [](const eg::autograd::variable_list& in, const eg::autograd::variable_list&) { return in; });
  y.grad_fn()->register_prehook([](const eg::autograd::variable_list& g) { return g; });
  Bits bits = gradients(y, {x});
  put(bits, a.grad());
  return bits;
}
Bits saved_hooks() {
  const Tensor x = leaf({3});
  Tensor y;
  {
    const eg::autograd::SavedTensorHooks guard([](const Tensor& t) { return t.clone(); },
                                               [](const Tensor& t) { return t; });
    y = (x.exp() * x).sum();
  }
  return gradients(y, {x});
}
Bits checkpointed() {
  const Tensor x = leaf({3});
  const Tensor y = eg::checkpoint([](const Tensor& t) { return t.exp() * t; }, x);
  return gradients(y.sum(), {x});
}
Bits anomaly() {
  const eg::autograd::DetectAnomalyGuard guard;
  const eg::Scope scope("outer");
  const Tensor x = leaf({3});
  return gradients((x.exp() * x).sum(), {x});
}
Bits observed() {
  int calls = 0;
  const eg::autograd::Observer observer([&](const eg::autograd::Observation&) { ++calls; });
  const Tensor x = leaf({3});
  return gradients((x.exp() * x).sum(), {x});
}
struct Cube : eg::autograd::Function<Cube> {
  static Tensor forward(eg::autograd::AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext* ctx,
                                              eg::autograd::variable_list g) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {g[0] * x * x * 3};
  }
};
Bits custom() {
  const Tensor x = leaf({3});
  const Tensor g = eg::autograd::grad({Cube::apply(x).sum()}, {x}, {}, {}, true)[0];
  return gradients(g.sum(), {x});
}
Bits batched() {
  const Tensor x = leaf({3, 2}), row = leaf({1, 2});
  const Tensor y = x * 2;
  y.narrow(0, 1, 2).mul_(row);
  const Tensor a = y.exp(), z = Cube::apply(a).matmul(x.t()).softmax(0);
  a.register_hook([](const Tensor& g) { return g * 2; });
  const Tensor w = leaf({4, 3, 3}).detach();
  const auto g = eg::autograd::grad(
      {z}, {x, row}, {.grad_outputs = {w}, .create_graph = true, .is_grads_batched = true});
  Bits bits = bits_of(g[0]);
  put(bits, g[1]);
  return bits;
}
Bits forward_mode() {
  const auto f = [](const Tensor& x) { return (x.exp() * x.narrow(0, 0, 1)).cumsum(0); };
  const Tensor x = leaf({3}).detach();
  const auto [y, t] = eg::jvp(f, x, eg::ones({3}));
  Bits bits = bits_of(t);
  put(bits, eg::jacobian(f, x));
  put(bits, eg::hessian([&](const Tensor& z) { return f(z).sum(); }, x));
  put(bits, std::get<1>(eg::hvp([&](const Tensor& z) { return f(z).sum(); }, x, eg::ones({3}))));
  return bits;
}
Bits views() {
  const Tensor x = leaf({4, 3});
  const Tensor b = x * 1;
  const Tensor v = b.narrow(0, 1, 2).t();
  v.mul_(2);
  b.select(0, 0).copy_(x.select(0, 3));
  v.tril_();
  const std::vector<Tensor> parts = b.split(2);
  return gradients(
      (parts[0] * parts[1]).sum() + v.unfold(0, 2, 1).sum() + b.as_strided({2}, {3}).sum(), {x});
}
Bits indexed() {
  const Tensor x = leaf({4, 3});
  const Tensor i = eg::tensor({2, 0, 2});
  Tensor y = x.index({i}).index_select(1, i) + x.gather(0, eg::zeros({3, 3}, eg::kInt64));
  y = y.index_put({i, i}, eg::ones({3}))
          .scatter_add(0, eg::zeros({1, 3}, eg::kInt64), y.narrow(0, 0, 1));
  y.masked_fill_(y > 1, 0.5);
  return gradients(y.masked_select(y > 0).sum() + std::get<0>(y.sort(0)).select(0, 0).sum(), {x});
}
Bits reductions() {
  const Tensor x = leaf({4, 3});
  return gradients(x.logsumexp({1}).sum() + x.var(0).sum() + x.norm() + x.max() +
                       x.cumprod(0).sum() + std::get<0>(x.topk(2, 1)).sum() + x.median() +
                       x.quantile(0.3) + x.prod(),
                   {x});
}
Bits special() {
  const Tensor x = leaf({3}, 2).abs().detach().requires_grad_();
  return gradients(
      (x.lgamma() + x.erf() + eg::polygamma(2, x) + eg::special_legendre_polynomial_p(x, 3)).sum(),
      {x});
}
Bits factorizations() {
  const Tensor a = leaf({4, 4}), b = leaf({4, 2}, 1);
  const Tensor s = spd(a);
  return gradients(eg::linalg_cholesky(s).sum() + eg::linalg_solve(s, b).sum() +
                       eg::linalg_inv(s).sum() + eg::linalg_det(s) + eg::logdet(s),
                   {a, b});
}
Bits spectra() {
  const Tensor a = leaf({4, 4});
  const Tensor s = spd(a) + eg::diag(eg::arange(4).to(eg::kFloat64));
  return gradients(std::get<0>(eg::linalg_eigh(s)).sum() + eg::linalg_svdvals(a).sum() +
                       std::get<1>(eg::linalg_qr(a)).sum() + eg::linalg_pinv(s).sum() +
                       eg::linalg_matrix_exp(a).sum(),
                   {a});
}
Bits solvers() {
  const Tensor a = leaf({4, 4}), c = leaf({4, 4}, 1), b = leaf({6, 4}, 2);
  const Tensor s = spd(a);
  return gradients(eg::solve_sylvester(s, s, c).sum() + eg::linalg_matrix_power(s, 3).sum() +
                       std::get<0>(eg::linalg_lstsq(b, eg::ones({6, 1}))).sum() +
                       eg::cdist(a, c).sum() + eg::einsum("ij,jk->ik", {a, c}).sum(),
                   {a, b, c});
}
Bits losses() {
  const Tensor x = leaf({3, 4});
  const Tensor target = eg::tensor({0, 3, 1});
  const Tensor p = x.log_softmax(1);
  return gradients(eg::cross_entropy_loss(x, target) + eg::nll_loss(p, target) +
                       eg::ctc_loss(p.unsqueeze(1), eg::tensor({{1, 2}}), {3}, {2}) +
                       eg::kl_div(p, eg::ones({3, 4}) / 4),
                   {x});
}
const Eigen::SparseMatrix<double>& stiffness(int n) {
  static const auto make = [](int size) {
    Eigen::SparseMatrix<double> k(size, size);
    for (int i = 0; i < size; ++i) {
      k.insert(i, i) = 4 + i;
      if (i > 0) k.insert(i, i - 1) = k.insert(i - 1, i) = -1;
      if (i > 6) k.insert(i, i - 7) = k.insert(i - 7, i) = -0.5;
    }
    k.makeCompressed();
    return k;
  };
  static const Eigen::SparseMatrix<double> small = make(12), large = make(60);
  return n == 12 ? small : large;
}
Bits sparse_with(eg::SparseSolver solver, int n) {
  const eg::SparseMatrix k(stiffness(n));
  k.values().requires_grad_();
  const Tensor b = leaf({n});
  const Tensor x = eg::sparse_solve(k, b, {.solver = solver});
  return gradients((x * eg::sparse_matmul(k, x)).sum(), {b, k.values()});
}
Bits sparse_lu() { return sparse_with(eg::SparseSolver::LU, 12); }
Bits sparse_lu_large() { return sparse_with(eg::SparseSolver::LU, 60); }
Bits sparse_ldlt() { return sparse_with(eg::SparseSolver::LDLT, 12); }
Bits sparse_cg() { return sparse_with(eg::SparseSolver::ConjugateGradient, 12); }

Bits minimized(eg::optim::Method method) {
  eg::optim::MinimizeOptions o;
  o.method = method;
  o.max_iter = 4;
  o.callback = [](const eg::optim::Iteration&, const Tensor&) { return true; };
  const auto f = [](const Tensor& x) { return ((x - 1).pow(4) + x * x * 0.1).sum(); };
  const auto r = eg::minimize(f, leaf({3}).detach(), o);
  Bits bits = bits_of(r.x);
  bits.push_back(r.value);
  return bits;
}
Bits minimize_lbfgs() { return minimized(eg::optim::Method::LBFGS); }
Bits minimize_newton() { return minimized(eg::optim::Method::Newton); }
Bits minimize_newton_cg() { return minimized(eg::optim::Method::NewtonCG); }
Bits minimize_adam() { return minimized(eg::optim::Method::Adam); }

Bits optimizers() {
  const Tensor x = leaf({3});
  eg::optim::SGD sgd({x}, eg::optim::SGDOptions(0.1).momentum(0.9));
  eg::optim::Adam adam({x}, 0.1);
  for (int i = 0; i < 2; ++i) {
    sgd.zero_grad();
    (x * x).sum().backward();
    sgd.step();
    adam.step();
  }
  return bits_of(x);
}
Bits memory_of_others() {
  Bits bits;
  std::vector<double> mine(6, 2.0);
  {
    const Tensor x = eg::from_blob(
        mine.data(), {6}, [](void*) {}, eg::requires_grad());
    bits = gradients((x * x).sum(), {x});
    put(bits, x.data());
    const Tensor w = eg::wrap(Eigen::VectorXd(Eigen::VectorXd::Ones(3)));
    put(bits, w + x.narrow(0, 0, 3));
  }
  return bits;
}
Bits printed() {
  const Tensor x = leaf({3, 2});
  const std::string text = (x * 2).to_string() + eg::to_dot({x.exp().sum()});
  return {static_cast<double>(text.size())};
}

struct Program {
  const char* name;
  Bits (*run)();
};
std::ostream& operator<<(std::ostream& os, const Program& p) { return os << p.name; }
#define ROW(name) \
  { #name, name }
const Program kPrograms[] = {ROW(network),
                             ROW(large),
                             ROW(fan_out),
                             ROW(released),
                             ROW(second_order),
                             ROW(create_graph_backward),
                             ROW(hooks),
                             ROW(saved_hooks),
                             ROW(checkpointed),
                             ROW(anomaly),
                             ROW(observed),
                             ROW(custom),
                             ROW(batched),
                             ROW(forward_mode),
                             ROW(views),
                             ROW(indexed),
                             ROW(reductions),
                             ROW(special),
                             ROW(factorizations),
                             ROW(spectra),
                             ROW(solvers),
                             ROW(losses),
                             ROW(sparse_lu),
                             ROW(sparse_lu_large),
                             ROW(sparse_ldlt),
                             ROW(sparse_cg),
                             ROW(minimize_lbfgs),
                             ROW(minimize_newton),
                             ROW(minimize_newton_cg),
                             ROW(minimize_adam),
                             ROW(optimizers),
                             ROW(memory_of_others),
                             ROW(printed)};
#undef ROW

}  // namespace

BOOST_DATA_TEST_CASE(programs, boost::unit_test::data::make(kPrograms), program) {
  Bits expected;
  const auto count = [&] {
    const Refusal none(kNone, kNone);
    expected = program.run();
    return Refusal::asked();
  };
  check_every_failure(
      program.name, count, [&](std::int64_t first, std::int64_t last) -> std::string {
        const support::Alive before;
        const std::int64_t blocks = blocks_in_use();
        const bool modes = eg::GradMode::is_enabled();
        Bits got;
        bool failed = false;
        try {
          const Refusal refusal(first, last);
          got = program.run();
        } catch (const std::bad_alloc&) {
          failed = true;
        } catch (const std::exception& e) {
          return std::string("another exception: ") + e.what();
        }
        if (!failed && !same(got, expected)) return "other bits";
        got = Bits();
        if (!(support::Alive() == before)) return "tensors or nodes leak";
        eg::empty_cache();
        if (blocks_in_use() != blocks)
          return std::to_string(blocks_in_use() - blocks) + " blocks of memory leak";
        if (eg::GradMode::is_enabled() != modes || eg::autograd::DualLevel::is_open())
          return "a mode has changed";
        if (!same(program.run(), expected)) return "other bits when run again";
        return {};
      });
}

}  // namespace faults
