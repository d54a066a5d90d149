#include "mlp/network.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/bad_input.hpp"
#include "common/input.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::mlp {
namespace {

namespace eg = eigengrad;
using eg::Tensor;
using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

constexpr std::string_view kMagic("eg-mlp\n\0", 8);
constexpr std::uint32_t kVersion = 1;
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 31;

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// The next value at the front of `bytes`, which loses it.
template <class T>
T taken(std::string_view& bytes, const std::string& name) {
  T value;
  if (bytes.size() < sizeof value) throw BadInput(name + ": the file is cut off; save it again");
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

/// What the header says, and whether that can be.
Network described(const json& header) {
  Network n;
  n.features = header.at("features").get<std::vector<std::string>>();
  n.classes = header.at("classes").get<std::vector<std::string>>();
  n.mean = header.at("mean").get<std::vector<float>>();
  n.scale = header.at("scale").get<std::vector<float>>();
  n.layers = header.at("layers").get<std::vector<std::int64_t>>();
  n.activation = header.at("activation").get<std::string>();
  bool fits = n.layers.size() >= 2 && (n.activation == "relu" || n.activation == "tanh");
  for (const std::int64_t size : n.layers) fits = fits && size > 0 && size < (1 << 24);
  fits = fits && n.layers.front() == static_cast<std::int64_t>(n.features.size()) &&
         n.layers.back() == static_cast<std::int64_t>(n.classes.size()) &&
         n.mean.size() == n.features.size() && n.scale.size() == n.features.size();
  for (const float s : n.scale) fits = fits && s > 0;
  if (!fits || n.size() > kMostNumbers)
    throw std::invalid_argument("sizes that do not fit each other");
  return n;
}

}  // namespace

std::int64_t Network::size() const {
  std::int64_t total = 0;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    total += (layers[i] + 1) * layers[i + 1];
    if (total > kMostNumbers) break;
  }
  return total;
}

void Network::initialise() {
  parameters.clear();
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    const double bound = 1 / std::sqrt(static_cast<double>(layers[i]));
    for (const std::vector<std::int64_t>& sizes :
         {std::vector<std::int64_t>{layers[i + 1], layers[i]},
          std::vector<std::int64_t>{layers[i + 1]}})
      parameters.push_back(((2 * eg::rand(sizes) - 1) * bound).to(eg::kFloat32));
  }
}

Tensor Network::logits(const Tensor& x) const {
  Tensor h = x;
  for (std::size_t i = 0; i < parameters.size(); i += 2) {
    h = eg::addmm(parameters[i + 1], h, parameters[i].t());
    if (i + 2 < parameters.size()) h = activation == "tanh" ? eg::tanh(h) : eg::relu(h);
  }
  return h;
}

void save(const Network& n, const std::string& file) {
  const std::string header =
      json{{"features", n.features}, {"classes", n.classes}, {"mean", n.mean},
           {"scale", n.scale},       {"layers", n.layers},   {"activation", n.activation}}
          .dump(-1, ' ', false, json::error_handler_t::replace);
  std::string bytes(kMagic);
  append(bytes, kVersion);
  append(bytes, static_cast<std::uint32_t>(header.size()));
  bytes += header;
  for (const Tensor& p : n.parameters) {
    const Tensor plain = p.detach().contiguous();
    bytes.append(reinterpret_cast<const char*>(plain.data_ptr<float>()),
                 static_cast<std::size_t>(plain.numel()) * sizeof(float));
  }
  append(bytes, checksum(bytes));
  std::ofstream out = open_output(file, "--save");
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush())
    throw BadInput("--save: " + in_quotes(file) +
                   " cannot be written; look at its folder and rights");
}

Network load(const std::string& file) {
  Input input(file, "--load");
  const std::string bytes((std::istreambuf_iterator<char>(input.stream())),
                          std::istreambuf_iterator<char>());
  return parse(bytes, input.name());
}

Network parse(const std::string& bytes, const std::string& name) {
  std::string_view rest = bytes;
  if (!rest.starts_with(kMagic))
    throw BadInput(name + ": this is no model that eg-mlp has saved; give what --save has written");
  rest.remove_prefix(kMagic.size());
  const auto version = taken<std::uint32_t>(rest, name);
  if (version != kVersion)
    throw BadInput(name + ": the format is version " + std::to_string(version) +
                   ", and this program reads " + std::to_string(kVersion) +
                   "; save it again with this one");
  const auto length = taken<std::uint32_t>(rest, name);
  if (rest.size() < length + sizeof(std::uint64_t))
    throw BadInput(name + ": the file is cut off; save it again");
  std::string_view tail = rest.substr(rest.size() - sizeof(std::uint64_t));
  const auto sum = taken<std::uint64_t>(tail, name);
  Network n;
  try {
    n = described(json::parse(rest.substr(0, length)));
  } catch (const std::exception& e) {
    throw BadInput(name + ": the header makes no sense: " + e.what());
  }
  rest.remove_prefix(length);
  rest.remove_suffix(sizeof sum);
  if (rest.size() != static_cast<std::size_t>(n.size()) * sizeof(float))
    throw BadInput(name + ": the weights have " + std::to_string(rest.size()) + " bytes, not " +
                   std::to_string(static_cast<std::size_t>(n.size()) * sizeof(float)) +
                   ": the file is cut off, or continued; save it again");
  if (sum != checksum(std::string_view(bytes).substr(0, bytes.size() - sizeof sum)))
    throw BadInput(name + ": the checksum is wrong; the file was changed");
  n.initialise();
  for (const Tensor& p : n.parameters) {
    const std::size_t count = static_cast<std::size_t>(p.numel()) * sizeof(float);
    std::memcpy(p.data_ptr<float>(), rest.data(), count);
    rest.remove_prefix(count);
    if (!p.isfinite().all().item<bool>())
      throw BadInput(name + ": a weight is not finite; the training that made it diverged");
  }
  return n;
}

}  // namespace apps::mlp
