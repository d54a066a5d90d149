#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "apps/run.hpp"

using namespace apps_test;

BOOST_AUTO_TEST_SUITE(tour)

namespace {

/// Between stars: a phrase of a message whose wording belongs to the library.
constexpr const char* kExpected = R"(eigengrad: reverse-mode differentiation in nine steps

== y = a * b with a = w + x, b = w + 1, at w = 1, x = 2
y           tensor([6.], grad_fn=<MulBackward0>)
dy/dw = a+b tensor([5.])
dy/dx = b   tensor([2.])

== Leaves, and the node behind each result
w  is_leaf true  grad_fn none
x  is_leaf true  grad_fn none
a  is_leaf false  grad_fn <AddBackward0>
b  is_leaf false  grad_fn <AddBackward0>
y  is_leaf false  grad_fn <MulBackward0>
tensor([1.], requires_grad=True)
tensor([3.], grad_fn=<AddBackward0>)
tensor([6.], grad_fn=<MulBackward0>)

== The gradient of an intermediate result
a.grad without retain_grad: undefined
a.grad with retain_grad:    tensor([2.])

== A second backward pass
again: GraphError: *Trying to backward through the graph a second time*
with retain_graph, twice: w.grad tensor([10.])

== Several outputs: L = (a * b, a + b), weighted
weights 1 and 2: w.grad tensor([9.])
weights 1 and 3: w.grad tensor([11.])

== First and second derivative of x^2 at x = 3
6, itself with a grad_fn: true
2

== Gradients accumulate: y = (w + x) * (w * x), four passes
left alone:        8, 16, 24, 32
zeroed after each: 8, 8, 8, 8

== What is refused
w.add_(1) on a tracked leaf: GraphError: *a leaf Variable that requires grad is being used in an in-place operation*
backward with nothing tracked: GraphError: *does not require grad and does not have a grad_fn*

== In place
[1, 2].add_(3)  tensor([4., 5.])
[-1, -2].abs_() tensor([1., 2.])
)";

/// `wanted` is the line, or `prefix*phrase*`: how it begins and what it contains.
bool matches(const std::string& line, const std::string& wanted) {
  const std::size_t star = wanted.find(": *");
  if (star == std::string::npos) return line == wanted;
  const std::string prefix = wanted.substr(0, star + 2);
  const std::string phrase = wanted.substr(star + 3, wanted.size() - star - 4);
  return line.starts_with(prefix) && line.find(phrase) != std::string::npos;
}

std::string next_line(const std::string& text, std::size_t& at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string line = text.substr(at, end - at);
  at = end + 1;
  return line;
}

}  // namespace

BOOST_AUTO_TEST_CASE(prints_the_worked_example) {
  const Outcome r = run(EG_TOUR, {});
  BOOST_TEST(r.code == 0);
  BOOST_TEST(r.err == "");
  const std::string expected = kExpected;
  std::size_t got_at = 0;
  std::size_t wanted_at = 0;
  while (wanted_at < expected.size()) {
    BOOST_REQUIRE_MESSAGE(got_at < r.out.size(), "the output ends early");
    const std::string wanted = next_line(expected, wanted_at);
    const std::string got = next_line(r.out, got_at);
    BOOST_TEST(matches(got, wanted), "got: " << got << "\nwanted: " << wanted);
  }
  BOOST_TEST(got_at == r.out.size());
}

BOOST_AUTO_TEST_CASE(takes_no_arguments) {
  check_refusal(run(EG_TOUR, {"--fast"}), {"eg-tour", "--fast"});
  BOOST_TEST(run(EG_TOUR, {"--help"}).code == 0);
}

BOOST_AUTO_TEST_CASE(output_that_is_lost_is_told) {
  const Scratch scratch;
  const std::string err = scratch.path("err");
  const std::string command = std::string(EG_TOUR) + " > /dev/full 2> " + err;
  BOOST_TEST(WEXITSTATUS(std::system(command.c_str())) == 1);
  BOOST_TEST(read_file(err) == "eg-tour: the results cannot be written to stdout\n");
}

BOOST_AUTO_TEST_SUITE_END()
