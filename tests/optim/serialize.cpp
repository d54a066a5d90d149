#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <sstream>

#include "eigengrad/eigengrad.hpp"

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;

namespace {

using Parameters = std::vector<Tensor>;
using Make = std::function<std::unique_ptr<optim::Optimizer>(const Parameters&)>;

Parameters start() {
  return {eg::tensor({-1.2, 1.0}).requires_grad_(),
          eg::tensor({0.3, 0.7}).to(eg::kFloat32).requires_grad_()};
}
Parameters copies(const Parameters& all) {
  Parameters out;
  for (const Tensor& p : all) out.push_back(p.detach().clone().requires_grad_());
  return out;
}

void steps(optim::Optimizer& optimizer, const Parameters& p, int n) {
  for (int k = 0; k < n; ++k)
    optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor loss = 10 * (p[0][1] - p[0][0].square()).square() + (1 - p[0][0]).square() +
                          (p[1].to(eg::kFloat64) - 0.5).pow(4).sum();
      loss.backward();
      return loss;
    });
}

bool same_bits(const Parameters& a, const Parameters& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    if (!eg::equal(a[k], b[k])) return false;
  return true;
}

template <class O, class Options>
Make maker(Options options) {
  return [options](const Parameters& p) { return std::make_unique<O>(p, options); };
}
/// Groups with settings of their own.
std::unique_ptr<optim::Optimizer> two_groups(const Parameters& p) {
  std::vector<optim::OptimizerParamGroup> groups;
  groups.emplace_back(Parameters{p[0]});
  groups.emplace_back(Parameters{p[1]},
                      std::make_unique<optim::AdamOptions>(optim::AdamOptions(0.03).amsgrad(true)));
  return std::make_unique<optim::Adam>(groups, optim::AdamOptions(0.01));
}

const std::vector<Make>& makers() {
  static const std::vector<Make> all = {
      maker<optim::SGD>(optim::SGDOptions(0.001).momentum(0.9)),
      maker<optim::SGD>(optim::SGDOptions(0.001)),
      maker<optim::Adam>(optim::AdamOptions(0.01).amsgrad(true)),
      maker<optim::AdamW>(optim::AdamWOptions(0.01)),
      maker<optim::Adagrad>(optim::AdagradOptions(0.1)),
      maker<optim::RMSprop>(optim::RMSpropOptions(0.01).momentum(0.5).centered(true)),
      [](const Parameters& p) {
        return std::make_unique<optim::LBFGS>(
            Parameters{p[0]}, optim::LBFGSOptions(1).max_iter(2).line_search_fn("strong_wolfe"));
      },
      &two_groups};
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_optimizers)

BOOST_AUTO_TEST_CASE(go_on_with_the_same_bits) {
  for (const Make& make : makers()) {
    const Parameters p = start();
    const auto first = make(p);
    steps(*first, p, 7);
    std::stringstream data;
    eg::save(*first, data);
    const Parameters q = copies(p);
    const auto second = make(q);
    for (optim::OptimizerParamGroup& group : second->param_groups()) group.options().set_lr(0.5);
    steps(*second, copies(p), 1);  // gradients of others: its own state is not touched
    eg::load(*second, data);
    steps(*first, p, 5);
    steps(*second, q, 5);
    BOOST_TEST(same_bits(p, q));
  }
}

BOOST_AUTO_TEST_CASE(damaged_data_change_nothing) {
  const Parameters p = start();
  const auto first = makers()[7](p);
  steps(*first, p, 3);
  std::stringstream data;
  eg::save(*first, data);
  const std::string all = data.str();
  const Parameters q = copies(p);
  const auto second = makers()[7](q);
  for (std::size_t n = 0; n < all.size(); ++n) {
    std::istringstream part(all.substr(0, n));
    BOOST_CHECK_THROW(eg::load(*second, part), eg::ValueError);
  }
  // A flipped bit is another number, or refused; never a crash, and no memory without end.
  for (std::size_t n = 0; n < all.size(); ++n) {
    std::string flipped = all;
    flipped[n] = static_cast<char>(flipped[n] ^ 0x40);
    std::istringstream in(flipped);
    const auto third = makers()[7](copies(p));
    try {
      eg::load(*third, in);
    } catch (const eg::Error&) {
    }
  }
  BOOST_TEST(second->state().empty());
  BOOST_TEST(second->param_groups()[0].options().get_lr() == 0.01);
}

BOOST_AUTO_TEST_CASE(another_optimizer_is_refused) {
  const Parameters p = start();
  const auto adam = makers()[2](p);
  steps(*adam, p, 2);
  std::stringstream data;
  eg::save(*adam, data);
  const auto refused = [&](optim::Optimizer& other) {
    std::istringstream in(data.str());
    BOOST_CHECK_THROW(eg::load(other, in), eg::ValueError);
  };
  refused(*makers()[0](p));
  refused(*two_groups(p));
  refused(*makers()[2]({p[0]}));
  refused(*makers()[2]({p[0], p[1].detach().to(eg::kFloat64).requires_grad_()}));
  refused(*makers()[2]({p[0], eg::ones({3}, eg::kFloat32).requires_grad_()}));
  std::istringstream text("no optimizer at all");
  BOOST_CHECK_THROW(eg::load(*adam, text), eg::ValueError);
  std::ostringstream broken;
  broken.setstate(std::ios::badbit);
  BOOST_CHECK_THROW(eg::save(*adam, broken), eg::ValueError);
  BOOST_CHECK_THROW(eg::load(*adam, "/no/such/file"), eg::ValueError);
}

BOOST_AUTO_TEST_CASE(files) {
  const std::string file =
      (std::filesystem::temp_directory_path() / "eigengrad_saved_optimizer").string();
  const Parameters p = start(), q = start();
  const auto first = makers()[0](p), second = makers()[0](q);
  steps(*first, p, 2);
  steps(*second, q, 2);
  eg::save(*first, file);
  eg::load(*second, file);
  steps(*first, p, 3);
  steps(*second, q, 3);
  BOOST_TEST(same_bits(p, q));
  std::filesystem::remove(file);
}

BOOST_AUTO_TEST_SUITE_END()
