#include <Eigen/Core>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "eigengrad/eigengrad.hpp"
#include "optim/torch_trajectories.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

/// The loss of tests/oracle/optim.py.
eg::Tensor loss_of(const eg::Tensor& x, const eg::Tensor& b) {
  const eg::Tensor head = x.slice(0, 0, -1);
  const eg::Tensor tail = x.slice(0, 1);
  return (10 * eg::square(tail - eg::square(head)) + eg::square(1 - head)).sum() +
         eg::square(b * x[0] - 2).sum();
}

struct Problem {
  eg::Tensor x = eg::tensor({-1.2, 1.0, 0.5}, eg::requires_grad());
  eg::Tensor b = eg::tensor({0.7}, eg::requires_grad());

  std::vector<eg::Tensor> parameters() const { return {x, b}; }
  Optimizer::LossClosure closure(Optimizer& optimizer) const {
    return [this, &optimizer] {
      optimizer.zero_grad();
      const eg::Tensor loss = loss_of(x, b);
      loss.backward();
      return loss;
    };
  }
};

void check_close(double got, double wanted, double tolerance) {
  const double difference = std::abs(got - wanted) / std::max(1.0, std::abs(wanted));
  BOOST_TEST(difference <= tolerance,
             got << " differs from " << wanted << " by " << difference << " > " << tolerance);
}

void follow(std::string_view name,
            const std::function<std::unique_ptr<Optimizer>(std::vector<eg::Tensor>)>& make,
            double tolerance) {
  const auto found = std::find_if(oracle::kTrajectories.begin(), oracle::kTrajectories.end(),
                                  [&](const oracle::Trajectory& t) { return t.name == name; });
  BOOST_REQUIRE_MESSAGE(found != oracle::kTrajectories.end(), "no trajectory called " << name);
  const Problem problem;
  const std::unique_ptr<Optimizer> optimizer = make(problem.parameters());
  for (std::size_t i = 0; i < found->rows.size(); ++i) {
    BOOST_TEST_CONTEXT(name << ", step " << i) {
      const eg::Tensor loss = optimizer->step(problem.closure(*optimizer));
      check_close(loss.item<double>(), found->rows[i][0], tolerance);
      for (int k = 0; k < 3; ++k)
        check_close(problem.x[k].item<double>(), found->rows[i][static_cast<std::size_t>(k + 1)],
                    tolerance);
      check_close(problem.b[0].item<double>(), found->rows[i][4], tolerance);
    }
  }
}

template <class O, class Options>
auto maker(Options options) {
  return [options](std::vector<eg::Tensor> p) -> std::unique_ptr<Optimizer> {
    return std::make_unique<O>(std::move(p), options);
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trajectories_of_pytorch)

BOOST_AUTO_TEST_CASE(sgd) { follow("SGD", maker<SGD>(SGDOptions(0.01)), 1e-13); }
BOOST_AUTO_TEST_CASE(sgd_momentum) {
  follow("SGD with momentum", maker<SGD>(SGDOptions(0.005).momentum(0.9).dampening(0.1)), 1e-13);
}
BOOST_AUTO_TEST_CASE(sgd_nesterov_decay) {
  follow("SGD with Nesterov and decay",
         maker<SGD>(SGDOptions(0.003).momentum(0.8).weight_decay(0.1).nesterov(true)), 1e-13);
}
BOOST_AUTO_TEST_CASE(adam) { follow("Adam", maker<Adam>(AdamOptions(0.1)), 1e-13); }
BOOST_AUTO_TEST_CASE(adam_decay) {
  follow("Adam with decay",
         maker<Adam>(AdamOptions(0.05).betas({0.7, 0.9}).eps(1e-3).weight_decay(0.2)), 1e-13);
}
BOOST_AUTO_TEST_CASE(adam_amsgrad) {
  follow("Adam with amsgrad", maker<Adam>(AdamOptions(0.3).betas({0.8, 0.6}).amsgrad(true)), 1e-13);
}
BOOST_AUTO_TEST_CASE(lbfgs) { follow("LBFGS", maker<LBFGS>(LBFGSOptions(0.1).max_iter(3)), 1e-12); }
BOOST_AUTO_TEST_CASE(lbfgs_strong_wolfe) {
  follow("LBFGS with strong Wolfe",
         maker<LBFGS>(LBFGSOptions().max_iter(4).line_search_fn("strong_wolfe")), 1e-9);
}
BOOST_AUTO_TEST_CASE(lbfgs_long_first_step) {
  follow("LBFGS with a long first step",
         maker<LBFGS>(LBFGSOptions(20).max_iter(2).history_size(2).line_search_fn("strong_wolfe")),
         1e-9);
}
BOOST_AUTO_TEST_CASE(lbfgs_few_evaluations) {
  follow("LBFGS with few evaluations",
         maker<LBFGS>(LBFGSOptions(0.5).max_iter(6).max_eval(4).history_size(3).line_search_fn(
             "strong_wolfe")),
         1e-9);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parameters_in_memory)

template <class O, class Options>
void same_for_any_layout(Options options) {
  // Column-major memory of Eigen, and the same numbers in a row-major tensor.
  Eigen::MatrixXd numbers(3, 2);
  numbers << 1, -2, 0.5, 4, -3, 0.25;
  Eigen::MatrixXd memory = numbers;
  const eg::Tensor wrapped = eg::wrap(memory).requires_grad_();
  const eg::Tensor plain = eg::from_eigen(numbers).requires_grad_();
  BOOST_TEST(!wrapped.is_contiguous());
  for (const eg::Tensor& p : {wrapped, plain}) {
    O optimizer({p}, options);
    for (int i = 0; i < 5; ++i) {
      optimizer.zero_grad();
      (eg::square(p) * p).sum().backward();
      optimizer.step();
    }
  }
  BOOST_TEST(wrapped.equal(plain));
  BOOST_TEST((memory - eg::to_matrix(plain)).norm() == 0);
  BOOST_TEST(!plain.equal(eg::from_eigen(numbers)));
}

BOOST_AUTO_TEST_CASE(sgd_changes_column_major_memory) {
  same_for_any_layout<SGD>(SGDOptions(0.01).momentum(0.9));
}
BOOST_AUTO_TEST_CASE(adam_changes_column_major_memory) {
  same_for_any_layout<Adam>(AdamOptions(0.01).amsgrad(true));
}
BOOST_AUTO_TEST_CASE(lbfgs_changes_column_major_memory) {
  Eigen::MatrixXd memory(2, 2);
  memory << 1, 2, 3, 4;
  const eg::Tensor p = eg::wrap(memory).requires_grad_();
  LBFGS optimizer({p});
  const eg::Tensor target = eg::tensor({{5.0, 6.0}, {7.0, 8.0}});
  optimizer.step([&] {
    optimizer.zero_grad();
    const eg::Tensor loss = eg::square(p - target).sum();
    loss.backward();
    return loss;
  });
  BOOST_TEST((memory - eg::to_matrix(target)).norm() < 1e-6);
}

BOOST_AUTO_TEST_CASE(float32_parameters_stay_float32) {
  for (const bool use_adam : {false, true}) {
    const eg::Tensor single =
        eg::tensor({1.0, -2.0, 3.0}, eg::dtype(eg::kFloat32).requires_grad(true));
    const eg::Tensor twice = eg::tensor({1.0, -2.0, 3.0}, eg::requires_grad());
    for (const eg::Tensor& p : {single, twice}) {
      std::unique_ptr<Optimizer> optimizer;
      if (use_adam)
        optimizer = std::make_unique<Adam>(std::vector<eg::Tensor>{p}, AdamOptions(0.1));
      else
        optimizer =
            std::make_unique<SGD>(std::vector<eg::Tensor>{p}, SGDOptions(0.1).momentum(0.5));
      for (int i = 0; i < 4; ++i) {
        optimizer->zero_grad();
        eg::square(p).sum().backward();
        optimizer->step();
      }
    }
    BOOST_TEST((single.dtype() == eg::kFloat32));
    BOOST_TEST(single.to(eg::kFloat64).allclose(twice.detach(), 1e-5, 1e-6));
  }
}

// What the graph saved before the step is no longer there after it.
BOOST_AUTO_TEST_CASE(a_step_is_seen_by_the_version_check) {
  const eg::Tensor p = eg::tensor({2.0}, eg::requires_grad());
  const eg::Tensor y = p * p;
  SGD optimizer({p}, 0.1);
  (3 * p).backward();
  optimizer.step();
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, Says{"modified by an inplace operation"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bookkeeping)

BOOST_AUTO_TEST_CASE(zero_grad_makes_zero_or_undefined) {
  const Problem p;
  SGD optimizer(p.parameters(), 0.1);
  loss_of(p.x, p.b).backward();
  optimizer.zero_grad(false);
  BOOST_TEST(p.x.grad().defined());
  BOOST_TEST(p.x.grad().equal(eg::zeros({3})));
  optimizer.zero_grad();
  BOOST_TEST(!p.x.grad().defined());
  optimizer.zero_grad(false);
  BOOST_TEST(!p.b.grad().defined());
}

BOOST_AUTO_TEST_CASE(parameters_without_gradient_are_passed_over) {
  const Problem p;
  Adam optimizer(p.parameters(), 0.1);
  p.b.mutable_grad() = eg::ones({1});
  optimizer.step();
  BOOST_TEST(p.x.equal(eg::tensor({-1.2, 1.0, 0.5})));
  BOOST_TEST(p.b.item<double>() < 0.7);
  BOOST_TEST(optimizer.state().size() == 1U);
}

BOOST_AUTO_TEST_CASE(groups_have_settings_of_their_own) {
  const Problem p;
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<eg::Tensor>{p.x});
  groups.emplace_back(std::vector<eg::Tensor>{p.b}, std::make_unique<SGDOptions>(0.5));
  SGD optimizer(groups, SGDOptions(0.25));
  p.x.mutable_grad() = eg::ones({3});
  p.b.mutable_grad() = eg::ones({1});
  optimizer.step();
  BOOST_TEST(p.x.allclose(eg::tensor({-1.45, 0.75, 0.25})));
  BOOST_TEST(p.b.allclose(eg::tensor({0.2})));
  BOOST_TEST(optimizer.size() == 2U);
  BOOST_TEST(optimizer.param_groups().size() == 2U);

  for (OptimizerParamGroup& group : optimizer.param_groups()) group.options().set_lr(0);
  optimizer.step();
  BOOST_TEST(p.b.allclose(eg::tensor({0.2})));
  BOOST_TEST(optimizer.param_groups()[1].options().get_lr() == 0);
  BOOST_TEST(static_cast<const SGDOptions&>(optimizer.defaults()).lr() == 0.25);
}

BOOST_AUTO_TEST_CASE(state_is_found_under_the_parameter) {
  const Problem p;
  Adam adam(p.parameters(), AdamOptions(0.1));
  for (int i = 0; i < 3; ++i) adam.step(p.closure(adam));
  const auto& state = static_cast<const AdamParamState&>(*adam.state().at(p.x.impl()));
  BOOST_TEST(state.step() == 3);
  BOOST_TEST((state.exp_avg().sizes() == p.x.sizes()));
  BOOST_TEST(!state.max_exp_avg_sq().defined());
  const std::unique_ptr<OptimizerParamState> copy = state.clone();
  BOOST_TEST(static_cast<const AdamParamState&>(*copy).step() == 3);

  LBFGS lbfgs(p.parameters(), LBFGSOptions().max_iter(4));
  lbfgs.step(p.closure(lbfgs));
  BOOST_TEST(static_cast<const LBFGSParamState&>(*lbfgs.state().at(p.x.impl())).n_iter() == 4);
}

BOOST_AUTO_TEST_CASE(the_closure_runs_with_grad_mode_on) {
  const Problem p;
  SGD optimizer(p.parameters(), 0.01);
  const eg::NoGradGuard no_grad;
  const eg::Tensor loss = optimizer.step(p.closure(optimizer));
  BOOST_TEST(loss.requires_grad());
  BOOST_TEST(!eg::GradMode::is_enabled());
  BOOST_TEST(!optimizer.step().defined());
}

BOOST_AUTO_TEST_CASE(a_closure_that_throws_leaves_the_parameters) {
  const Problem p;
  LBFGS optimizer(p.parameters(), LBFGSOptions().line_search_fn("strong_wolfe"));
  int calls = 0;
  const auto closure = [&] {
    if (++calls == 2) throw std::domain_error("no value here");
    return p.closure(optimizer)();
  };
  BOOST_CHECK_THROW(optimizer.step(closure), std::domain_error);
  BOOST_TEST(p.x.equal(eg::tensor({-1.2, 1.0, 0.5})));
  BOOST_TEST(p.b.equal(eg::tensor({0.7})));
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  const std::vector<eg::Tensor> p = {eg::zeros({1}, eg::requires_grad())};
  struct Row {
    const char* phrase;
    std::function<void()> make;
  };
  const Row rows[] = {
      {"[SGD] lr is -1", [&] { SGD(p, -1); }},
      {"[SGD] lr is nan", [&] { SGD(p, std::nan("")); }},
      {"[SGD] momentum is -0.1", [&] { SGD(p, SGDOptions(1).momentum(-0.1)); }},
      {"[SGD] weight_decay is -2", [&] { SGD(p, SGDOptions(1).weight_decay(-2)); }},
      {"nesterov", [&] { SGD(p, SGDOptions(1).nesterov(true)); }},
      {"no dampening", [&] { SGD(p, SGDOptions(1).nesterov(true).momentum(0.9).dampening(0.1)); }},
      {"[Adam] lr is -1", [&] { Adam(p, AdamOptions(-1)); }},
      {"[Adam] eps is -1", [&] { Adam(p, AdamOptions().eps(-1)); }},
      {"betas are (1, 0.5)",
       [&] {
         Adam(p, AdamOptions().betas({1.0, 0.5}));
       }},
      {"betas are (0.5, -0.5)",
       [&] {
         Adam(p, AdamOptions().betas({0.5, -0.5}));
       }},
      {"[Adam] weight_decay is -1", [&] { Adam(p, AdamOptions().weight_decay(-1)); }},
      {"max_iter is 0", [&] { LBFGS(p, LBFGSOptions().max_iter(0)); }},
      {"max_eval is 0", [&] { LBFGS(p, LBFGSOptions().max_eval(0)); }},
      {"history_size is 0", [&] { LBFGS(p, LBFGSOptions().history_size(0)); }},
      {"tolerance_grad is -1", [&] { LBFGS(p, LBFGSOptions().tolerance_grad(-1)); }},
      {"tolerance_change is -1", [&] { LBFGS(p, LBFGSOptions().tolerance_change(-1)); }},
      {"\"armijo\"", [&] { LBFGS(p, LBFGSOptions().line_search_fn("armijo")); }},
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.phrase) {
      BOOST_CHECK_EXCEPTION(row.make(), eg::ValueError, Says{row.phrase});
    }
}

BOOST_AUTO_TEST_CASE(unfit_parameters_and_groups_are_refused) {
  const Problem p;
  SGD optimizer({p.x}, 0.1);
  const auto add = [&](std::vector<eg::Tensor> params) {
    optimizer.add_param_group(OptimizerParamGroup(std::move(params)));
  };
  BOOST_CHECK_EXCEPTION(add({p.b, p.b * 2}), eg::ValueError,
                        Says{"can't optimize a non-leaf Tensor"});
  BOOST_CHECK_EXCEPTION(add({p.b, p.x}), eg::ValueError, Says{"appears twice"});
  BOOST_CHECK_EXCEPTION(add({eg::Tensor()}), eg::ValueError, Says{"undefined"});
  BOOST_CHECK_EXCEPTION(add({eg::tensor({1, 2})}), eg::ValueError, Says{"int64"});
  BOOST_CHECK_EXCEPTION(optimizer.add_parameters({p.b, p.x}), eg::ValueError,
                        Says{"appears twice"});
  BOOST_CHECK_EXCEPTION(optimizer.add_param_group({{p.b}, std::make_unique<AdamOptions>()}),
                        eg::ValueError, Says{"another optimizer"});
  BOOST_TEST(optimizer.param_groups().size() == 1U);
  BOOST_TEST(optimizer.size() == 1U);
  BOOST_CHECK_EXCEPTION(OptimizerParamGroup({p.b}).options(), eg::ValueError, Says{"no options"});
  BOOST_CHECK_EXCEPTION(SGD(std::vector<OptimizerParamGroup>{}, 0.1), eg::ValueError,
                        Says{"no group"});

  optimizer.add_parameters({p.b});
  BOOST_TEST(optimizer.size() == 2U);

  std::vector<OptimizerParamGroup> two = {OptimizerParamGroup({p.x}), OptimizerParamGroup({p.b})};
  BOOST_CHECK_EXCEPTION(LBFGS{two}, eg::ValueError, Says{"2 groups"});
  LBFGS lbfgs({p.x});
  BOOST_CHECK_EXCEPTION(lbfgs.step(nullptr), eg::ValueError, Says{"closure"});
}

BOOST_AUTO_TEST_SUITE_END()
