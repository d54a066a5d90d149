#include "fuzz/parsers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>

#include "common/csv.hpp"
#include "common/expression.hpp"
#include "common/input.hpp"
#include "eigengrad/eigengrad.hpp"
#include "gp/kernel.hpp"
#include "mlp/idx.hpp"
#include "mlp/network.hpp"
#include "nlfit/nist.hpp"
#include "ode-fit/system.hpp"

namespace fuzz {
namespace {

/// Bytes under the name of a file, in memory.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes) : descriptor_(memfd_create("fuzz", 0)) {
    if (descriptor_ < 0 ||
        write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("no file in memory");
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void csv(const std::string& bytes) {
  std::istringstream in(bytes);
  apps::CsvReader reader(in, "fuzz");
  while (reader.next())
    for (std::size_t i = 0; i < reader.header().size(); ++i)
      if (!reader.field(i).empty() && reader.field(i)[0] != 'x')
        reader.number(i);
      else
        reader.text(i);
}

/// Evaluated, too, where every name is 0.5.
void expression(const std::string& bytes) {
  const apps::Expression e(bytes, "fuzz");
  e(std::vector<eigengrad::Tensor>(e.names().size(), eigengrad::tensor(0.5)));
}

void relation(const std::string& bytes) { apps::parse_relation(bytes, "fuzz"); }

void kernel(const std::string& bytes) {
  const apps::gp::Kernel k(bytes);
  k(eigengrad::tensor({0.0, 1.0}),
    eigengrad::zeros({static_cast<std::int64_t>(k.parameters().size())}));
}

void system(const std::string& bytes) { const apps::ode_fit::System s(bytes, "fuzz"); }

void model(const std::string& bytes) { apps::mlp::parse(bytes, "fuzz"); }

void idx(const std::string& bytes) {
  const MemoryFile file(bytes);
  apps::Input input(file.name(), "fuzz");
  apps::mlp::read_idx(input);
}

void nist(const std::string& bytes) { apps::nlfit::load_nist(MemoryFile(bytes).name()); }

}  // namespace

const std::vector<Parser>& parsers() {
  static const std::vector<Parser> all = {{"csv", csv},           {"expression", expression},
                                          {"idx", idx},           {"kernel", kernel},
                                          {"model", model},       {"nist", nist},
                                          {"relation", relation}, {"system", system}};
  return all;
}

}  // namespace fuzz
