// What all programs have in common: files, empty values, encodings, rows that are incomplete.

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/run.hpp"
#include "common/input.hpp"
#include "common/text.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

constexpr const char* kLine = "t,x,y\n0,1,2\n1,2,3.9\n2,3,6.2\n3,4,8\n";

struct Refusal {
  const char* program;
  Words arguments;
  Words phrases;
  std::string input = kLine;
};

void check(const std::vector<Refusal>& rows) {
  for (const Refusal& r : rows) BOOST_TEST_CONTEXT(r.program << ' ' << r.arguments.back()) {
      check_refusal(run(r.program, r.arguments, r.input), r.phrases);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(all_programs)

BOOST_AUTO_TEST_CASE(a_file_has_many_names) {
  const Scratch scratch;
  const std::string data = scratch.file("d.csv", kLine);
  const auto link = [&](const char* name, const std::string& target, bool is_hard) {
    if (is_hard)
      std::filesystem::create_hard_link(target, scratch.path(name));
    else
      std::filesystem::create_symlink(target, scratch.path(name));
    return scratch.path(name);
  };
  const std::string hard = link("hard", data, true);
  const std::string soft = link("soft", "d.csv", false);
  const std::string twice = link("twice", soft, false);
  const std::string dangling = link("dangling", "new.csv", false);
  const std::string folder = link("folder", scratch.path(""), false);
  struct Row {
    std::string output;
    std::string other;
    bool is_same;
  };
  for (const Row& r :
       {Row{data, data, true},
        {scratch.path("./d.csv"), data, true},
        {scratch.path("../") + data.substr(data.rfind('/', data.rfind('/') - 1) + 1), data, true},
        {hard, data, true},
        {soft, data, true},
        {twice, hard, true},
        {folder + "/d.csv", data, true},
        {dangling, scratch.path("new.csv"), true},
        {folder + "/new.csv", dangling, true},
        {scratch.path("other"), data, false},
        {"/dev/null", "/dev/null", false},
        {"", data, false},
        {data, "", false}})
    BOOST_TEST(apps::is_same_file(r.output, r.other) == r.is_same, r.output << ", " << r.other);
}

BOOST_AUTO_TEST_CASE(no_output_is_an_input_or_another_output) {
  const Scratch scratch;
  const std::string data = scratch.file("d.csv", kLine);
  const std::string plot = scratch.file("d.svg", kLine);
  const std::string out = scratch.path("out.svg");
  check({{EG_REGRESSION, {"--data", data, "--fitted", data}, {"--fitted", "--data", "overwritten"}},
         {EG_REGRESSION,
          {"--data", "-", "--predict", data, "--residuals", scratch.path("./d.csv")},
          {"--residuals", "--predict"}},
         {EG_REGRESSION,
          {"--data", data, "--covariance", out, "--fitted", scratch.path("./out.svg")},
          {"--fitted", "--covariance", "too"}},
         {EG_NLFIT,
          {"--data", data, "--model", "a", "--start", "a=1", "--residuals", data},
          {"--residuals", "--data"}},
         {EG_NLFIT, {"--nist", plot, "--plot", plot}, {"--plot", "--nist"}},
         {EG_ODE_FIT, {"--solution", out, "--plot", out}, {"--plot", "--solution"}},
         {EG_GP, {"--data", plot, "--plot", plot}, {"--plot", "--data"}},
         {EG_MLP, {"--data", data, "--save", data}, {"--save", "--data"}},
         {EG_NLFIT,
          {"--data", "-", "--model", "a", "--start", "a=1", "--predict", "-"},
          {"--predict", "stdin is read by --data"}}});
  BOOST_TEST(read_file(data) == kLine);
  BOOST_TEST(read_file(plot) == kLine);
  BOOST_TEST(!std::filesystem::exists(out));
}

BOOST_AUTO_TEST_CASE(what_has_no_effect_or_no_value_is_refused) {
  check({{EG_OPTIMIZE, {"--method", ""}, {"--method", "empty"}},
         {EG_OPTIMIZE, {"--method="}, {"--method", "empty"}},
         {EG_OPTIMIZE, {"--subject-to", ""}, {"--subject-to", "empty"}},
         {EG_OPTIMIZE, {"--profile", "--function", "wood"}, {"--function", "--profile"}},
         {EG_OPTIMIZE, {"--lr", "0.1"}, {"--lr", "adam"}},
         {EG_GP, {"--data", "-", "--kernel", ""}, {"--kernel", "empty"}},
         {EG_NLFIT,
          {"--data", "-", "--model", "y*1e-200 ~ a*x", "--start", "a=1"},
          {"--response", "'y*1e-200'", "8e-200", "another unit"}},
         {EG_NLFIT, {"--f-scale", "2"}, {"--f-scale", "--loss linear"}},
         {EG_MLP, {"--load", "x", "--hidden", "3"}, {"--hidden", "--load"}},
         {EG_MLP, {"--load", "x", "--lr", "0.1"}, {"--lr", "--load"}},
         {EG_MLP, {"--load", "x", "--save", "y"}, {"--save", "--load"}},
         {EG_MLP, {"--predictions", "y"}, {"--predictions", "--predict"}}});
}

BOOST_AUTO_TEST_CASE(encodings_and_places) {
  const auto utf16 = [](const std::string& text) {
    std::string wide;
    for (const char c : text) wide += {c, '\0'};
    return wide;
  };
  check(
      {{EG_REGRESSION, {"--data", "-"}, {"stdin: line 1", "UTF-16"}, "\xff\xfe" + utf16(kLine)},
       {EG_GP, {"--data", "-"}, {"stdin: line 1", "UTF-16"}, utf16(kLine)},
       {EG_MLP, {"--data", "-"}, {"line 2, column 1", "float32"}, "x,y\n1e39,a\n2,b\n"},
       {EG_MLP, {"--data", "-"}, {"line 3, column 2", "UTF-8"}, "x,y\n1,a\n2,\xe9t\xe9\n"},
       {EG_REGRESSION, {"--data", "-"}, {"line 1, column 1", "'?x'", "UTF-8"}, "\xc3x,y\n1,2\n"},
       {EG_GP, {"--data", "-", "--target", "\xc3"}, {"--target", "'?'"}},
       {EG_REGRESSION,
        {"--data", "-"},
        {"line 2, column 1", "dates", "--factor"},
        "day,y\n2024-01-31,2\n2024-02-01,3\n2024-02-02,5\n"},
       {EG_GP, {"--data", "-"}, {"line 2, column 1", "dates"}, "day,y\n31.1.2024,2\n1.2.2024,3\n"},
       {EG_REGRESSION,
        {"--data", "-", "--weights", "t"},
        {"--weights", "all are 0"},
        "t,x,y\n0,1,2\n0,2,4\n0,3,7\n"},
       {EG_NLFIT,
        {"--data", "-", "--model", "a", "--start", "a=1", "--weights", "0*t"},
        {"--weights", "all are 0"}},
       {EG_ODE_FIT,
        {"--data", "-", "--rhs", "x: -k*x", "--start", "k=1"},
        {"line 2", "only row"},
        "t,x\n0,1\n"},
       {EG_ODE_FIT,
        {"--data", "-", "--rhs", "x: log(x-k)", "--start", "k=2"},
        {"--start", "dx/dt", "not finite"}},
       {EG_GP, {"--data", "-", "--fix", "noise=1e-300,rbf.length=1e9,variance=1"}, {"--fix"}}});
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8) {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82"})
    BOOST_TEST(apps::is_utf8(good), good);
  for (const char* bad : {"\xc3", "\xa9", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xe0\x80\xaf",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"})
    BOOST_TEST(!apps::is_utf8(bad), bad);
  BOOST_TEST(apps::printable("a\xc3\n\xc3\xa9") == "a??\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(rows_with_missing_values_are_left_out) {
  const std::string holes = "t,x,y\n0,1,2\n1,NA,9\n1,2,3.9\n2,3,6.2\n2.5,3.5,\n3,4,8\n";
  const Words shared = {"--data", "-", "--format", "json"};
  const std::pair<const char*, Words> programs[] = {
      {EG_NLFIT, {"--model", "a+b*x", "--start", "a=1,b=1"}},
      {EG_GP, {"--features", "x", "--restarts", "0"}},
      {EG_ODE_FIT, {"--rhs", "x: k+0*x; y: q", "--start", "k=1,q=2"}}};
  for (const auto& [program, options] : programs) {
    Words arguments = shared;
    arguments.insert(arguments.end(), options.begin(), options.end());
    check_refusal(run(program, arguments, holes),
                  {"line 3, column 2", "missing", "--missing drop"});
    arguments.insert(arguments.end(), {"--missing", "drop"});
    const json j = json::parse(run(program, arguments, holes).out);
    BOOST_TEST(j["rows"] == 4);
    BOOST_TEST(j["rows_dropped"] == 2);
    json whole = json::parse(run(program, arguments, kLine).out);
    BOOST_TEST(j["parameters"] == whole["parameters"]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
