#include "ode-fit/system.hpp"

#include <algorithm>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/numbers.hpp"
#include "data/boarding_school.hpp"
#include "data/lynx_hare.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::ode_fit {
namespace {

using eigengrad::Tensor;

bool is_name(const std::string& text) {
  try {
    const Expression e(text, "");
    return e.names().size() == 1 && e.names().front() == text;
  } catch (const BadInput&) {
    return false;
  }
}

}  // namespace

System::System(const std::string& text, const std::string& origin) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string equation = text.substr(begin, end - begin);
    begin = end + 1;
    if (trimmed(equation).empty()) continue;
    const std::size_t colon = equation.find(':');
    const std::string state(trimmed(std::string_view(equation).substr(0, colon)));
    if (colon == std::string::npos || !is_name(state))
      throw BadInput(origin + ": " + in_quotes(equation) + " is not of the form state: formula");
    if (contains(states_, state))
      throw BadInput(origin + ": " + in_quotes(state) + " is there twice; name it once");
    if (state == "t") throw BadInput(origin + ": t is the time, and no state; name it otherwise");
    states_.push_back(state);
    formulas_.emplace_back(std::string(trimmed(std::string_view(equation).substr(colon + 1))),
                           origin + ": " + state);
  }
  if (states_.empty())
    throw BadInput(origin + ": there are no equations; write 'x: a*x-b*x*y; y: ...'");
  for (const Expression& formula : formulas_)
    for (const std::string& name : formula.names())
      if (name != "t" && !contains(states_, name) && !contains(parameters_, name))
        parameters_.push_back(name);
  if (parameters_.empty())
    throw BadInput(origin + ": there are no parameters; there is nothing to fit");
}

Tensor System::operator()(const Tensor& t, const Tensor& y, const Tensor& parameters) const {
  const std::vector<Tensor> states = y.unbind(0);
  const std::vector<Tensor> constants = parameters.unbind(0);
  const auto value_of = [&](const std::string& name) {
    if (name == "t") return t;
    const auto state = std::find(states_.begin(), states_.end(), name);
    if (state != states_.end()) return states[static_cast<std::size_t>(state - states_.begin())];
    const auto parameter = std::find(parameters_.begin(), parameters_.end(), name);
    return constants[static_cast<std::size_t>(parameter - parameters_.begin())];
  };
  std::vector<Tensor> derivatives;
  for (const Expression& formula : formulas_) {
    std::vector<Tensor> values;
    for (const std::string& name : formula.names()) values.push_back(value_of(name));
    derivatives.push_back(formula(values).expand_as(states.front()));
  }
  return eigengrad::stack(derivatives, 0);
}

const std::vector<KnownSystem>& known_systems() {
  using eigengrad::optim::OdeintMethod;
  static const std::vector<KnownSystem> all = {
      {"lotka-volterra",
       "prey and predators; columns hare, lynx",
       "hare: a*hare-b*hare*lynx; lynx: c*hare*lynx-d*lynx",
       "a=0.5,b=0.025,c=0.025,d=0.8",
       "",
       {},
       "hare,lynx",
       true,
       OdeintMethod::Dopri5,
       kLynxHareCsv,
       "the bundled pelts of the Hudson's Bay Company, 1900 to 1920"},
      {"sir", "susceptible, infected and recovered of 763; column I",
       "S: -beta*S*I/763; I: beta*S*I/763-gamma*I; R: gamma*I", "beta=2,gamma=0.5", "S=762,I=1,R=0",
       0.0, "", false, OdeintMethod::Dopri5, kBoardingSchoolCsv,
       "the bundled influenza in a boarding school, 1978"},
      {"robertson", "Robertson's stiff kinetics; columns y1, y2, y3",
       "y1: -k1*y1+k3*y2*y3; y2: k1*y1-k3*y2*y3-k2*y2^2; y3: k2*y2^2", "k1=0.04,k2=3e7,k3=1e4",
       "y1=1,y2=0,y3=0", 0.0, "", false, OdeintMethod::Rodas5P, "", ""}};
  return all;
}

}  // namespace apps::ode_fit
