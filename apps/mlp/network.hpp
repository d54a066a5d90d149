#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps::mlp {

/// A multilayer perceptron that tells classes apart, in float32, with everything that it takes to use it: the
/// names of its inputs and classes, and how inputs are centred and scaled.
///
/// Note [Model files] A model file is: the 8 bytes "eg-mlp\n" and 0; the version, 1, and the length of the header,
/// words of 32 bits; the header, JSON with "features", "classes", "mean", "scale", "layers" (sizes from inputs to
/// classes) and "activation"; for each layer its weights, row by row (outputs by inputs), and its biases, float32;
/// and a checksum of all bytes before it, FNV-1a of 64 bits. Numbers are little-endian.
struct Network {
  std::vector<std::string> features;
  std::vector<std::string> classes;
  std::vector<float> mean;
  std::vector<float> scale;
  /// Inputs, hidden layers, classes.
  std::vector<std::int64_t> layers;
  /// "relu" or "tanh".
  std::string activation;
  /// A weight (outputs by inputs) and a bias per layer.
  std::vector<eigengrad::Tensor> parameters;

  /// Random weights: uniform within +-1 / sqrt(inputs), as PyTorch's Linear.
  void initialise();
  /// Rows of inputs, centred and scaled already, to rows of logits.
  eigengrad::Tensor logits(const eigengrad::Tensor& x) const;
  /// Of how many numbers it consists.
  std::int64_t size() const;
};

void save(const Network& network, const std::string& file);

/// Throws: BadInput for a file that is not one, of another version, cut off or changed. What it says of sizes is
/// checked against the length of the file before memory is asked for.
Network load(const std::string& file);
Network parse(const std::string& bytes, const std::string& name);

}  // namespace apps::mlp
