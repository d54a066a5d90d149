#include <algorithm>
#include <stdexcept>
#include <thread>

#include "autograd/support.hpp"

/// Section U of the specification: what an observer is told.
namespace autograd_test {
namespace {

using Phase = ag::Observation::Phase;

struct Seen {
  std::string name;
  Phase phase;
  std::uint64_t sequence_nr;
  ag::Observation::Time start;
  ag::Observation::Time stop;
  std::thread::id thread;
};

/// Writes down all that it observes.
struct Watch {
  std::vector<Seen> seen;
  ag::Observer observer{[this](const ag::Observation& o) {
    seen.push_back(
        {std::string(o.name), o.phase, o.sequence_nr, o.start, o.stop, std::this_thread::get_id()});
  }};
  std::vector<std::string> names(Phase phase) const {
    std::vector<std::string> list;
    for (const Seen& s : seen)
      if (s.phase == phase) list.push_back(s.name);
    return list;
  }
  const Seen& find(std::string_view name) const {
    const auto at =
        std::find_if(seen.begin(), seen.end(), [&](const Seen& s) { return s.name == name; });
    BOOST_TEST_REQUIRE((at != seen.end()), name << " was not observed");
    return *at;
  }
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_CASE(U1_forward_and_backward_are_linked_by_number, Balanced) {
  const Tensor x = eg::rand({3, 3}, tracked);
  Watch watch;
  const Tensor y = (x.exp() * x).matmul(x).sum();
  BOOST_TEST(watch.names(Phase::Forward) == (Names{"Exp", "Mul", "Mm", "Sum"}));
  y.backward();
  const Names backward = watch.names(Phase::Backward);
  BOOST_TEST(backward.front() == "SumBackward0");
  BOOST_TEST(std::count(backward.begin(), backward.end(), "ExpBackward0") == 1);
  BOOST_TEST(backward.back() == "AccumulateGrad");
  for (const char* name : {"Exp", "Mul", "Mm", "Sum"}) {
    const Seen& f = watch.find(name);
    const Seen& b = watch.find(std::string(name) + "Backward0");
    BOOST_TEST(f.sequence_nr == b.sequence_nr);
    BOOST_TEST(f.sequence_nr != 0u);
    BOOST_TEST((f.start <= f.stop && f.stop <= b.start && b.start <= b.stop));
  }
  BOOST_TEST(y.grad_fn()->sequence_nr() == watch.find("Sum").sequence_nr);
  BOOST_TEST(watch.find("AccumulateGrad").sequence_nr == ag::Node::kAccumulator);
}

BOOST_FIXTURE_TEST_CASE(U1_every_recorded_node_has_one_forward_observation, Balanced) {
  const Tensor x = eg::rand({4, 4}) + 0.5;
  x.requires_grad_();
  Watch watch;
  Tensor y = x.cumprod(0) + eg::cat({x, x}).narrow(0, 1, 4);
  y = y * std::get<0>(x.sort(0)) + x.max() + x.std(0) + y.unbind()[1];
  y[0].mul_(2);
  y.sum().backward();
  std::vector<std::uint64_t> forward;
  std::vector<std::uint64_t> backward;
  for (const Seen& s : watch.seen) {
    if (s.sequence_nr == 0 || s.sequence_nr == ag::Node::kAccumulator) continue;
    (s.phase == Phase::Forward ? forward : backward).push_back(s.sequence_nr);
  }
  std::sort(forward.begin(), forward.end());
  BOOST_TEST((std::adjacent_find(forward.begin(), forward.end()) == forward.end()));
  BOOST_TEST(backward.size() > 12u);
  for (const std::uint64_t n : backward)
    BOOST_TEST(std::binary_search(forward.begin(), forward.end(), n), n << " has no forward call");
}

BOOST_FIXTURE_TEST_CASE(U1_calls_that_record_nothing, Balanced) {
  const Tensor x = eg::rand({3});
  Watch watch;
  const Tensor y = x.exp() + x;
  BOOST_TEST(watch.names(Phase::Forward) == (Names{"Exp", "Add"}));
  for (const Seen& s : watch.seen) BOOST_TEST(s.sequence_nr == 0u);
}

BOOST_FIXTURE_TEST_CASE(U1_times_enclose_the_work, Balanced) {
  const Tensor x = eg::rand({400, 400}, tracked);
  Watch watch;
  const auto start = std::chrono::steady_clock::now();
  x.mm(x).sum().backward();
  const auto stop = std::chrono::steady_clock::now();
  for (const char* name : {"Mm", "MmBackward0"}) {
    const Seen& s = watch.find(name);
    BOOST_TEST((s.start >= start && s.stop <= stop));
    // 400^3 multiplications are no matter of microseconds.
    BOOST_TEST((s.stop - s.start > std::chrono::microseconds(20)));
  }
}

BOOST_FIXTURE_TEST_CASE(U1_scopes_of_observers, Balanced) {
  const Tensor x = eg::rand({3}, tracked);
  Watch outer;
  x.exp();
  {
    Watch inner;
    x.sin();
    BOOST_TEST(inner.names(Phase::Forward) == (Names{"Sin"}));
  }
  x.cos();
  BOOST_TEST(outer.names(Phase::Forward) == (Names{"Exp", "Sin", "Cos"}));
}

BOOST_FIXTURE_TEST_CASE(U1_callbacks_may_compute_and_throw, Balanced) {
  const Tensor x = eg::rand({3}, tracked);
  const Warnings warnings;
  int calls = 0;
  {
    const ag::Observer observer([&](const ag::Observation&) {
      ++calls;
      x.exp().sum().backward();
      throw std::runtime_error("enough");
    });
    const Tensor y = x * 2;
  }
  BOOST_TEST(calls == 1);
  BOOST_TEST(Warnings::seen() ==
             std::vector<std::string>{"[observer] the callback has thrown: enough"});
  BOOST_TEST(equals(x.grad(), x.detach().exp(), kClose));
}

BOOST_FIXTURE_TEST_CASE(U1_a_call_that_throws_is_observed, Balanced) {
  const Tensor x = eg::rand({3}, tracked);
  Watch watch;
  BOOST_CHECK_THROW(x + eg::rand({4}), eg::ShapeError);
  BOOST_TEST(watch.names(Phase::Forward) == (Names{"Add"}));
  BOOST_TEST(watch.seen[0].sequence_nr == 0u);
  const Tensor y = probed(x, [](ag::BackwardCall&) { throw std::out_of_range("stop"); });
  BOOST_CHECK_THROW(y.sum().backward(), std::out_of_range);
  BOOST_TEST(watch.names(Phase::Backward) == (Names{"SumBackward0", "Probe"}));
}

BOOST_FIXTURE_TEST_CASE(U1_P4_observers_are_of_their_thread, Balanced) {
  const Tensor x = eg::rand({3}, tracked);
  Watch watch;
  std::thread([&] { x.exp().sum().backward(); }).join();
  BOOST_TEST(watch.seen.empty());
}

BOOST_FIXTURE_TEST_CASE(U1_sweeps_within_sweeps_on_fresh_threads, Balanced) {
  // Deep enough that the work goes on in another thread, see Note [Sweeps within sweeps].
  constexpr int kDepth = 450;
  const Tensor x = eg::rand({2}, tracked);
  Watch watch;
  std::function<void(int)> descend = [&](int depth) {
    if (depth == 0) return;
    const eg::AutoGradMode on(true);
    probed(x.detach().requires_grad_(), passing([&](const Tensor&) { descend(depth - 1); }))
        .sum()
        .backward();
  };
  descend(kDepth);
  const Names backward = watch.names(Phase::Backward);
  BOOST_TEST(std::count(backward.begin(), backward.end(), "Probe") == kDepth);
  BOOST_TEST(std::any_of(watch.seen.begin(), watch.seen.end(),
                         [](const Seen& s) { return s.thread != std::this_thread::get_id(); }));
}

}  // namespace autograd_test
