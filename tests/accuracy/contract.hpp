#pragma once

#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The bounds of the accuracy tests, which the contracts in include/eigengrad/ops state.
namespace accuracy {

/// Note [Accuracy lines]
/// A contract states the largest error of its function in a line of its own:
///
///     /// Accuracy: 2 ulp; first derivative 8, second 16.
///     /// Accuracy (tanh): 2.5 ulp; first derivative 8 on [-10, 10], second 16.
///     /// Accuracy: 4 ulp of the amplitude on [-1, 1].
///     /// Accuracy (in a): first derivative 256 ulp.
///     /// Accuracy: exact.
///
///     line        = "Accuracy" [" (" variant ")"] ": " ("exact" | bounds) "."
///     bounds      = value ["; " derivatives] | derivatives
///     value       = bound
///     derivatives = "first derivative " bound [", second " bound]
///     bound       = number [" ulp"] [" of the " scale] [" on [" number ", " number "]"]
///
/// with " ulp" behind the first number and behind no other.
///
/// A scale and a range hold for the numbers behind them too. Where there is no range, a number holds
/// wherever the exact result is finite. Lines hold for every overload without a line of its own, for
/// float32 and float64, for the recorded derivative as for the computed one, and in reverse and forward
/// mode. The key of a line is the name of the function, with the variant behind it: "gelu (tanh)".
///
/// An ulp is the unit in the last place of the exact result. A function that oscillates, or whose terms
/// cancel, says what its unit is taken of instead. Where a derivative changes its sign its unit is
/// that of its size a step of min(|x|, 1) away, and where it is subnormal 8 smallest numbers. The
/// derivatives of log_softmax and cross_entropy_loss are exponentials of a rounded logarithm: -log(p) ulp
/// are added for the smallest probability p.
///
/// Rows of tests/accuracy hold no bounds, but find them here by the key; coverage.cpp sees to it that
/// every function has a line, and every number in it a row. The page "Accuracy" of the reference is
/// made from the lines (.cmake/operator_table.py).

/// One number of a line.
struct Bound {
  double ulps = 0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  /// What the unit is taken of; empty for the result.
  std::string scale = {};
};

struct AccuracyLine {
  std::string variant = {};
  /// By the order of the derivative, 0 for the value, as far as the line goes.
  std::map<int, Bound> bounds = {};
};

/// Parses a line from "Accuracy" on. Throws std::invalid_argument with what is wrong.
AccuracyLine parse_accuracy(const std::string& line);

/// A function that a header declares, and the lines of its contract.
struct Contract {
  std::string header;
  std::string function;
  std::vector<AccuracyLine> lines = {};
};

/// The contracts of a header, in-place forms, operators and inline synonyms left out.
std::vector<Contract> contracts_of(std::istream& text, const std::string& header);
/// Those of all headers of include/eigengrad/ops.
const std::vector<Contract>& contracts();

/// The lines of a function by their keys.
std::string key_of(const Contract& contract, const AccuracyLine& line);

/// The bound of the derivative of that order (0: the value). Throws std::invalid_argument, which names
/// the function and its header, when there is none.
const Bound& bound_of(const std::string& key, int order);

/// Which orders of which lines rows check.
std::map<std::string, std::set<int>>& checked_orders();

}  // namespace accuracy
