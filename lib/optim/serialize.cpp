#include "eigengrad/optim/serialize.hpp"

#include <bit>
#include <fstream>
#include <istream>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

OptimizerArchive::~OptimizerArchive() = default;

void OptimizerArchive::check_size(std::string_view name, std::int64_t size) {
  constexpr std::int64_t kMost = 1 << 24;
  if (size < 0 || size > kMost)
    fail<ValueError>("load", "the field '", name, "' has ", size,
                     " elements; the data are no optimizer's");
}

namespace {

constexpr std::string_view kBegin = "eigengrad optimizer 1\n";

/// What every field begins with: its name and one of these letters.
enum class Kind : char {
  Bool = 'b',
  Int = 'i',
  Double = 'd',
  String = 's',
  Tensor = 't',
  None = '0'
};

/// Writes numbers byte by byte, the least significant byte first.
class Writer final : public OptimizerArchive {
 public:
  explicit Writer(std::ostream& to) : to_(to) {}

  void operator()(std::string_view name, bool& value) override {
    begin(name, Kind::Bool);
    to_.put(value ? 1 : 0);
  }
  void operator()(std::string_view name, std::int64_t& value) override {
    begin(name, Kind::Int);
    put(static_cast<std::uint64_t>(value));
  }
  void operator()(std::string_view name, double& value) override {
    begin(name, Kind::Double);
    put(std::bit_cast<std::uint64_t>(value));
  }
  void operator()(std::string_view name, std::string& value) override {
    begin(name, Kind::String);
    text(value);
  }
  void operator()(std::string_view name, Tensor& value) override {
    begin(name, value.defined() ? Kind::Tensor : Kind::None);
    if (!value.defined()) return;
    to_.put(value.dtype() == kFloat32 ? 'f' : 'd');
    put(static_cast<std::uint64_t>(value.dim()));
    for (const std::int64_t n : value.sizes()) put(static_cast<std::uint64_t>(n));
    const Tensor doubles = value.detach().to(kFloat64).contiguous();
    for (std::int64_t i = 0; i < doubles.numel(); ++i)
      put(std::bit_cast<std::uint64_t>(doubles.data_ptr<double>()[i]));
  }

 private:
  void begin(std::string_view name, Kind kind) {
    text(name);
    to_.put(static_cast<char>(kind));
  }
  void text(std::string_view value) {
    put(value.size());
    to_.write(value.data(), static_cast<std::streamsize>(value.size()));
  }
  void put(std::uint64_t value) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
    to_.write(bytes, 8);
  }
  std::ostream& to_;
};

class Reader final : public OptimizerArchive {
 public:
  explicit Reader(std::istream& from) : from_(from) {}

  void operator()(std::string_view name, bool& value) override {
    begin(name, Kind::Bool);
    value = get_char() != 0;
  }
  void operator()(std::string_view name, std::int64_t& value) override {
    begin(name, Kind::Int);
    value = static_cast<std::int64_t>(get());
  }
  void operator()(std::string_view name, double& value) override {
    begin(name, Kind::Double);
    value = std::bit_cast<double>(get());
  }
  void operator()(std::string_view name, std::string& value) override {
    begin(name, Kind::String);
    value = text();
  }
  void operator()(std::string_view name, Tensor& value) override {
    value = Tensor();
    if (kind_of(name) == Kind::None) return;
    const ScalarType dtype = get_char() == 'f' ? kFloat32 : kFloat64;
    const std::size_t dim = count("dimensions");
    if (dim > eigengrad::detail::kMaxDim)
      fail<ValueError>("load", "the field '", name, "' has ", dim, " dimensions; it is damaged");
    std::vector<std::int64_t> sizes(dim);
    for (std::int64_t& n : sizes) n = static_cast<std::int64_t>(count("elements"));
    // Memory is taken as data arrive, so that wrong sizes cannot ask for more than there are.
    std::vector<double> data;
    std::uint64_t numel = 1;
    for (const std::int64_t n : sizes) numel *= static_cast<std::uint64_t>(n);
    for (std::uint64_t i = 0; i < numel; ++i) data.push_back(std::bit_cast<double>(get()));
    value = tensor(data).reshape(sizes).to(dtype);
  }

 private:
  void begin(std::string_view name, Kind wanted) {
    const Kind kind = kind_of(name);
    if (kind != wanted)
      fail<ValueError>("load", "the field '", name, "' is of kind '", static_cast<char>(kind),
                       "', and this optimizer has '", static_cast<char>(wanted),
                       "'; load it into the kind that was saved");
  }
  Kind kind_of(std::string_view name) {
    const std::string found = text();
    if (found != name)
      fail<ValueError>("load", "the data have '", found, "' where this optimizer has '", name,
                       "'; they are another one's");
    return static_cast<Kind>(get_char());
  }
  std::string text() {
    const std::size_t n = count("characters");
    std::string value;
    while (value.size() < n) value.push_back(get_char());
    return value;
  }
  std::size_t count(std::string_view of) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    const std::uint64_t n = get();
    if (n > kMost) fail<ValueError>("load", "the data speak of ", n, ' ', of, "; they are damaged");
    return static_cast<std::size_t>(n);
  }
  char get_char() {
    const int c = from_.get();
    if (c == std::istream::traits_type::eof())
      fail<ValueError>(
          "load", "the data end early: they are not whole, or no optimizer's; save them again");
    return static_cast<char>(c);
  }
  std::uint64_t get() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(get_char())} << (8 * i);
    return value;
  }
  std::istream& from_;
};

/// What load() has read, before it is made the optimiser's.
struct Contents {
  std::vector<std::unique_ptr<OptimizerOptions>> options;
  Optimizer::State state;
};

/// Writes `number` as a field, or reads one that must be the same.
void same(OptimizerArchive& archive, std::string_view name, std::int64_t expected) {
  std::int64_t found = expected;
  archive(name, found);
  if (found != expected)
    fail<ValueError>("load", "the data have ", found, ' ', name, " where this optimizer has ",
                     expected, "; construct it as the saved one was");
}

/// Writes or reads all fields, in their order.
Contents go_through(const Optimizer& optimizer, OptimizerArchive& archive) {
  Contents all;
  same(archive, "groups", static_cast<std::int64_t>(optimizer.param_groups().size()));
  for (const OptimizerParamGroup& group : optimizer.param_groups()) {
    all.options.push_back(group.options().clone());
    all.options.back()->archive(archive);
    same(archive, "parameters", static_cast<std::int64_t>(group.params().size()));
    for (const Tensor& p : group.params()) {
      same(archive, "dimensions", p.dim());
      for (const std::int64_t n : p.sizes()) same(archive, "elements along a dimension", n);
      same(archive, "bytes in an element", element_size(p.dtype()));
      const auto known = optimizer.state().find(p.impl());
      bool has_state = known != optimizer.state().end();
      archive("has a state", has_state);
      if (!has_state) continue;
      std::unique_ptr<OptimizerParamState> state =
          known != optimizer.state().end() ? known->second->clone() : optimizer.new_state();
      state->archive(archive);
      all.state[p.impl()] = std::move(state);
    }
  }
  return all;
}

template <class Stream>
Stream opened(std::string_view op, const std::string& file) {
  Stream stream(file, std::ios::binary);
  if (!stream)
    fail<ValueError>(op, "the file '", file, "' cannot be opened; look at its folder and rights");
  return stream;
}

}  // namespace

void save(const Optimizer& optimizer, std::ostream& to) {
  to << kBegin;
  Writer writer(to);
  go_through(optimizer, writer);
  to.flush();
  if (!to)
    fail<ValueError>(
        "save", "the stream took not all of the optimizer's state; look for space on the disk");
}

void save(const Optimizer& optimizer, const std::string& file) {
  std::ofstream to = opened<std::ofstream>("save", file);
  save(optimizer, to);
}

void load(Optimizer& optimizer, std::istream& from) {
  std::string begin(kBegin.size(), '\0');
  from.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (!from || begin != kBegin)
    fail<ValueError>(
        "load",
        "the data do not begin as save() does: they are no optimizer's; give what save() wrote");
  Reader reader(from);
  Contents all = go_through(optimizer, reader);
  for (const std::unique_ptr<OptimizerOptions>& options : all.options) options->check();
  for (std::size_t k = 0; k < all.options.size(); ++k)
    optimizer.param_groups()[k].set_options(std::move(all.options[k]));
  optimizer.state() = std::move(all.state);
}

void load(Optimizer& optimizer, const std::string& file) {
  std::ifstream from = opened<std::ifstream>("load", file);
  load(optimizer, from);
}

}  // namespace eigengrad::optim
