#pragma once

#include <functional>
#include <vector>

#include "mlp/dataset.hpp"
#include "mlp/network.hpp"

namespace apps::mlp {

struct TrainOptions {
  std::vector<std::int64_t> hidden = {32};
  std::string activation = "relu";
  std::int64_t epochs = 100;
  std::int64_t batch = 32;
  double lr = 1e-2;
  double weight_decay = 0;
  std::uint64_t seed = 0;
};

/// Mean cross entropy and share of right answers.
struct Score {
  double loss = 0;
  double accuracy = 0;
};

struct Epoch {
  std::int64_t epoch = 0;
  Score training;
  Score validation;
  double seconds = 0;
};

struct Training {
  Network network;
  std::vector<Epoch> history;
  /// Whether all epochs were run with finite losses.
  bool is_complete = false;
};

/// Minibatches in a new random order per epoch, steps by Adam, whose length falls to 0 along half a cosine. Inputs are centred and divided by the standard
/// deviation that they have in the training rows. `progress` gets the share of the work done and the last epoch
/// (with epoch 0 before the first); `false` ends the training.
Training train(const Dataset& training, const Dataset& validation, const TrainOptions& options,
               const std::function<bool(double, const Epoch&)>& progress);

/// The probability of each class, row by row.
eigengrad::Tensor probabilities(const Network& network, const eigengrad::Tensor& x);
Score score(const Network& network, const Dataset& data);
/// Rows counted by their class and by the one that they are taken for.
std::vector<std::vector<std::int64_t>> confusion(const Network& network, const Dataset& data);

}  // namespace apps::mlp
