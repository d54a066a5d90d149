#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/run.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

json fitted(const Words& arguments, const std::string& input = "") {
  return run_for_json(EG_ODE_FIT, arguments, input);
}

constexpr const char* kDecay = "t,x\n0,1\n1,0.37\n2,0.13\n3,0.05\n";
const Words kFitDecay = {"--data", "-", "--rhs", "x: -k*x", "--start", "k=0.5"};

}  // namespace

BOOST_AUTO_TEST_SUITE(ode_fit_runs)

// By SciPy 1.17: least_squares over solve_ivp (DOP853, rtol 1e-12), standard errors from its Jacobian.
BOOST_AUTO_TEST_CASE(known_systems) {
  struct Case {
    Words arguments;
    std::vector<double> estimates;
    std::vector<double> errors;
  };
  const Case cases[] = {{{},
                         {0.54015897969134, 0.027165356404100546, 0.023694639108459703,
                          0.7963860611319561, 34.60242420296217, 5.844506101500112},
                         {0.05948867171103511, 0.0038430439529521195, 0.003286034218071624,
                          0.08385636695841346, 2.9294080868546795, 0.4793002566783373}},
                        {{"--model", "sir"},
                         {1.6692261357452536, 0.4434501935882139},
                         {0.025709937394932474, 0.015569566103560547}}};
  for (const Case& c : cases) {
    const json j = fitted(c.arguments);
    for (std::size_t i = 0; i < c.estimates.size(); ++i) {
      const json& p = j["parameters"][i];
      const double off = p["estimate"].get<double>() / c.estimates[i] - 1;
      const double error_off = p["std_error"].get<double>() / c.errors[i] - 1;
      if (!(std::abs(off) < 1e-6 && std::abs(error_off) < 1e-5))
        BOOST_ERROR(p["name"] << ": off by " << off << ", its standard error by " << error_off);
    }
  }
}

// The solution is known: x0 exp(-k t), which eg-nlfit can fit, too.
BOOST_AUTO_TEST_CASE(typed_equations_agree_with_the_closed_form) {
  Words free = kFitDecay;
  free.insert(free.end(), {"--free", "x", "--solver", "rodas5p"});
  const json ode = fitted(free, kDecay);
  const Outcome r =
      run(EG_NLFIT,
          {"--data", "-", "--model", "x ~ x0*exp(-k*t)", "--start", "k=1,x0=1", "--format", "json"},
          kDecay);
  const json closed = json::parse(r.out);
  for (const std::size_t i : {0U, 1U})
    for (const char* what : {"estimate", "std_error", "lower"})
      BOOST_TEST(std::abs(ode["parameters"][i][what].get<double>() -
                          closed["parameters"][i][what].get<double>()) < 1e-6);
}

BOOST_AUTO_TEST_CASE(text_csv_solution_and_plot) {
  const Scratch scratch;
  Words arguments = kFitDecay;
  arguments.insert(arguments.end(), {"--solution", scratch.path("s.csv")});
  const Outcome text = run(EG_ODE_FIT, arguments, kDecay);
  BOOST_TEST(text.code == 0, text.err);
  for (const char* part :
       {"dx/dt = -k*x", "Estimate", "Std. Error", "3 degrees of freedom", "converged in"})
    BOOST_TEST(text.out.find(part) != std::string::npos, part);
  BOOST_TEST(read_file(scratch.path("s.csv")).rfind("t,x\n0,1\n", 0) == 0U);
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) return;
  arguments.insert(arguments.end(), {"--format", "csv", "--plot", scratch.path("p.svg")});
  const Outcome csv = run(EG_ODE_FIT, arguments, kDecay);
  BOOST_TEST(csv.out.rfind("name,estimate,std_error", 0) == 0U);
  BOOST_TEST(read_file(scratch.path("p.svg")).find("</svg>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals) {
  struct Case {
    Words options;
    Words phrases;
    const char* data = kDecay;
  };
  const Case cases[] = {
      {{"--rhs", "x -k*x"}, {"--rhs", "'x -k*x'"}},
      {{"--rhs", "x: -k*x; x: 1"}, {"--rhs", "'x' is there twice"}},
      {{"--rhs", "x: -k*(x"}, {"--rhs: x: column 4", "not closed"}},
      {{"--rhs", "t: k"}, {"--rhs", "t is the time"}},
      {{"--rhs", ";"}, {"--rhs", "no equations"}},
      {{"--rhs", "x: 1"}, {"--rhs", "no parameters"}},
      {{"--rhs", "y: -k*y"}, {"stdin: line 1", "t, x"}},
      {{"--rhs", "x: -k*x; y: x"}, {"--initial", "'y'"}},
      {{"--start", "q=1"}, {"--start", "'q'", "k"}},
      {{"--time", "s"}, {"--time", "'s'"}},
      {{"--t0", "1"}, {"--t0", "behind"}},
      {{"--free", "y"}, {"--free", "'y'"}},
      {{"--lower", "k=1"}, {"--start", "'k'", "bounds"}},
      {{"--log", "--initial", "x=-1"}, {"--start", "not finite"}},
      {{"--scale", "x=0"}, {"--scale"}},
      {{"--rtol", "0"}, {"--rtol", "'0' is not above 0"}},
      {{"--rhs", "x: k*x^2", "--start", "k=100"}, {"--start", "step size", "x"}},
      {{"--time", "t"}, {"line 3, column 1", "does not grow"}, "t,x\n0,1\n0,2\n"},
      {{"--log"}, {"--log", "line 3, column 2", "-2"}, "t,x\n0,1\n1,-2\n"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.options[0] + ' ' + c.options.back()) {
      Words arguments = {"--data", "-"};
      for (std::size_t i = 2; i < kFitDecay.size(); i += 2)
        if (std::find(c.options.begin(), c.options.end(), kFitDecay[i]) == c.options.end())
          arguments.insert(arguments.end(), {kFitDecay[i], kFitDecay[i + 1]});
      arguments.insert(arguments.end(), c.options.begin(), c.options.end());
      check_refusal(run(EG_ODE_FIT, arguments, c.data), c.phrases);
    }
  check_refusal(run(EG_ODE_FIT, {"--data", "-", "--rhs", "x: -k*x"}, kDecay),
                {"--start", "'k' is missing"});
  check_refusal(run(EG_ODE_FIT, {"--model", "robertson"}), {"--data", "missing"});
}

BOOST_AUTO_TEST_SUITE_END()
