#pragma once

// A step of Adam for a perceptron with one hidden layer. The same source for both libraries: namespace
// `torch` is libtorch's own, or another name of eigengrad. Included after its header.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "common.hpp"
#include "hand/perceptron.hpp"

namespace cases {

constexpr std::int64_t kBatch = 128, kInputs = 784, kHidden = 256, kClasses = 10;
constexpr const char* kPerceptron = "d/perceptron/adam_step";

inline torch::Tensor waves(std::int64_t rows, std::int64_t cols, double scale) {
  torch::Tensor t = torch::empty({rows, cols}, torch::kFloat32);
  for (std::int64_t i = 0; i < rows * cols; ++i)
    t.data_ptr<float>()[i] =
        static_cast<float>(scale * std::sin(0.9 * static_cast<double>(i * i % 9973)));
  return t;
}

struct Perceptron {
  Perceptron()
      : x(waves(kBatch, kInputs, 1)),
        labels(torch::empty({kBatch}, torch::kInt64)),
        w1(waves(kHidden, kInputs, 0.05)),
        b1(waves(1, kHidden, 0.05)),
        w2(waves(kClasses, kHidden, 0.05)),
        b2(waves(1, kClasses, 0.05)) {
    for (std::int64_t i = 0; i < kBatch; ++i) labels.data_ptr<std::int64_t>()[i] = i * i % kClasses;
    for (torch::Tensor* p : {&w1, &b1, &w2, &b2}) p->requires_grad_();
  }
  std::vector<torch::Tensor> parameters() const { return {w1, b1, w2, b2}; }
  torch::Tensor loss() const {
    const torch::Tensor hidden = torch::relu(torch::addmm(b1, x, w1.t()));
    return torch::cross_entropy_loss(torch::addmm(b2, hidden, w2.t()), labels);
  }

  torch::Tensor x, labels, w1, b1, w2, b2;
};

class TrainedPerceptron {
 public:
  TrainedPerceptron() : adam_(model.parameters(), torch::optim::AdamOptions(1e-3)) {}
  torch::Tensor step() {
    adam_.zero_grad();
    torch::Tensor loss = model.loss();
    loss.backward();
    adam_.step();
    return loss;
  }
  Perceptron model;

 private:
  torch::optim::Adam adam_;
};

template <hand::Products Kind>
class PerceptronByHand {
 public:
  PerceptronByHand() {
    by_hand.w1.start(matrix(start_.w1));
    by_hand.b1.start(matrix(start_.b1));
    by_hand.w2.start(matrix(start_.w2));
    by_hand.b2.start(matrix(start_.b2));
  }
  float step() { return by_hand.step(x_, start_.labels.data_ptr<std::int64_t>()); }
  hand::Perceptron<Kind> by_hand;

 private:
  using Matrix = typename hand::Perceptron<Kind>::Matrix;
  static Eigen::Map<const Matrix> matrix(const torch::Tensor& t) {
    return {t.data_ptr<float>(), t.size(0), t.size(1)};
  }
  Perceptron start_;
  Matrix x_ = matrix(start_.x);
};

inline void register_perceptron(const std::string& column) {
  TrainedPerceptron trained;
  PerceptronByHand<hand::Products::Eigen> by_hand;
  for (int step = 0; step < 5; ++step)
    bench::require_close(column + ", loss of a perceptron", trained.step().item<double>(),
                         static_cast<double>(by_hand.step()), 1e-5);
  bench::add(kPerceptron, column, [](benchmark::State& state) {
    TrainedPerceptron perceptron;
    for (auto _ : state) benchmark::DoNotOptimize(perceptron.step());
    bench::report_time_per(state, "call", 1);
  });
}

}  // namespace cases
