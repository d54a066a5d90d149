#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/run.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

Outcome mlp(const Words& arguments, const std::string& input = "") {
  return run(EG_MLP, arguments, input);
}

std::string word(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

/// 40 images of 2 by 2 pixels: bright above (class 0) or below (class 1).
std::string images() {
  std::string bytes = word(0x803) + word(40) + word(2) + word(2);
  for (int i = 0; i < 40; ++i) {
    const char bright = static_cast<char>(200 + i);
    const char dark = static_cast<char>(i);
    bytes += i % 2 == 0 ? std::string{bright, bright, dark, dark}
                        : std::string{dark, dark, bright, bright};
  }
  return bytes;
}

std::string labels(int count = 40) {
  std::string bytes = word(0x801) + word(static_cast<std::uint32_t>(count));
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(i % 2);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mlp_runs)

BOOST_AUTO_TEST_CASE(irises_text_json_and_csv) {
  const Outcome text = mlp({});
  BOOST_TEST(text.code == 0, text.err);
  for (const char* part : {"Perceptron 4-32-3", "Training on 120 rows, validation on 30",
                           "class \\ taken for", "virginica", "Validation: accuracy "})
    BOOST_TEST(text.out.find(part) != std::string::npos, part);
  const json j = json::parse(mlp({"--format", "json", "--activation", "tanh"}).out);
  BOOST_TEST(j["validation"]["accuracy"] > 0.9);
  BOOST_TEST(j["history"].size() == 100U);
  BOOST_TEST(j["history"][99]["training"]["loss"] < 0.1);
  // The same seed gives the same numbers, another one others.
  const std::string first = mlp({"--format", "csv", "--epochs", "2", "--seed", "3"}).out;
  const auto without_seconds = [](const std::string& csv) { return csv.substr(0, csv.rfind(',')); };
  BOOST_TEST(first.rfind("epoch,training_loss", 0) == 0U);
  BOOST_TEST(without_seconds(mlp({"--format", "csv", "--epochs", "1", "--seed", "4"}).out) !=
             without_seconds(mlp({"--format", "csv", "--epochs", "1", "--seed", "3"}).out));
}

BOOST_AUTO_TEST_CASE(what_is_saved_predicts_the_same) {
  const Scratch scratch;
  const std::string model = scratch.path("m");
  const std::string rows = scratch.file(
      "new.csv", "petal_width,sepal_length,sepal_width,petal_length\n.2,5,3,1.4\n2,6,3,5\n");
  const Outcome trained = mlp({"--save", model, "--epochs", "20", "--predict", rows});
  const Outcome loaded = mlp({"--load", model, "--predict", rows});
  BOOST_TEST(loaded.code == 0, loaded.err);
  BOOST_TEST(loaded.out == trained.out);
  BOOST_TEST(loaded.out.rfind("class,p(setosa),p(versicolor),p(virginica)\nsetosa,0.9", 0) == 0U);
  const json j = json::parse(mlp({"--load", model, "--predict", rows, "--format", "json"}).out);
  BOOST_TEST(j["predictions"][0]["class"] == "setosa");
  BOOST_TEST(j["predictions"][0]["probabilities"]["setosa"] > 0.9);

  // Whatever is missing or changed is found.
  const std::string bytes = read_file(model);
  const auto refused = [&](const std::string& content) {
    check_refusal(mlp({"--load", scratch.file("bad", content), "--predict", rows}), {"bad: "});
  };
  // One in each part of the file; tests/fuzz has more.
  for (const std::size_t length :
       {std::size_t{7}, std::size_t{14}, std::size_t{300}, bytes.size() - 9, bytes.size() - 1})
    refused(bytes.substr(0, length));
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 6) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    refused(changed);
  }
  refused(bytes + "x");
}

BOOST_AUTO_TEST_CASE(images_in_idx_files) {
  const Scratch scratch;
  const std::string x = scratch.file("x", images());
  const std::string y = scratch.file("y", labels());
  const Outcome r = mlp({"--images", x, "--labels", y, "--hidden", "8", "--batch", "8", "--lr",
                         "0.01", "--format", "json"});
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(json::parse(r.out)["validation"]["accuracy"] == 1.0);
  const std::string saved = scratch.path("saved");
  mlp({"--images", x, "--labels", y, "--epochs", "2", "--save", saved});
  const json again =
      json::parse(mlp({"--load", saved, "--images", x, "--labels", y, "--format", "json"}).out);
  BOOST_TEST(again["validation_rows"] == 40);
  BOOST_TEST(again["weights"] == 4 * 256 + 256 + 256 * 2 + 2);
  mlp({"--epochs", "1", "--save", saved});
  check_refusal(mlp({"--load", saved, "--images", x, "--labels", y}),
                {"--load", "sepal_length", "pixel1"});

  const auto refused = [&](const std::string& bad_images, const std::string& bad_labels,
                           const Words& phrases) {
    check_refusal(
        mlp({"--images", scratch.file("a", bad_images), "--labels", scratch.file("b", bad_labels)}),
        phrases);
  };
  refused(images().substr(0, 100), labels(), {"a: byte 100", "ends after 84 of 160"});
  refused(images() + "x", labels(), {"a: byte 176", "more than"});
  refused(images().substr(0, 10), labels(), {"a: byte 8", "header"});
  refused(word(0x803) + word(0xffffffff) + word(0xffffffff) + word(2), labels(),
          {"a: byte 8", "impossible"});
  refused(word(0x803) + word(0x7fffffff) + word(1) + word(1), labels(),
          {"a: byte 16", "ends after 0"});
  refused("x,y\n1,2\n", labels(), {"a: byte 0", "no IDX file"});
  refused(images(), labels(39), {"39 labels for 40 images"});
}

BOOST_AUTO_TEST_CASE(refusals) {
  struct Case {
    Words options;
    Words phrases;
  };
  const Case cases[] = {
      {{"--data", "/nowhere"}, {"--data", "/nowhere"}},
      {{"--target", "color"}, {"--target", "'color'", "species"}},
      {{"--target", "petal_width"}, {"line 2, column 5", "'setosa'"}},
      {{"--validation", "0"}, {"--validation"}},
      {{"--validation", "1"}, {"--validation"}},
      {{"--hidden", "0"}, {"--hidden"}},
      {{"--hidden", "3.5"}, {"--hidden", "3.5"}},
      {{"--hidden", "999999999999"}, {"--hidden"}},
      {{"--epochs", "0"}, {"--epochs", "whole number"}},
      {{"--lr", "0"}, {"--lr"}},
      {{"--activation", "gelu"}, {"--activation", "gelu"}},
      {{"--images", "x"}, {"--images", "--labels"}},
      {{"--fashion-mnist", "/nowhere"}, {"--fashion-mnist", "dataset-fashion-mnist"}},
      {{"--load", "/dev/null"}, {"/dev/null", "no model"}},
      {{"--predict", "/dev/null"}, {"/dev/null"}},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.options[0] + ' ' + c.options[1]) {
      check_refusal(mlp(c.options), c.phrases);
    }
  const Outcome diverged = mlp({"--lr", "1e30", "--epochs", "3"});
  BOOST_TEST(diverged.code == 1);
  BOOST_TEST(diverged.err.find("not converged") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
