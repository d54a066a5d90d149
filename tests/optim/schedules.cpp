#include "eigengrad/optim/lr_scheduler.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "eigengrad/eigengrad.hpp"
#include "optim/torch_schedules.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

using Parameters = std::vector<eg::Tensor>;
using Clip = void (*)(const Parameters&);

/// The loss of tests/oracle/schedules.py.
eg::Tensor loss_of(const eg::Tensor& x, const eg::Tensor& b) {
  const eg::Tensor head = x.slice(0, 0, -1);
  const eg::Tensor tail = x.slice(0, 1);
  return (10 * eg::square(tail - eg::square(head)) + eg::square(1 - head)).sum() +
         eg::square(b * x[0] - 2).sum();
}

template <class Row>
const Row& row_of(const std::vector<Row>& rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.name == name; });
  BOOST_REQUIRE_MESSAGE(found != rows.end(), "no row called " << name);
  return *found;
}

/// `advance` is called after each step.
void follow(std::string_view name, const Parameters& p, Optimizer& optimizer,
            const std::function<void()>& advance = {}, Clip clip = nullptr) {
  const oracle::LongTrajectory& want = row_of(oracle::kLongTrajectories, name);
  for (std::size_t step = 1; step <= 100; ++step) {
    optimizer.zero_grad();
    loss_of(p[0], p[1]).backward();
    if (clip != nullptr) clip(p);
    optimizer.step();
    if (advance) advance();
    if (step % 10 != 0) continue;
    const auto& row = want.rows[step / 10 - 1];
    for (std::size_t k = 0; k < 4; ++k) {
      const double got =
          k < 3 ? p[0][static_cast<std::int64_t>(k)].item<double>() : p[1].item<double>();
      BOOST_TEST(std::abs(got - row[k]) <= 1e-10 * std::max(1.0, std::abs(row[k])),
                 name << ", step " << step << ": " << got << " and " << row[k]);
    }
  }
}

Parameters start() {
  return {eg::tensor({-1.2, 1.0, 0.5}, eg::requires_grad()),
          eg::tensor({0.7}, eg::requires_grad())};
}

template <class O, class Options>
void follow_plain(std::string_view name, const Options& options) {
  const Parameters p = start();
  O optimizer(p, options);
  follow(name, p, optimizer);
}

/// `schedule(optimizer)` gives what to do after each epoch.
void follow_rates(
    std::string_view name, const std::function<std::function<void(double)>(Optimizer&)>& schedule,
    const std::function<double(int)>& metric = [](int) { return 0.0; }) {
  SGD optimizer({eg::zeros({1}, eg::requires_grad())}, SGDOptions(0.8));
  const std::function<void(double)> step = schedule(optimizer);
  const oracle::Schedule& want = row_of(oracle::kSchedules, name);
  for (int epoch = 0; epoch < 40; ++epoch) {
    step(metric(epoch));
    const double got = optimizer.param_groups()[0].options().get_lr();
    const double rate = want.rates[static_cast<std::size_t>(epoch)];
    BOOST_TEST(std::abs(got - rate) <= 1e-13 * rate, name << ", " << epoch << ": " << got);
  }
}

template <class Scheduler, class... Arguments>
auto stepping(Arguments... arguments) {
  return [=](Optimizer& optimizer) -> std::function<void(double)> {
    const auto scheduler = std::make_shared<Scheduler>(optimizer, arguments...);
    return [scheduler](double) { scheduler->step(); };
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_hundred_steps_of_pytorch)

BOOST_AUTO_TEST_CASE(adamw) {
  follow_plain<AdamW>("AdamW", AdamWOptions(0.05));
  follow_plain<AdamW>(
      "AdamW with decay and amsgrad",
      AdamWOptions(0.1).betas({0.8, 0.9}).eps(1e-4).weight_decay(0.3).amsgrad(true));
}
BOOST_AUTO_TEST_CASE(adagrad) {
  follow_plain<Adagrad>("Adagrad", AdagradOptions(0.2));
  follow_plain<Adagrad>(
      "Adagrad with decay",
      AdagradOptions(0.3).lr_decay(0.02).weight_decay(0.1).initial_accumulator_value(0.5).eps(
          1e-6));
}
BOOST_AUTO_TEST_CASE(rmsprop) {
  follow_plain<RMSprop>("RMSprop", RMSpropOptions(0.01));
  follow_plain<RMSprop>("RMSprop with momentum and decay",
                        RMSpropOptions(0.003).alpha(0.9).eps(1e-5).weight_decay(0.2).momentum(0.7));
  follow_plain<RMSprop>("RMSprop centered", RMSpropOptions(0.01).alpha(0.95).centered(true));
  follow_plain<RMSprop>("RMSprop centered with momentum",
                        RMSpropOptions(0.005).centered(true).momentum(0.5));
}
BOOST_AUTO_TEST_CASE(schedules_and_clipped_gradients) {
  {
    const Parameters p = start();
    Adam optimizer(p, AdamOptions(0.1));
    StepLR scheduler(optimizer, 15, 0.5);
    follow("Adam with steps", p, optimizer, [&] { scheduler.step(); });
    BOOST_TEST(scheduler.last_epoch() == 100);
    BOOST_TEST(std::abs(scheduler.get_last_lr()[0] - 0.1 / 64) < 1e-15);
  }
  {
    const Parameters p = start();
    SGD optimizer(p, SGDOptions(0.02).momentum(0.5));
    CosineAnnealingLR scheduler(optimizer, 30, 1e-3);
    follow(
        "SGD along a cosine, norm clipped", p, optimizer, [&] { scheduler.step(); },
        [](const Parameters& q) { eg::clip_grad_norm_(q, 1.5); });
  }
  {
    const Parameters p = start();
    SGD optimizer(p, SGDOptions(0.01));
    follow("SGD, largest clipped", p, optimizer, {}, [](const Parameters& q) {
      eg::clip_grad_norm_(q, 2, std::numeric_limits<double>::infinity());
    });
  }
  {
    const Parameters p = start();
    SGD optimizer(p, SGDOptions(0.05));
    ExponentialLR scheduler(optimizer, 0.97);
    follow(
        "SGD with exponential decay, values clipped", p, optimizer, [&] { scheduler.step(); },
        [](const Parameters& q) { eg::clip_grad_value_(q, 0.75); });
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(schedulers)

BOOST_AUTO_TEST_CASE(rates_are_those_of_pytorch) {
  follow_rates("StepLR", stepping<StepLR>(7, 0.3));
  follow_rates("ExponentialLR", stepping<ExponentialLR>(0.9));
  follow_rates("CosineAnnealingLR", stepping<CosineAnnealingLR>(12, 0.05));
  const auto on_plateau = [](auto... arguments) {
    return [=](Optimizer& optimizer) -> std::function<void(double)> {
      const auto scheduler = std::make_shared<ReduceLROnPlateau>(optimizer, arguments...);
      return [scheduler](double metric) { scheduler->step(metric); };
    };
  };
  follow_rates("ReduceLROnPlateau", on_plateau(ReduceLROnPlateau::min, 0.1, 4),
               [](int epoch) { return 1.0 / (1 + std::min(epoch, 7)) + (epoch > 30 ? 0.5 : 0); });
  follow_rates(
      "ReduceLROnPlateau max abs",
      on_plateau(ReduceLROnPlateau::max, 0.5, 3, 1e-3, ReduceLROnPlateau::abs, 2, 0.02, 1e-3),
      [](int epoch) { return std::min(epoch, 5) + 1e-5 * epoch; });
}

BOOST_AUTO_TEST_CASE(every_group_has_its_rate) {
  SGD optimizer({OptimizerParamGroup({eg::zeros({1}, eg::requires_grad())})}, SGDOptions(0.8));
  ExponentialLR scheduler(optimizer, 0.5);
  optimizer.add_param_group(OptimizerParamGroup({eg::zeros({2}, eg::requires_grad())},
                                                std::make_unique<SGDOptions>(0.2)));
  scheduler.step();
  BOOST_TEST((scheduler.get_last_lr() == std::vector<double>{0.4, 0.1}));
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused) {
  SGD optimizer({eg::zeros({1}, eg::requires_grad())}, SGDOptions(0.8));
  BOOST_CHECK_EXCEPTION(StepLR(optimizer, 0), eg::ValueError, Says{"step_size is 0"});
  BOOST_CHECK_EXCEPTION(CosineAnnealingLR(optimizer, 0), eg::ValueError, Says{"T_max is 0"});
  BOOST_CHECK_EXCEPTION(ReduceLROnPlateau(optimizer, ReduceLROnPlateau::min, 1.0), eg::ValueError,
                        Says{"factor is 1"});
  const Parameters p = {eg::zeros({1}, eg::requires_grad())};
  BOOST_CHECK_EXCEPTION(AdamW(p, AdamWOptions(-1)), eg::ValueError, Says{"[AdamW] lr is -1"});
  BOOST_CHECK_EXCEPTION(AdamW(p, AdamWOptions().betas({0.9, 1})), eg::ValueError,
                        Says{"[AdamW] betas"});
  BOOST_CHECK_EXCEPTION(Adagrad(p, AdagradOptions().eps(-1)), eg::ValueError,
                        Says{"[Adagrad] eps is -1"});
  BOOST_CHECK_EXCEPTION(RMSprop(p, RMSpropOptions().alpha(-1)), eg::ValueError,
                        Says{"[RMSprop] alpha is -1"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(clipped_gradients)

BOOST_AUTO_TEST_CASE(the_norm_is_of_all_elements) {
  const Parameters p = {eg::zeros({2}, eg::requires_grad()), eg::zeros({2, 1}, eg::requires_grad()),
                        eg::zeros({3}, eg::requires_grad())};
  p[0].mutable_grad() = eg::tensor({3.0, 0.0});
  p[1].mutable_grad() = eg::tensor({{0.0}, {-4.0}});
  BOOST_TEST(eg::clip_grad_norm_(p, 10) == 5.0);
  BOOST_TEST(p[0].grad()[0].item<double>() == 3.0);
  BOOST_TEST(eg::clip_grad_norm_(p, 1) == 5.0);
  BOOST_TEST(std::abs(p[1].grad()[1].item<double>() + 4 / (5 + 1e-6)) < 1e-15);
  BOOST_TEST(eg::clip_grad_norm_(p[2], 1) == 0.0);
  eg::clip_grad_value_(p[0], 0.25);
  BOOST_TEST(p[0].grad()[0].item<double>() == 0.25);
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_said_where_asked) {
  const Parameters p = {eg::zeros({2}, eg::requires_grad())};
  p[0].mutable_grad() = eg::tensor({std::numeric_limits<double>::infinity(), 1.0});
  BOOST_CHECK_EXCEPTION(eg::clip_grad_norm_(p, 1, 2, true), eg::NumericError, Says{"is inf"});
  BOOST_TEST(p[0].grad()[1].item<double>() == 1.0);
  eg::clip_grad_norm_(p, 1);
  BOOST_TEST(p[0].grad()[1].item<double>() == 0.0);
  BOOST_TEST(std::isnan(p[0].grad()[0].item<double>()));
  BOOST_CHECK_EXCEPTION(eg::clip_grad_norm_(p, -1), eg::ValueError, Says{"max_norm is -1"});
  BOOST_CHECK_EXCEPTION(eg::clip_grad_value_(p, -1), eg::ValueError, Says{"clip_value is -1"});
}

BOOST_AUTO_TEST_SUITE_END()
