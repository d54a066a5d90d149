#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "autograd/support.hpp"

/// What to_dot() and graph_summary() say of a graph.
namespace autograd_test {
namespace {

/// The lines of a text that contain all of `parts`.
std::vector<std::string> lines_with(const std::string& text,
                                    std::initializer_list<std::string_view> parts) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    bool all = true;
    for (const std::string_view part : parts) all = all && line.find(part) != std::string::npos;
    if (all) found.push_back(line);
  }
  return found;
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string printed(const eg::GraphSummary& s) {
  std::ostringstream os;
  os << s;
  return os.str();
}

const eg::GraphSummary::Row& row_of(const eg::GraphSummary& s, std::string_view name) {
  for (const auto& row : s.rows)
    if (row.name == name) return row;
  BOOST_FAIL("no row " << name);
  return s.rows.front();
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(to_dot_of_the_worked_example, Balanced) {
  const Tensor w = eg::tensor({1.0}, tracked);
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor a = w + x;
  const Tensor b = w + 1;
  const Tensor y = a * b;
  w.mutable_grad() = eg::zeros({1});
  BOOST_TEST(eg::to_dot(y) ==
             R"(digraph eigengrad {
  node [shape=box, style=filled, fillcolor=white, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  n0 [label="MulBackward0\nsaves 2: 16 bytes"];
  n1 [label="AddBackward0"];
  n2 [label="AddBackward0"];
  x0 [label="leaf\n[1] float64, 8 bytes\ngradient 8 bytes", fillcolor=lightgreen];
  x1 [label="leaf\n[1] float64, 8 bytes", fillcolor=lightgreen];
  y0 [label="output 0\n[1] float64, 8 bytes", fillcolor=lightblue];
  n0 -> y0 [label="[1]"];
  n2 -> n0 [label="[1]"];
  n1 -> n0 [label="[1]"];
  x0 -> n1 [label="[1]"];
  x0 -> n2 [label="[1]"];
  x1 -> n2 [label="[1]"];
  label="3 operators, 2 leaves, 16 bytes saved";
}
)");
}

BOOST_FIXTURE_TEST_CASE(to_dot_of_several_outputs_that_share_parts, Balanced) {
  const Tensor x = eg::rand({2, 3}, tracked);
  const Tensor trunk = x.exp();
  const Tensor y = trunk * 2;
  const Tensor z = trunk.sum();
  const std::string dot = eg::to_dot({y, z, x, trunk.detach()});
  BOOST_TEST(lines_with(dot, {"label=\"ExpBackward0"}).size() == 1u);
  BOOST_TEST(has(dot, "  n0 -> y1 [label=\"[]\"];\n"));
  BOOST_TEST(has(dot, "  n1 -> y0 [label=\"[2, 3]\"];\n"));
  BOOST_TEST(has(dot, "  x0 -> y2 [label=\"[2, 3]\"];\n"));
  // What is not tracked stands alone.
  BOOST_TEST(has(dot, "  y3 [label=\"output 3\\n[2, 3] float64, 48 bytes\""));
  BOOST_TEST(!has(dot, "-> y3"));
}

BOOST_FIXTURE_TEST_CASE(to_dot_shapes_travel_along_elementwise_operators, Balanced) {
  const Tensor x = eg::rand({4, 3}, tracked);
  const Tensor b = eg::rand({3}, tracked);
  // Neither the sums nor the numbers save a shape.
  const std::string dot = eg::to_dot(((x + b) * 2 + 1).sum());
  BOOST_TEST(lines_with(dot, {" -> ", "[label=\"[4, 3]\"]"}).size() == 4u);
  BOOST_TEST(lines_with(dot, {" -> ", "[label=\"[3]\"]"}).size() == 1u);
  const auto parts = x.split(2, 0);
  const std::string several = eg::to_dot(parts[1].exp());
  BOOST_TEST(has(several, "[label=\"1: [2, 3]\"]"));
}

BOOST_FIXTURE_TEST_CASE(to_dot_marks_labels_hooks_and_retained_gradients, Balanced) {
  const Tensor x = eg::rand({2}, tracked);
  x.register_hook([](const Tensor&) {});
  Tensor a;
  {
    const eg::Scope outer("training");
    const eg::Scope inner("a \"quoted\" \\ label");
    a = x.exp();
  }
  a.retain_grad();
  const Tensor y = a * 3;
  y.register_hook([](const Tensor&) {});
  y.remove_hook(y.register_hook([](const Tensor&) {}));
  y.grad_fn()->register_prehook([](const variable_list&) {});
  const std::string dot = eg::to_dot(y);
  BOOST_TEST(has(dot, "MulBackward0\\n2 hooks\", fillcolor=lightyellow]"));
  BOOST_TEST(
      has(dot,
          "ExpBackward0\\ntraining/a \\\"quoted\\\" \\\\ label\\nsaves 1: 16 bytes\\nretains "
          "its gradient\", fillcolor=lightyellow]"));
  BOOST_TEST(has(dot, "leaf\\n[2] float64, 16 bytes\\n1 hook\""));
}

BOOST_FIXTURE_TEST_CASE(to_dot_is_the_same_for_the_same_program, Balanced) {
  const auto text_of = [] {
    const Tensor x = eg::ones({3, 3}, tracked);
    const Tensor w = eg::ones({3, 3}, tracked);
    Tensor y = x;
    for (int i = 0; i < 5; ++i) y = (y.matmul(w) + y.unbind()[1]).softmax(0) * w.exp();
    y[0].mul_(2);
    return eg::to_dot({y, y.sum()});
  };
  const std::string first = text_of();
  const Tensor between = eg::rand({3}, tracked).exp();
  BOOST_TEST(first == text_of());
  std::string elsewhere;
  std::thread([&] { elsewhere = text_of(); }).join();
  BOOST_TEST(first == elsewhere);
}

BOOST_FIXTURE_TEST_CASE(to_dot_is_what_graphviz_reads, Balanced) {
  if (std::system("command -v dot > /dev/null 2>&1") != 0) {
    BOOST_TEST_MESSAGE("no Graphviz here");
    return;
  }
  const Tensor x = eg::rand({3, 3}, tracked);
  const eg::Scope scope("\"<odd>\" \\n {label}");
  Tensor y = x.cumprod(0).softmax(1).split(1)[2] * x.matmul(x);
  y[0].exp_();
  namespace fs = std::filesystem;
  const fs::path dot = fs::temp_directory_path() / "eigengrad_inspect_test.dot";
  const fs::path svg = fs::path(dot).replace_extension(".svg");
  std::ofstream(dot) << eg::to_dot({y, y.sum()});
  const std::string command = "dot -Tsvg '" + dot.string() + "' -o '" + svg.string() + "'";
  BOOST_TEST(std::system(command.c_str()) == 0);
  std::ostringstream drawn;
  drawn << std::ifstream(svg).rdbuf();
  BOOST_TEST(has(drawn.str(), "CopySlices"));
  BOOST_TEST(has(drawn.str(), "&lt;odd&gt;"));
  fs::remove(dot);
  fs::remove(svg);
}

BOOST_FIXTURE_TEST_CASE(summary_counts_operators_and_bytes, Balanced) {
  const Tensor x = eg::rand({10}, tracked);
  const Tensor w = eg::rand({10}, tracked);
  const Tensor y = ((x * w).exp() * (x + w).sin()).sum();
  const eg::GraphSummary s = eg::graph_summary(y);
  BOOST_TEST(s.operators == 6u);
  BOOST_TEST(s.leaves == 2u);
  BOOST_TEST(s.edges == 9u);
  BOOST_TEST(row_of(s, "MulBackward0").count == 2u);
  BOOST_TEST(row_of(s, "MulBackward0").saved_values == 4u);
  BOOST_TEST(row_of(s, "SumBackward0").saved_values == 0u);
  BOOST_TEST(s.saved_values == 6u);
  // x, w, the result of exp (saved by exp itself and by the product), that of sin, and its argument.
  BOOST_TEST(s.saved_bytes == 5 * 80u);
  BOOST_TEST(s.leaf_bytes == 160u);
  BOOST_TEST(s.gradient_bytes == 0u);
  y.backward();
  const eg::GraphSummary after = eg::graph_summary(y);
  BOOST_TEST(after.saved_values == 0u);
  BOOST_TEST(after.saved_bytes == 0u);
  BOOST_TEST(after.gradient_bytes == 160u);
}

BOOST_FIXTURE_TEST_CASE(summary_counts_shared_memory_once, Balanced) {
  const Tensor x = eg::rand({100}, tracked);
  Tensor y = x * 1;
  Tensor z = y;
  for (int i = 0; i < 10; ++i) z = z * y.slice(0, 0, 100);
  const eg::GraphSummary s = eg::graph_summary(z);
  // The ten products save ten views of y and, beside y itself, nine results.
  BOOST_TEST(row_of(s, "MulBackward0").saved_values == 20u);
  BOOST_TEST(s.saved_bytes == 10 * 800u);
}

BOOST_FIXTURE_TEST_CASE(summary_of_packed_values, Balanced) {
  const Tensor x = eg::rand({100}, tracked);
  const ag::SavedTensorHooks hooks([](const Tensor&) { return 0; },
                                   [](int) { return eg::ones({100}); });
  const Tensor y = x.exp().sin();
  const eg::GraphSummary s = eg::graph_summary(y);
  BOOST_TEST(s.saved_values == 2u);
  BOOST_TEST(s.packed_values == 2u);
  BOOST_TEST(s.saved_bytes == 0u);
  BOOST_TEST(has(printed(s), "2 of the saved values are packed by hooks"));
  BOOST_TEST(has(eg::to_dot(y), "SinBackward0\\nsaves 1: 0 bytes, 1 packed"));
}

BOOST_FIXTURE_TEST_CASE(summary_as_a_table, Balanced) {
  const Tensor x = eg::rand({10}, tracked);
  Tensor y;
  {
    const eg::Scope label("model");
    y = x.exp().exp();
  }
  y = (y + 1).sum();
  BOOST_TEST(printed(eg::graph_summary(y)) ==
             "operator                count     saved           bytes\n"
             "model: ExpBackward0         2         2             160\n"
             "AddBackward0                1         0               0\n"
             "SumBackward0                1         0               0\n"
             "total                       4         2             160\n"
             "4 edges, 1 leaves of 80 bytes, gradients of 0 bytes\n");
}

BOOST_FIXTURE_TEST_CASE(undefined_tensors_are_refused, Balanced) {
  BOOST_CHECK_EXCEPTION(eg::to_dot(Tensor()), eg::ValueError,
                        Says{"[to_dot] a tensor is undefined"});
  BOOST_CHECK_EXCEPTION(eg::graph_summary({eg::ones({1}), Tensor()}), eg::ValueError,
                        Says{"[graph_summary] a tensor is undefined"});
  BOOST_TEST(eg::graph_summary(eg::ones({1})).operators == 0u);
}

BOOST_FIXTURE_TEST_CASE(inspecting_a_graph_leaves_it_alone, Balanced) {
  const Tensor x = eg::rand({3}, tracked);
  int unpacked = 0;
  const ag::SavedTensorHooks hooks([](const Tensor& t) { return t; },
                                   [&](const Tensor& t) {
                                     ++unpacked;
                                     return t;
                                   });
  const Tensor y = (x.exp() * x).sum();
  const Alive before;
  eg::to_dot(y);
  eg::graph_summary(y);
  BOOST_TEST(Alive() == before);
  BOOST_TEST(unpacked == 0);
  y.backward();
}

BOOST_FIXTURE_TEST_CASE(N3_graphs_of_a_million_nodes, Balanced) {
  const Tensor x = eg::rand({1}, tracked);
  Tensor y = x;
  for (int i = 0; i < 1'000'000; ++i) y = y.sin();
  const eg::GraphSummary s = eg::graph_summary(y);
  BOOST_TEST(s.operators == 1'000'000u);
  BOOST_TEST(s.saved_bytes == 8'000'000u);
  const std::string dot = eg::to_dot(y);
  BOOST_TEST(has(dot, "  n999999 -> n999998 [label=\"[1]\"];\n"));
}

}  // namespace autograd_test
