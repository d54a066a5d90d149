#include "mlp/train.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "eigengrad/eigengrad.hpp"

namespace apps::mlp {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

Tensor standardised(const Network& n, const Tensor& x) {
  return (x - eg::tensor(n.mean, eg::kFloat32)) / eg::tensor(n.scale, eg::kFloat32);
}

/// Takes blocks of rows, so that the memory does not grow with them.
template <class F>
void for_blocks(std::int64_t rows, F&& f) {
  constexpr std::int64_t kBlock = 1024;
  for (std::int64_t begin = 0; begin < rows; begin += kBlock)
    f(begin, std::min(rows, begin + kBlock));
}

void choose_scale(Network& n, const Dataset& data) {
  const auto columns = static_cast<std::size_t>(data.x.size(1));
  if (data.has_one_unit) {
    n.mean.assign(columns, data.x.mean().item<float>());
    n.scale.assign(columns, data.x.std().item<float>());
  } else {
    const Tensor mean = data.x.mean(0);
    const Tensor sd = data.x.std(0, false);
    n.mean.assign(mean.data_ptr<float>(), mean.data_ptr<float>() + columns);
    n.scale.assign(sd.data_ptr<float>(), sd.data_ptr<float>() + columns);
  }
  // What does not vary keeps its unit.
  for (float& s : n.scale)
    if (!(s > 0)) s = 1;
}

Network fresh(const Dataset& data, const TrainOptions& o) {
  Network n;
  n.features = data.features;
  n.classes = data.classes;
  n.activation = o.activation;
  n.layers = {static_cast<std::int64_t>(data.features.size())};
  n.layers.insert(n.layers.end(), o.hidden.begin(), o.hidden.end());
  n.layers.push_back(static_cast<std::int64_t>(data.classes.size()));
  choose_scale(n, data);
  n.initialise();
  return n;
}

}  // namespace

Tensor probabilities(const Network& n, const Tensor& x) {
  const eg::NoGradGuard no_grad;
  std::vector<Tensor> blocks;
  for_blocks(x.size(0), [&](std::int64_t begin, std::int64_t end) {
    blocks.push_back(eg::softmax(n.logits(standardised(n, x.slice(0, begin, end))), 1));
  });
  return eg::cat(blocks);
}

Score score(const Network& n, const Dataset& data) {
  const eg::NoGradGuard no_grad;
  double loss = 0;
  double right = 0;
  for_blocks(data.rows(), [&](std::int64_t begin, std::int64_t end) {
    const Tensor logits = n.logits(standardised(n, data.x.slice(0, begin, end)));
    const Tensor labels = data.labels.slice(0, begin, end);
    loss +=
        eg::cross_entropy_loss(logits, labels).item<double>() * static_cast<double>(end - begin);
    right += (eg::argmax(logits, 1) == labels).sum().item<double>();
  });
  const auto rows = static_cast<double>(data.rows());
  return {loss / rows, right / rows};
}

std::vector<std::vector<std::int64_t>> confusion(const Network& n, const Dataset& data) {
  const Tensor taken_for = eg::argmax(probabilities(n, data.x), 1);
  std::vector<std::vector<std::int64_t>> counts(n.classes.size(),
                                                std::vector<std::int64_t>(n.classes.size()));
  for (std::int64_t i = 0; i < data.rows(); ++i)
    ++counts[static_cast<std::size_t>(data.labels[i].item<std::int64_t>())]
            [static_cast<std::size_t>(taken_for[i].item<std::int64_t>())];
  return counts;
}

Training train(const Dataset& training, const Dataset& validation, const TrainOptions& o,
               const std::function<bool(double, const Epoch&)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  eg::manual_seed(o.seed);
  Training t{fresh(training, o), {}, false};
  for (Tensor& p : t.network.parameters) p.requires_grad_();
  const Tensor x = standardised(t.network, training.x);
  eg::optim::Adam adam(t.network.parameters,
                       eg::optim::AdamOptions(o.lr).weight_decay(o.weight_decay));
  eg::optim::CosineAnnealingLR schedule(adam, o.epochs);
  const std::int64_t rows = training.rows();
  bool goes_on = true;
  Epoch last;
  for (std::int64_t epoch = 1; epoch <= o.epochs && goes_on; ++epoch) {
    const Tensor order = eg::randperm(rows);
    for (std::int64_t begin = 0; begin < rows && goes_on; begin += o.batch) {
      const Tensor chosen = order.slice(0, begin, std::min(rows, begin + o.batch));
      adam.zero_grad();
      eg::cross_entropy_loss(t.network.logits(x.index_select(0, chosen)),
                             training.labels.index_select(0, chosen))
          .backward();
      adam.step();
      const double done =
          static_cast<double>(epoch - 1) + static_cast<double>(begin) / static_cast<double>(rows);
      goes_on = progress(done / static_cast<double>(o.epochs), last);
    }
    if (!goes_on) break;
    schedule.step();
    last = {epoch, score(t.network, training), score(t.network, validation),
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
    t.history.push_back(last);
    if (!std::isfinite(last.training.loss)) break;
    t.is_complete = epoch == o.epochs;
  }
  return t;
}

}  // namespace apps::mlp
