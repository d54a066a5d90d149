#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/run.hpp"
#include "common/csv.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

Outcome regression(const std::vector<std::string>& arguments, const std::string& input = "") {
  return run(EG_REGRESSION, arguments, input);
}

json fitted(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Outcome r = regression(arguments, input);
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err == "");
  return json::parse(r.out);
}

bool agrees(double got, double wanted, double relative) {
  return std::abs(got - wanted) <= relative * std::abs(wanted);
}

/// NIST's certified values for Longley.dat.
constexpr double kEstimates[] = {-3482258.63459582, 15.0618722713733,  -0.358191792925910E-01,
                                 -2.02022980381683, -1.03322686717359, -0.511041056535807E-01,
                                 1829.15146461355};
constexpr double kErrors[] = {890420.383607373,  84.9149257747669,  0.334910077722432E-01,
                              0.488399681651699, 0.214274163161675, 0.226073200069370,
                              455.478499142212};

/// See tests/oracle/logistic.py.
const std::string kExam =
    "hours,passed\n0.50,0\n0.75,0\n1.00,0\n1.25,0\n1.50,0\n1.75,0\n1.75,1\n2.00,0\n2.25,1\n2.50,0\n"
    "2.75,1\n3.00,0\n3.25,1\n3.50,0\n4.00,1\n4.25,1\n4.50,1\n4.75,1\n5.00,1\n5.50,1\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(longley)

BOOST_AUTO_TEST_CASE(agrees_with_the_certified_values) {
  const json j = fitted({});
  BOOST_REQUIRE(j["coefficients"].size() == 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    const json& b = j["coefficients"][i];
    BOOST_TEST_CONTEXT(b["term"]) {
      const double estimate = b["estimate"];
      const double error = b["std_error"];
      BOOST_TEST(agrees(estimate, kEstimates[i], 1e-9), estimate);
      BOOST_TEST(agrees(error, kErrors[i], 1e-9), error);
      BOOST_TEST(agrees(b["t_value"], kEstimates[i] / kErrors[i], 1e-9));
    }
  }
  BOOST_TEST(agrees(j["residual_sd"], 304.854073561965, 1e-10));
  BOOST_TEST(agrees(j["r_squared"], 0.995479004577296, 1e-12));
  BOOST_TEST(agrees(j["residual_sum_of_squares"], 836424.055505915, 1e-10));
  BOOST_TEST(j["degrees_of_freedom"] == 9);
  BOOST_TEST(j["rows"] == 16);
  BOOST_TEST(j["converged"] == true);
  BOOST_TEST(j["target"] == "employed");
  BOOST_TEST(j["coefficients"][0]["term"] == "(intercept)");
  BOOST_TEST(j["coefficients"][6]["term"] == "year");
  // Of Student's t with 9 degrees of freedom, from the certified ratio -3.91080...
  BOOST_TEST(agrees(j["coefficients"][0]["p_value"], 0.00356040386, 1e-7));
  BOOST_TEST(j["convergence"].size() >= 2U);
  BOOST_TEST(j["convergence"][0]["iter"] == 0);
  BOOST_TEST(j["convergence"].back()["gradient_norm"] < 1e-10);
}

BOOST_AUTO_TEST_CASE(the_text_has_the_tables) {
  const Outcome r = regression({});
  BOOST_TEST(r.code == 0);
  BOOST_TEST(r.err == "");
  for (const char* part :
       {"Linear regression of employed on 6 columns, 16 rows", "term", "estimate", "std error",
        "t value", "p value", "(intercept)", "-3.48226e+06", "8.9042e+05", "R^2: 0.99548",
        "Residual standard error: 304.85 on 9 degrees of freedom", "iter", "cost", "|gradient|",
        "|step|", "seconds", "converged in", "NIST"})
    BOOST_TEST(r.out.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(the_csv_is_the_table_of_coefficients) {
  const Outcome r = regression({"--format", "csv"});
  BOOST_TEST(r.code == 0);
  std::istringstream in(r.out);
  apps::CsvReader reader(in, "output");
  BOOST_TEST((reader.header() ==
              std::vector<std::string>{"term", "estimate", "std_error", "ratio", "p_value"}));
  for (std::size_t i = 0; i < 7; ++i) {
    BOOST_REQUIRE(reader.next());
    BOOST_TEST(agrees(reader.number(1), kEstimates[i], 1e-9));
    BOOST_TEST(agrees(reader.number(2), kErrors[i], 1e-9));
  }
  BOOST_TEST(!reader.next());
}

BOOST_AUTO_TEST_CASE(columns_can_be_chosen) {
  const json j = fitted({"--target", "gnp", "--features", "year,population"});
  BOOST_TEST(j["target"] == "gnp");
  BOOST_TEST((j["features"] == json{"year", "population"}));
  BOOST_TEST(j["coefficients"].size() == 3U);
}

BOOST_AUTO_TEST_CASE(both_methods_and_any_start_agree) {
  const json newton = fitted({});
  std::vector<double> first_costs;
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--method", "gd"},
                                                  {"--seed", "1"},
                                                  {"--seed", "1"},
                                                  {"--method", "gd", "--seed", "3"}}) {
    const json other = fitted(options);
    for (std::size_t i = 0; i < 7; ++i)
      BOOST_TEST(agrees(other["coefficients"][i]["estimate"], newton["coefficients"][i]["estimate"],
                        1e-7));
    first_costs.push_back(other["convergence"][0]["cost"]);
  }
  // Another start is another first line, and the same seed the same one.
  BOOST_TEST(first_costs[1] == first_costs[2]);
  BOOST_TEST(first_costs[1] != first_costs[3]);
  BOOST_TEST(first_costs[1] != first_costs[0]);
}

BOOST_AUTO_TEST_CASE(too_few_iterations_are_not_converged) {
  const Outcome r = regression({"--max-iter", "0"});
  BOOST_TEST(r.code == 1);
  BOOST_TEST(r.out.find("not converged") != std::string::npos);
  BOOST_TEST(r.err.find("eg-regression: not converged") == 0U);
  BOOST_TEST(std::count(r.err.begin(), r.err.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(progress_is_for_terminals, *boost::unit_test::precondition(has_terminals)) {
  const Outcome r = run(EG_REGRESSION, {}, "", Stderr::Terminal);
  BOOST_TEST(r.code == 0);
  BOOST_TEST(r.err.find("eg-regression: converged in") != std::string::npos, r.err);
  BOOST_TEST(r.out.find("(intercept)") != std::string::npos);
  const Outcome failed = run(EG_REGRESSION, {"--max-iter", "0"}, "", Stderr::Terminal);
  BOOST_TEST(failed.code == 1);
  BOOST_TEST(failed.err.find("not converged") == failed.err.rfind("not converged"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(data)

BOOST_AUTO_TEST_CASE(files_and_stdin_give_the_same) {
  const std::string csv =
      "\xEF\xBB\xBF\"x, first\",z,y\r\n1,2,3.5\r\n2,1,\"4.5\"\r\n3,5,9\r\n4,3,8.5\r\n";
  const Scratch scratch;
  const json from_file = fitted({"--data", scratch.file("d.csv", csv)});
  const json from_stdin = fitted({"--data", "-"}, csv);
  BOOST_TEST(from_file["coefficients"] == from_stdin["coefficients"]);
  BOOST_TEST(from_file["features"][0] == "x, first");
  BOOST_TEST(from_file["data"].get<std::string>().ends_with("/d.csv"));
  BOOST_TEST(from_stdin["data"] == "stdin");
}

BOOST_AUTO_TEST_CASE(other_columns_need_not_be_numbers) {
  const json j = fitted({"--data", "-", "--target", "y", "--features", "x"},
                        "name,x,y\nann,1,2\nbob,2,4.5\n,3,6\n");
  BOOST_TEST(agrees(j["coefficients"][1]["estimate"], 2, 1e-12));
}

BOOST_AUTO_TEST_CASE(as_many_rows_as_coefficients_leave_no_errors) {
  const json j = fitted({"--data", "-"}, "x,y\n1,2\n2,5\n");
  BOOST_TEST(agrees(j["coefficients"][1]["estimate"], 3, 1e-12));
  BOOST_TEST(agrees(j["coefficients"][0]["estimate"], -1, 1e-12));
  BOOST_TEST(j["coefficients"][1]["std_error"].is_null());
  BOOST_TEST(j["residual_sd"].is_null());
  BOOST_TEST(j["degrees_of_freedom"] == 0);
}

BOOST_AUTO_TEST_CASE(units_do_not_matter) {
  const json plain = fitted({"--data", "-"}, "x,y\n1,1\n2,3\n4,4\n");
  const json scaled = fitted({"--data", "-"}, "x,y\n1e160,1e-130\n2e160,3e-130\n4e160,4e-130\n");
  BOOST_TEST(agrees(plain["coefficients"][1]["estimate"], 39.0 / 42, 1e-12));
  BOOST_TEST(agrees(scaled["coefficients"][0]["estimate"],
                    plain["coefficients"][0]["estimate"].get<double>() * 1e-130, 1e-12));
  for (const char* key : {"t_value", "p_value"})
    BOOST_TEST(agrees(scaled["coefficients"][1][key], plain["coefficients"][1][key], 1e-12));
  BOOST_TEST(agrees(scaled["r_squared"], plain["r_squared"], 1e-12));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(logistic)

BOOST_AUTO_TEST_CASE(agrees_with_plain_newton) {
  for (const char* method : {"newton", "gd"}) {
    const json j = fitted({"--data", "-", "--model", "logistic", "--method", method}, kExam);
    BOOST_TEST(agrees(j["coefficients"][0]["estimate"], -4.077713431087631, 1e-8));
    BOOST_TEST(agrees(j["coefficients"][1]["estimate"], 1.5046454283733335, 1e-8));
    BOOST_TEST(agrees(j["coefficients"][0]["std_error"], 1.7609943141564697, 1e-7));
    BOOST_TEST(agrees(j["coefficients"][1]["std_error"], 0.6287208459453852, 1e-7));
    BOOST_TEST(agrees(j["log_likelihood"], -8.029878464344673, 1e-10));
    BOOST_TEST(agrees(j["coefficients"][1]["z_value"], 2.393185, 1e-5));
    BOOST_TEST(agrees(j["coefficients"][1]["p_value"], 0.0167028, 1e-4));
  }
  BOOST_TEST(regression({"--data", "-", "--model", "logistic"}, kExam).out.find("z value") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(separation_is_not_convergence) {
  struct Row {
    const char* csv;
    const char* says;
  };
  for (const Row& row : {Row{"x,y\n1,0\n2,0\n3,1\n4,1\n", "completely"},
                         Row{"x,y\n1,0\n2,0\n2,1\n3,1\n", "in a part of the rows"}}) {
    const Outcome r = regression({"--data", "-", "--model", "logistic"}, row.csv);
    BOOST_TEST(r.code == 1);
    BOOST_TEST(r.err.find(row.says) != std::string::npos, r.err);
    BOOST_TEST(r.out.find(row.says) != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_AUTO_TEST_CASE(is_one_line_on_stderr) {
  struct Row {
    const char* name;
    std::vector<std::string> arguments;
    std::string csv;
    std::vector<std::string> phrases;
  };
  const Row rows[] = {
      {"short row", {}, "a,b,y\n1,2,3\n4,5\n", {"line 3, column 3", "2 fields"}},
      {"text cell", {}, "a,b,y\n1,2,3\n4,x,6\n7,8,9\n", {"line 3, column 2", "'x'", "'b'"}},
      {"missing cell", {}, "a,b,y\n1,2,3\n4,,6\n", {"line 3, column 2", "missing", "'b'"}},
      {"NA", {}, "a,b,y\n1,2,NA\n", {"line 2, column 3", "missing", "'y'"}},
      {"inf", {}, "a,b,y\n1,2,3\n1,inf,3\n", {"line 3, column 2", "'inf'", "finite"}},
      {"empty file", {}, "", {"line 1, column 1", "empty"}},
      {"no rows", {}, "a,y\n", {"line 1, column 1", "0 rows", "2 coefficients"}},
      {"few rows", {}, "a,b,c,y\n1,2,3,4\n2,3,5,5\n3,5,7,6\n", {"line 4", "3 rows", "4 coef"}},
      {"constant feature",
       {"--strict"},
       "a,b,y\n1,5,3\n2,5,4\n3,5,7\n",
       {"lines 2 to 4, column 2", "'b'", "constant"}},
      {"constant target", {}, "a,y\n1,5\n2,5\n3,5\n", {"column 2", "'y'", "constant"}},
      {"dependent",
       {"--strict"},
       "a,b,y\n1,5,3\n2,7,4\n3,9,7\n4,11,1\n",
       {"line 1, column 2", "'b'", "linear combination"}},
      {"only target", {}, "y\n1\n2\n", {"line 1, column 1", "only column"}},
      {"no such target", {"--target", "z"}, "a,y\n1,2\n", {"--target", "line 1", "'z'", "a, y"}},
      {"no such feature", {"--features", "a,c"}, "a,y\n1,2\n", {"--features", "line 1", "'c'"}},
      {"feature twice", {"--features", "a,a"}, "a,y\n1,2\n", {"--features", "twice"}},
      {"feature is target", {"--features", "a,y"}, "a,y\n1,2\n", {"--features", "target"}},
      {"empty feature", {"--features", "a,,b"}, "a,b,y\n1,2,3\n", {"--features", "no name"}},
      {"not 0 or 1",
       {"--model", "logistic"},
       "a,y\n1,0\n2,2\n",
       {"line 3, column 2", "'2'", "0 or 1"}},
      {"one class", {"--model", "logistic"}, "a,y\n1,0\n2,0\n3,0\n", {"column 2", "constant"}},
      {"unknown model", {"--model", "cubic"}, "a,y\n1,0\n", {"--model", "cubic"}},
      {"unknown format", {"--format", "xml"}, "a,y\n1,0\n", {"--format", "xml"}},
      {"unknown option", {"--frobnicate"}, "a,y\n1,0\n", {"--frobnicate"}},
      {"positional", {"stray"}, "a,y\n1,0\n", {"stray"}},
      {"seed", {"--seed", "x"}, "a,y\n1,0\n", {"--seed", "x"}},
      {"tolerance",
       {"--tol", "-1"},
       "a,y\n1,0\n",
       {"--tol: '-1' is not above 0; give a positive number"}},
      {"iterations", {"--max-iter", "-3"}, "a,y\n1,0\n", {"--max-iter"}},
      {"no value", {"--target"}, "a,y\n1,0\n", {"--target"}},
      {"thousands",
       {},
       "a;y\n1,234,567;2\n3;4\n",
       {"line 2, column 1", "'1,234,567' is not a number", "thousands separators are not read"}},
      {"text target", {}, "a,y\n1,x\n2,z\n", {"line 2, column 2", "'x' is not a number in 'y'"}},
      {"text later", {}, "a,y\n1,2\nx,3\n4,5\n", {"line 3, column 1", "'x' is not a number"}},
      {"names as a factor", {}, "n,y\na,1\nb,2\nc,4\n,5\n", {"line 5, column 1", "missing"}},
      {"levels", {"--model", "multinomial", "--anova"}, "a,y\n1,p\n2,q\n", {"--anova"}},
      {"three classes",
       {"--model", "logistic"},
       "a,y\n1,p\n2,q\n3,r\n",
       {"line 1, column 2", "3 classes", "multinomial"}},
      {"counts", {"--model", "poisson"}, "a,y\n1,1\n2,2.5\n", {"line 3, column 2", "0, 1, 2"}},
      {"no counts", {"--model", "poisson"}, "a,y\n1,0\n2,0\n", {"column 2", "constant"}},
      {"gamma", {"--model", "gamma"}, "a,y\n1,1\n2,0\n", {"line 3, column 2", "above 0"}},
      {"link", {"--model", "poisson", "--link", "logit"}, "a,y\n1,0\n", {"--link", "sqrt"}},
      {"qr", {"--model", "poisson", "--method", "qr"}, "a,y\n1,0\n", {"--method", "qr"}},
      {"level", {"--level", "95"}, "a,y\n1,0\n", {"--level", "between 0 and 1"}},
      {"robust", {"--robust", "HC9"}, "a,y\n1,0\n", {"--robust"}},
      {"degree", {"--degree", "0"}, "a,y\n1,0\n", {"--degree"}},
      {"term", {"--features", "a:b"}, "a,y\n1,0\n", {"--features", "line 1", "'b'"}},
      {"term twice", {"--features", "a:a"}, "a,y\n1,0\n", {"--features", "'a' is there twice"}},
      {"power", {"--features", "a^0"}, "a,y\n1,0\n", {"--features", "'a^0'", "from 1 to 64"}},
      {"power of text", {"--features", "a^2"}, "a,y\np,0\nq,1\n", {"--features", "text"}},
      {"factor", {"--factor", "z"}, "a,y\n1,0\n", {"--factor", "'z'"}},
      {"reference", {"--reference", "a"}, "a,y\np,0\nq,1\n", {"--reference", "column=level"}},
      {"two references",
       {"--reference", "a=p", "--reference", "a=q"},
       "a,y\np,0\nq,1\n",
       {"--reference", "'a' has a reference already"}},
      {"half a product", {"--features", "a*"}, "a,y\n1,0\n", {"--features", "missing beside '*'"}},
      {"reference level", {"--reference", "a=r"}, "a,y\np,0\nq,1\n", {"--reference", "'p, q'"}},
      {"reference number",
       {"--reference", "a=1"},
       "a,y\n1,0\n2,1\n",
       {"--reference", "--factor a"}},
      {"weights", {"--weights", "z"}, "a,y\n1,0\n", {"--weights", "'z'"}},
      {"negative weight",
       {"--weights", "w"},
       "a,w,y\n1,1,2\n2,-1,3\n3,1,1\n",
       {"--weights", "line 3, column 2", "-1"}},
      {"missing", {"--missing", "guess"}, "a,y\n1,0\n", {"--missing"}},
      {"dropped",
       {"--missing", "drop"},
       "a,y\n1,NA\n2,1\n,3\n",
       {"line 4", "1 rows without missing values (2 were dropped)"}},
      {"delimiter", {"--delimiter", "ab"}, "a,y\n1,0\n", {"--delimiter", "'ab'"}},
      {"decimal", {"--decimal", ";"}, "a,y\n1,0\n", {"--decimal"}},
      {"both", {"--decimal", ",", "--delimiter", ","}, "a,y\n1,0\n", {"--decimal", "both"}},
      {"lambda alone", {"--lambda", "1"}, "a,y\n1,0\n", {"--lambda", "--lasso"}},
      {"two penalties", {"--lasso", "--ridge"}, "a,y\n1,0\n", {"--ridge"}},
      {"alpha", {"--alpha", "2"}, "a,y\n1,0\n", {"--alpha"}},
      {"negative lambda", {"--lasso", "--lambda", "-1"}, "a,y\n1,0\n", {"--lambda", "negative"}},
      {"no lambda", {"--lasso", "--lambda", "1,x"}, "a,y\n1,0\n", {"--lambda", "x"}},
      {"folds", {"--lasso", "--cv", "5"}, "a,y\n1,0\n2,3\n", {"--cv", "5 folds of 2 rows"}},
      {"penalty and errors", {"--lasso", "--robust", "HC3"}, "a,y\n1,0\n", {"--robust"}},
      {"penalised gamma", {"--lasso", "--model", "gamma"}, "a,y\n1,1\n", {"--model", "poisson"}},
      {"plot", {"--plot", "x.pdf"}, "a,y\n1,0\n", {"--plot", ".svg"}},
      {"compressed", {}, "\x1f\x8b not a table", {"line 1, column 1", ".gz"}},
  };
  const Scratch scratch;
  int files = 0;
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.name) {
      // From a file, whose name is told, and from stdin.
      const std::string file = scratch.file("bad.csv", row.csv);
      std::vector<std::string> arguments = {"--data", file};
      arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
      std::vector<std::string> phrases = row.phrases;
      phrases.emplace_back("eg-regression: ");
      const bool names_the_file = row.arguments.empty() || row.phrases[0].starts_with("line");
      if (names_the_file) phrases.emplace_back("bad.csv");
      check_refusal(regression(arguments), phrases);
      // From stdin the place is told alike; a few rows show it.
      if (!names_the_file || ++files > 4) continue;
      arguments[1] = "-";
      phrases.back() = "stdin";
      check_refusal(regression(arguments, row.csv), phrases);
    }
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read) {
  check_refusal(regression({"--data", "/nowhere/at all.csv"}),
                {"--data", "/nowhere/at all.csv", "No such file"});
  const Scratch scratch;
  check_refusal(regression({"--data", scratch.path("")}), {"--data", "directory"});
}

BOOST_AUTO_TEST_CASE(is_told_on_terminals_too, *boost::unit_test::precondition(has_terminals)) {
  const Scratch scratch;
  const Outcome r =
      run(EG_REGRESSION, {"--data", scratch.file("d.csv", "a,y\n1,x\n")}, "", Stderr::Terminal);
  BOOST_TEST(r.code == 2);
  BOOST_TEST(r.out == "");
  BOOST_TEST(std::count(r.err.begin(), r.err.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(help_is_not) {
  const Outcome help = regression({"--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(help.err == "");
  for (const char* option : {"--data", "--target", "--features", "--model", "--method", "--format",
                             "--seed", "--tol", "--max-iter", "--no-intercept"})
    BOOST_TEST(help.out.find(option) != std::string::npos, option);
  BOOST_TEST(regression({"--version"}).out.find("eg-regression ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
