#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>

#include "faults/allocations.hpp"

/// Operators in place: where memory fails nothing has changed, neither elements nor version nor history, and
/// the operator then works as if nothing had been.
namespace faults {
namespace {

struct Operator {
  const char* name;
  void (*write)(Tensor& y, const Tensor& z);
};

/// z is like y, tracked, between 0 and 1.
const Operator kOperators[] = {
    {"add_", [](Tensor& y, const Tensor& z) { y.add_(z); }},
    {"add_number", [](Tensor& y, const Tensor&) { y.add_(2); }},
    {"add_self", [](Tensor& y, const Tensor&) { y.add_(y); }},
    {"add_scaled", [](Tensor& y, const Tensor& z) { y.add_(z, 3); }},
    {"add_broadcast", [](Tensor& y, const Tensor& z) { y.add_(z.select(0, 0)); }},
    {"sub_", [](Tensor& y, const Tensor& z) { y.sub_(z, 2); }},
    {"mul_", [](Tensor& y, const Tensor& z) { y.mul_(z); }},
    {"mul_self", [](Tensor& y, const Tensor&) { y.mul_(y); }},
    {"div_", [](Tensor& y, const Tensor& z) { y.div_(z); }},
    {"pow_", [](Tensor& y, const Tensor& z) { y.pow_(z); }},
    {"pow_number", [](Tensor& y, const Tensor&) { y.pow_(3); }},
    {"exp_", [](Tensor& y, const Tensor&) { y.exp_(); }},
    {"log_", [](Tensor& y, const Tensor&) { y.log_(); }},
    {"sqrt_", [](Tensor& y, const Tensor&) { y.sqrt_(); }},
    {"tanh_", [](Tensor& y, const Tensor&) { y.tanh_(); }},
    {"sigmoid_", [](Tensor& y, const Tensor&) { y.sigmoid_(); }},
    {"relu_", [](Tensor& y, const Tensor&) { y.relu_(); }},
    {"neg_", [](Tensor& y, const Tensor&) { y.neg_(); }},
    {"reciprocal_", [](Tensor& y, const Tensor&) { y.reciprocal_(); }},
    {"lgamma_", [](Tensor& y, const Tensor&) { y.lgamma_(); }},
    {"clamp_", [](Tensor& y, const Tensor&) { y.clamp_(0.3, 0.8); }},
    {"clamp_min_", [](Tensor& y, const Tensor&) { y.clamp_min_(0.5); }},
    {"lerp_", [](Tensor& y, const Tensor& z) { y.lerp_(z, 0.25); }},
    {"addcmul_", [](Tensor& y, const Tensor& z) { y.addcmul_(z, z); }},
    {"addcdiv_", [](Tensor& y, const Tensor& z) { y.addcdiv_(z, z); }},
    {"atan2_", [](Tensor& y, const Tensor& z) { y.atan2_(z); }},
    {"fmod_", [](Tensor& y, const Tensor& z) { y.fmod_(z); }},
    {"xlogy_", [](Tensor& y, const Tensor& z) { y.xlogy_(z); }},
    {"nan_to_num_", [](Tensor& y, const Tensor&) { y.nan_to_num_(); }},
    {"round_", [](Tensor& y, const Tensor&) { y.round_(); }},
    {"nextafter_", [](Tensor& y, const Tensor& z) { y.detach().nextafter_(z.detach()); }},
    {"logical_and_", [](Tensor& y, const Tensor& z) { y.detach().logical_and_(z.detach()); }},
    {"logical_not_", [](Tensor& y, const Tensor&) { y.detach().logical_not_(); }},
    {"copy_", [](Tensor& y, const Tensor& z) { y.copy_(z); }},
    {"copy_row", [](Tensor& y, const Tensor& z) { y.copy_(z.select(0, 1)); }},
    {"copy_float", [](Tensor& y, const Tensor& z) { y.copy_(z.to(eg::kFloat32)); }},
    {"copy_own_part", [](Tensor& y, const Tensor&) { y.copy_(y.select(0, 1)); }},
    {"fill_", [](Tensor& y, const Tensor&) { y.fill_(2); }},
    {"fill_tensor", [](Tensor& y, const Tensor& z) { y.fill_(z.select(0, 0).select(0, 0)); }},
    {"zero_", [](Tensor& y, const Tensor&) { y.zero_(); }},
    {"fill_diagonal_", [](Tensor& y, const Tensor&) { y.fill_diagonal_(2); }},
    {"select_assigned", [](Tensor& y, const Tensor& z) { y[0] = z[1]; }},
    {"part_added", [](Tensor& y, const Tensor& z) { y.narrow(1, 0, 2).mul_(z.narrow(1, 0, 2)); }},
    {"index_put_",
     [](Tensor& y, const Tensor& z) {
       y.index_put_({eg::tensor({1, 0})}, z.narrow(0, 0, 2));
     }},
    {"index_put_added",
     [](Tensor& y, const Tensor& z) {
       y.index_put_({eg::tensor({1, 1})}, z.narrow(0, 0, 2), true);
     }},
    {"index_put_slice", [](Tensor& y, const Tensor& z) { y.index_put_({0}, z[1]); }},
    {"index_put_mask", [](Tensor& y, const Tensor&) { y.index_put_({y.detach() > 0.5}, 2); }},
    {"masked_fill_", [](Tensor& y, const Tensor& z) { y.masked_fill_(z.detach() > 0.5, 2); }},
    {"masked_scatter_", [](Tensor& y, const Tensor& z) { y.masked_scatter_(z.detach() > 0.5, z); }},
    {"index_add_",
     [](Tensor& y, const Tensor& z) {
       y.index_add_(0, eg::tensor({1, 1, 0}), z);
     }},
    {"index_copy_",
     [](Tensor& y, const Tensor& z) {
       y.index_copy_(0, eg::tensor({1, 0, 2}), z);
     }},
    {"index_fill_",
     [](Tensor& y, const Tensor&) {
       y.index_fill_(0, eg::tensor({1, 0}), 2);
     }},
    {"index_reduce_",
     [](Tensor& y, const Tensor& z) {
       y.index_reduce_(0, eg::tensor({1, 1, 0}), z, "prod");
     }},
    {"scatter_",
     [](Tensor& y, const Tensor& z) {
       y.scatter_(0, eg::tensor({{1, 0, 1}}), z);
     }},
    {"scatter_add_",
     [](Tensor& y, const Tensor& z) {
       y.scatter_add_(0, eg::tensor({{1, 0, 1}}), z);
     }},
    {"scatter_reduce_",
     [](Tensor& y, const Tensor& z) {
       y.scatter_reduce_(0, eg::tensor({{1, 0, 1}}), z, "amax");
     }},
    {"put_", [](Tensor& y, const Tensor& z) { y.put_(eg::tensor({1, 5}), z[0].narrow(0, 0, 2)); }},
    {"tril_", [](Tensor& y, const Tensor&) { y.tril_(); }},
    {"triu_", [](Tensor& y, const Tensor&) { y.triu_(1); }},
    {"cumsum_", [](Tensor& y, const Tensor&) { y.cumsum_(0); }},
    {"cumprod_", [](Tensor& y, const Tensor&) { y.cumprod_(1); }},
    {"addmm_", [](Tensor& y, const Tensor& z) { y.addmm_(z, z); }},
    {"addmv_", [](Tensor& y, const Tensor& z) { y[0].addmv_(z, z[1]); }},
    {"addr_", [](Tensor& y, const Tensor& z) { y.addr_(z[0], z[1]); }},
    {"renorm_", [](Tensor& y, const Tensor&) { y.renorm_(2, 0, 0.5); }},
    {"t_", [](Tensor& y, const Tensor&) { y.t_(); }},
    {"transpose_", [](Tensor& y, const Tensor&) { y.transpose_(0, 1); }},
    {"unsqueeze_", [](Tensor& y, const Tensor&) { y.unsqueeze_(0); }},
    {"squeeze_", [](Tensor& y, const Tensor&) { y.squeeze_(); }},
    {"as_strided_", [](Tensor& y, const Tensor&) { y.as_strided_({2, 2}, {1, 2}); }},
};
std::ostream& operator<<(std::ostream& os, const Operator& o) { return os << o.name; }

/// The tensors of one trial.
struct State {
  Tensor leaf, base, y, z;
  std::unique_ptr<eg::autograd::DualLevel> level;

  ~State() {
    y.reset();
    base.reset();
  }
  Bits elements() const {
    Bits bits = bits_of(y);
    put(bits, base);
    bits.push_back(static_cast<double>(y._version()));
    for (const Tensor* t : {&y, &base}) {
      for (const std::int64_t n : t->sizes()) bits.push_back(static_cast<double>(n));
      for (const std::int64_t n : t->strides()) bits.push_back(static_cast<double>(n));
      bits.push_back(t->requires_grad() + 2 * t->retains_grad() + 4 * t->is_leaf());
      if (level == nullptr) continue;
      const Tensor tangent = eg::autograd::unpack_dual(*t).tangent;
      if (tangent.defined()) put(bits, tangent);
    }
    return bits;
  }
  /// Elements and gradients after the operator.
  Bits results() {
    Bits bits = elements();
    if (!y.requires_grad()) return bits;
    const Tensor loss = (y * y).sum() + (base * 3).sum();
    loss.backward();
    put(bits, leaf.grad());
    if (z.grad().defined()) put(bits, z.grad());
    if (y.retains_grad() && y.grad().defined()) put(bits, y.grad());
    return bits;
  }
};

enum class Kind { Plain, Untracked, View, Retained, Dual, Packed, Anomaly };
constexpr std::pair<Kind, const char*> kKinds[] = {
    {Kind::Plain, "plain"},       {Kind::Untracked, "untracked"}, {Kind::View, "view"},
    {Kind::Retained, "retained"}, {Kind::Dual, "dual"},           {Kind::Packed, "packed"},
    {Kind::Anomaly, "anomaly"}};

std::unique_ptr<State> make_state(Kind kind) {
  auto s = std::make_unique<State>();
  const bool track = kind != Kind::Untracked;
  if (kind == Kind::Dual) s->level = std::make_unique<eg::autograd::DualLevel>();
  s->leaf = ((eg::arange(12).to(eg::kFloat64) + 1) / 13).view({3, 4}).clone().requires_grad_(track);
  s->z = ((eg::arange(9).to(eg::kFloat64) + 2) / 12).view({3, 3}).clone().requires_grad_(track);
  Tensor from = s->leaf;
  if (kind == Kind::Dual) from = eg::autograd::make_dual(from, eg::ones({3, 4}));
  s->base = from * 1;
  s->y = s->base.narrow(1, 0, 3);
  if (kind != Kind::View) {
    s->y = s->y.clone();
    s->base = s->leaf.detach();
  }
  if (kind == Kind::Retained) s->y.retain_grad();
  return s;
}

/// The operator, in what surrounds it.
void apply(Kind kind, const Operator& op, State& s) {
  if (kind == Kind::Packed) {
    const eg::autograd::SavedTensorHooks hooks([](const Tensor& t) { return t.clone(); },
                                               [](const Tensor& t) { return t; });
    op.write(s.y, s.z);
  } else if (kind == Kind::Anomaly) {
    const eg::autograd::DetectAnomalyGuard guard;
    op.write(s.y, s.z);
  } else {
    op.write(s.y, s.z);
  }
}

}  // namespace

BOOST_DATA_TEST_CASE(inplace, boost::unit_test::data::make(kOperators), op) {
  for (const auto& [kind, kind_name] : kKinds) {
    Bits expected;
    const auto count = [&, k = kind] {
      const auto s = make_state(k);
      std::int64_t asked = 0;
      {
        const Refusal none(kNone, kNone);
        apply(k, op, *s);
        asked = Refusal::asked();
      }
      expected = s->results();
      return asked;
    };
    const auto step = [&, k = kind](std::int64_t first, std::int64_t last) -> std::string {
      const auto s = make_state(k);
      const Bits before = s->elements();
      bool failed = false;
      try {
        const Refusal refusal(first, last);
        apply(k, op, *s);
      } catch (const std::bad_alloc&) {
        failed = true;
      } catch (const std::exception& e) {
        return std::string("another exception: ") + e.what();
      }
      if (failed && !same(s->elements(), before)) return "it has changed something";
      if (failed) apply(k, op, *s);
      if (!same(s->results(), expected)) return "other elements or gradients afterwards";
      return {};
    };
    check_every_failure(std::string(op.name) + ", " + kind_name, count, step);
  }
}

}  // namespace faults
