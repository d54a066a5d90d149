#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/run.hpp"
#include "common/csv.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

Outcome optimize(const std::vector<std::string>& arguments) { return run(EG_OPTIMIZE, arguments); }

json minimised(const std::vector<std::string>& arguments) {
  return run_for_json(EG_OPTIMIZE, arguments);
}

constexpr const char* kMethods[] = {"auto",        "gd",     "cg",        "bfgs",
                                    "lbfgs",       "newton", "newton-cg", "trust-region-cg",
                                    "nelder-mead", "adam"};

}  // namespace

BOOST_AUTO_TEST_SUITE(optimize_runs)

BOOST_AUTO_TEST_CASE(without_arguments) {
  const Outcome r = optimize({});
  BOOST_TEST(r.code == 0);
  BOOST_TEST(r.err == "");
  for (const char* part :
       {"rosenbrock, n = 2, method newton", "iter", "cost", "cost change", "|gradient|", "|step|",
        "Hv", "seconds", "converged in", "minimum ", "at x = (1, 1)"})
    BOOST_TEST(r.out.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(rosenbrock_in_many_dimensions) {
  for (const auto& [method, n] :
       {std::pair("newton", "2"), {"newton", "40"}, {"newton-cg", "10"}, {"newton-cg", "1000"}}) {
    const json j = minimised({"--function", "rosenbrock", "--n", n, "--method", method});
    BOOST_TEST(j["gradient_norm"] < 1e-10);
    BOOST_TEST(j["x"].size() == static_cast<std::size_t>(std::stoi(n)));
  }
}

// Every function by two methods, every method on two functions; gd and adam on short ones, whose
// histories are short, too.
BOOST_AUTO_TEST_CASE(functions_and_methods) {
  constexpr const char* kFunctions[] = {
      "rosenbrock", "beale", "himmelblau", "powell-singular", "logistic",
      "wood",       "booth", "matyas",     "goldstein-price", "dixon-price"};
  for (std::size_t i = 0; i < std::size(kFunctions); ++i)
    for (std::size_t k = 0; k < 2; ++k)
      BOOST_TEST_CONTEXT(kFunctions[i] << " by "
                                       << kMethods[(i + 3 * k + 7) % std::size(kMethods)]) {
        const char* const function = kFunctions[i];
        const std::string method = kMethods[(i + 3 * k + 7) % std::size(kMethods)];
        const bool first_order = method == "gd" || method == "adam";
        const json j = minimised(
            {"--function", function, "--method", method, "--tol", first_order ? "1e-4" : "1e-8"});
        BOOST_TEST(j["converged"] == true);
        if (!j["known_minimum"].is_null())
          BOOST_TEST(std::abs(j["minimum"].get<double>() - j["known_minimum"].get<double>()) <
                     1e-5);
      }
}

BOOST_AUTO_TEST_CASE(start_tolerance_and_limit_are_obeyed) {
  const json j = minimised({"--function", "himmelblau", "--start", "-3,3", "--tol", "1e-3"});
  BOOST_TEST((j["start"] == json{-3.0, 3.0}));
  BOOST_TEST(std::abs(j["x"][0].get<double>() + 2.805118) < 1e-3);
  BOOST_TEST(j["tolerance"] == 1e-3);
  BOOST_TEST((minimised({"--n", "4", "--start", "2,3"})["start"] == json{2.0, 3.0, 2.0, 3.0}));
  BOOST_TEST(minimised({"--function", "booth", "--start=-1e1,2.5"})["start"][0] == -10.0);

  const Outcome r = optimize({"--max-iter", "3"});
  BOOST_TEST(r.code == 1);
  BOOST_TEST(r.out.find("not converged: iteration 3") != std::string::npos);
  BOOST_TEST(r.err.find("eg-optimize: not converged") == 0U);
  BOOST_TEST(std::count(r.err.begin(), r.err.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(the_csv_is_the_convergence_table) {
  const Outcome r = optimize({"--format", "csv", "--method", "newton-cg"});
  BOOST_TEST(r.code == 0);
  std::istringstream in(r.out);
  apps::CsvReader reader(in, "output");
  BOOST_TEST((reader.header() == std::vector<std::string>{"iter", "cost", "cost_change",
                                                          "gradient_norm", "step_norm", "f", "g",
                                                          "H", "Hv", "seconds", "x1", "x2"}));
  double rows = 0;
  double gradient = 1;
  double x1 = 0;
  for (; reader.next(); ++rows) {
    BOOST_TEST(reader.number(0) == rows);
    gradient = reader.number(3);
    x1 = reader.number(10);
  }
  BOOST_TEST(rows > 5);
  BOOST_TEST(gradient < 1e-10);
  BOOST_TEST(std::abs(x1 - 1) < 1e-9);
  BOOST_TEST(optimize({"--n", "30", "--format", "csv"}).out.find("x1") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(long_histories_are_thinned_in_text_only) {
  const Outcome text = optimize({"--method", "adam", "--tol", "1e-3"});
  BOOST_TEST(text.code == 0);
  BOOST_TEST(text.out.find("iterations are shown") != std::string::npos);
  BOOST_TEST(std::count(text.out.begin(), text.out.end(), '\n') < 80);
  const Outcome csv = optimize({"--method", "adam", "--tol", "1e-3", "--format", "csv"});
  BOOST_TEST(std::count(csv.out.begin(), csv.out.end(), '\n') > 80);
}

BOOST_AUTO_TEST_CASE(progress_is_for_terminals, *boost::unit_test::precondition(has_terminals)) {
  const Outcome r = run(EG_OPTIMIZE, {"--method", "adam", "--tol", "1e-6"}, "", Stderr::Terminal);
  BOOST_TEST(r.code == 0);
  BOOST_TEST(r.err.find("eg-optimize: iteration 0, cost 24.2") != std::string::npos, r.err);
  BOOST_TEST(r.err.find("eg-optimize: converged in") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(optimize_plots)

BOOST_AUTO_TEST_CASE(contours_and_the_path) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("skipped: gnuplot is not installed");
    return;
  }
  const Scratch scratch;
  const std::string file = scratch.path("it's a plot.svg");
  struct Case {
    std::vector<std::string> arguments;
    const char* text;
    std::size_t size;
  };
  // Contours are made of many segments.
  for (const Case& c :
       {Case{{"--function", "himmelblau", "--subject-to", "x1<=1"}, "x1&lt;=1", 20000},
        Case{{"--n", "10"}, "|gradient|", 5000}})
    BOOST_TEST_CONTEXT(c.text) {
      std::vector<std::string> arguments = c.arguments;
      arguments.insert(arguments.end(), {"--plot", file});
      const Outcome r = optimize(arguments);
      BOOST_TEST(r.code == 0, r.err);
      BOOST_TEST(r.err == "");
      const std::string svg = read_file(file);
      BOOST_TEST(svg.find("<svg") != std::string::npos);
      BOOST_TEST(svg.find("</svg>") != std::string::npos);
      BOOST_TEST(svg.find(c.text) != std::string::npos);
      BOOST_TEST(svg.size() > c.size);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_gnuplot_is_told) {
  const Scratch scratch;
  const Outcome r = run(EG_OPTIMIZE, {"--plot", scratch.path("p.svg")}, "", Stderr::File,
                        scratch.path("").c_str());
  check_refusal(r, {"--plot", "gnuplot is not installed"});
}

BOOST_AUTO_TEST_CASE(other_obstacles_are_told) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") == 0)
    check_refusal(optimize({"--plot", "/nowhere/p.svg"}), {"--plot", "/nowhere/p.svg"});
  check_refusal(optimize({"--plot", "p.pdf"}), {"--plot", "'p.pdf'", ".svg"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(optimize_bad_input)

BOOST_AUTO_TEST_CASE(is_one_line_on_stderr) {
  struct Row {
    std::vector<std::string> arguments;
    std::vector<std::string> phrases;
  };
  const Row rows[] = {
      {{"--function", "ackley"}, {"--function", "ackley"}},
      {{"--method", "dfp"}, {"--method", "dfp"}},
      {{"--format", "xml"}, {"--format", "xml"}},
      {{"--n", "0"}, {"--n"}},
      {{"--n", "1"}, {"--n", "rosenbrock", "n >= 2"}},
      {{"--function", "beale", "--n", "3"}, {"--n", "beale", "n = 2"}},
      {{"--function", "powell-singular", "--n", "6"}, {"--n", "multiples of 4"}},
      {{"--n", "3", "--start", "1,2"}, {"--start", "2 numbers for 3"}},
      {{"--start", "1,2,3"}, {"--start", "3 numbers for 2"}},
      {{"--start", "1,x"}, {"--start", "'x'", "number 2"}},
      {{"--start", "1,"}, {"--start", "number 2"}},
      {{"--start", "nan,1"}, {"--start", "'nan'"}},
      {{"--start", "1e200,1"}, {"--start", "not finite at the start"}},
      {{"--n", "99999999999999999999"}, {"--n", "whole number"}},
      {{"--function", "lennard-jones", "--n", "7"}, {"--n", "multiples of 3"}},
      {{"--function", "bratu", "--n", "8"}, {"--n", "squares"}},
      {{"--n", "1000000", "--method", "newton"}, {"--method", "n^2", "lbfgs"}},
      {{"--expression", "x1^2+"}, {"--expression: column 6"}},
      {{"--expression", "3"}, {"--expression", "no unknowns"}},
      {{"--expression", "x1^2"}, {"--start", "missing"}},
      {{"--expression", "x1^2", "--start", "a=1"}, {"--start", "'a'"}},
      {{"--expression", "a+b", "--start", "a=1"}, {"--start", "'b' is missing"}},
      {{"--expression", "x99999^2", "--start", "1"}, {"--expression", "at most"}},
      {{"--expression", "log(x1)", "--start", "-1"}, {"--start", "not finite"}},
      {{"--expression", "x1<2", "--start", "1"}, {"not depend"}},
      {{"--expression", "x1^2", "--start", "1", "--function", "wood"}, {"--function"}},
      {{"--lower", "1", "--upper", "0"}, {"--lower", "--upper", "x1"}},
      {{"--start", "2,2", "--upper", "1"}, {"--start", "bounds"}},
      {{"--subject-to", "x1+x2"}, {"--subject-to", "<="}},
      {{"--subject-to", "1<=0"}, {"--subject-to", "'1<=0' has no unknowns"}},
      {{"--subject-to", "log(-9-x1^2)<=1"}, {"'log(-9-x1^2)<=1'"}},
      {{"--subject-to", "x1+x3<=1"}, {"--subject-to: column 4", "'x3'"}},
      {{"--tol", "-1"}, {"--tol: '-1' is not above 0; give a positive number"}},
      {{"--lr", "0"}, {"--lr"}},
      {{"--speed"}, {"--speed"}},
      {{"--n"}, {"--n"}},
      {{"2"}, {"2"}},
  };
  for (const Row& row : rows)
    BOOST_TEST_CONTEXT(row.arguments.front() << ' ' << row.arguments.back()) {
      std::vector<std::string> phrases = row.phrases;
      phrases.emplace_back("eg-optimize: ");
      check_refusal(optimize(row.arguments), phrases);
    }
}

BOOST_AUTO_TEST_CASE(expressions_are_minimised) {
  const json banana = minimised({"--expression", "(1-x1)^2+100*(x2-x1^2)^2", "--start", "0,0"});
  BOOST_TEST(std::abs(banana["x"][1].get<double>() - 1) < 1e-9);
  BOOST_TEST(banana["known_minimum"].is_null());
  const json named =
      minimised({"--expression", "a^2+exp(b-a)", "--start", "b=1,a=2", "--lower", "b=0"});
  BOOST_TEST(std::abs(named["x"][0].get<double>() - 0.35173371124919584) <
             1e-9);  // Lambert's W(1/2).
  BOOST_TEST(named["x"][1] == 0);
  const Outcome text = optimize({"--expression", "a^2+exp(b-a)", "--start", "1,1", "--upper", "2"});
  BOOST_TEST(text.out.find("at (a, b) = (") != std::string::npos, text.out);
}

// On the line x + y = 1 the product is largest in the middle; a disc holds the other one.
BOOST_AUTO_TEST_CASE(constraints_are_kept) {
  const json line =
      minimised({"--expression", "-x1*x2", "--start", "0.2,0.3", "--subject-to", "x1+x2=1"});
  BOOST_TEST(std::abs(line["x"][0].get<double>() - 0.5) < 1e-9);
  BOOST_TEST(std::abs(line["multipliers"][0].get<double>() + 0.5) < 1e-9);
  const json disc = minimised(
      {"--function", "rosenbrock", "--subject-to", "x1^2+x2^2 <= 1", "--subject-to", "x1 >= 0"});
  const double x = disc["x"][0];
  const double y = disc["x"][1];
  BOOST_TEST(std::abs(x * x + y * y - 1) < 1e-9);
  BOOST_TEST(std::abs(x - 0.7864151509718389) < 1e-8);  // SciPy 1.17, SLSQP and trust-constr.
  BOOST_TEST(disc["known_minimum"].is_null());
}

BOOST_AUTO_TEST_CASE(functions_from_physics) {
  const std::pair<std::vector<std::string>, double> cases[] = {
      {{"--function", "lennard-jones", "--n", "15"}, -9.103852415681},
      {{"--function", "lennard-jones", "--n", "6"}, -1},
      // By SciPy 1.17's BFGS on the same sums.
      {{"--function", "bratu", "--n", "9"}, -3.3297162},
      {{"--function", "minimal-surface", "--n", "9"}, 3.1417837}};
  for (const auto& [arguments, minimum] : cases) {
    const double found = minimised(arguments)["minimum"];
    if (std::abs(found - minimum) > 1e-4)
      BOOST_ERROR(arguments[1] << ": " << found << ", not " << minimum);
  }
}

BOOST_AUTO_TEST_CASE(methods_are_compared) {
  std::vector<std::string> arguments = {"--profile", "--format", "csv", "--max-iter", "30"};
  const Scratch scratch;
  const std::string file = scratch.path("p.svg");
  const bool can_plot = std::system("command -v gnuplot >/dev/null 2>&1") == 0;
  if (can_plot) arguments.insert(arguments.end(), {"--plot", file});
  const Outcome r = optimize(arguments);
  BOOST_TEST(r.code == 0, r.err);
  if (can_plot) BOOST_TEST(read_file(file).find("trust-region-cg") != std::string::npos);
  std::istringstream in(r.out);
  apps::CsvReader reader(in, "output");
  int runs = 0;
  int best = 0;
  for (; reader.next(); ++runs)
    if (reader.field(4) == "1" && reader.number(7) == 1) ++best;
  BOOST_TEST(runs > 200);
  // Each function was solved, by whoever came furthest.
  BOOST_TEST(best >= runs / 7);
}

BOOST_AUTO_TEST_CASE(ctrl_c_prints_the_best_so_far) {
  const std::string command =
      std::string(EG_OPTIMIZE) +
      " --function powell-singular --method adam --tol 1e-300 --max-iter 1000000000 & "
      "sleep 0.4; kill -INT $!; wait $!";
  const Outcome r = run("/bin/sh", {"-c", command});
  BOOST_TEST(r.code == 130, r.err);
  BOOST_TEST(r.err.find("stopped") != std::string::npos, r.err);
  BOOST_TEST(r.out.find("at x = (") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(help_is_not) {
  const Outcome help = optimize({"--help"});
  BOOST_TEST(help.code == 0);
  for (const char* part : {"--function", "--n", "--method", "--start", "--tol", "--max-iter",
                           "--format", "--plot", "himmelblau", "powell-singular"})
    BOOST_TEST(help.out.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_SUITE_END()
