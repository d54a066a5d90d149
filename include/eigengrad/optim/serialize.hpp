#pragma once

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <string>
#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

/// Goes through the fields of an optimiser's options or states, each under a name, and writes them or
/// reads them. What archives itself calls it for every field, in an order that is always the same.
class EIGENGRAD_API OptimizerArchive {
 public:
  virtual ~OptimizerArchive();
  virtual void operator()(std::string_view name, bool& value) = 0;
  virtual void operator()(std::string_view name, std::int64_t& value) = 0;
  virtual void operator()(std::string_view name, double& value) = 0;
  virtual void operator()(std::string_view name, std::string& value) = 0;
  /// Writes or reads a tensor, which may be undefined.
  virtual void operator()(std::string_view name, Tensor& value) = 0;

  void operator()(std::string_view name, std::tuple<double, double>& value) {
    (*this)(name, std::get<0>(value));
    (*this)(name, std::get<1>(value));
  }
  template <class T>
  void operator()(std::string_view name, optional<T>& value) {
    bool is_given = value.has_value();
    (*this)(name, is_given);
    if (!is_given) value.reset();
    if (is_given && !value) value.emplace();
    if (value) (*this)(name, *value);
  }
  template <class T>
  void operator()(std::string_view name, std::deque<T>& values) {
    auto size = static_cast<std::int64_t>(values.size());
    (*this)(name, size);
    resize(name, values, size);
    for (T& value : values) (*this)(name, value);
  }

 private:
  template <class T>
  static void resize(std::string_view name, std::deque<T>& values, std::int64_t size) {
    check_size(name, size);
    values.resize(static_cast<std::size_t>(size));
  }
  static void check_size(std::string_view name, std::int64_t size);
};

/// Writes the options of all groups and the state of every parameter, not the parameters themselves, in
/// a binary form of its own, the same on all machines: exact, so that steps after load() have the bits
/// that they would have had.
/// Throws: ValueError when the stream or the file takes no more; NotImplementedError for an optimiser
/// whose options or states do not archive themselves.
EIGENGRAD_API void save(const Optimizer& optimizer, std::ostream& to);
EIGENGRAD_API void save(const Optimizer& optimizer, const std::string& file);

/// What save() has written, into an optimiser of the same kind with as many groups of as many
/// parameters of the same sizes and dtypes, in the same order.
/// Throws: ValueError when it is of another kind, or ends early; NotImplementedError as save(). Then the
/// optimiser is as it was.
EIGENGRAD_API void load(Optimizer& optimizer, std::istream& from);
EIGENGRAD_API void load(Optimizer& optimizer, const std::string& file);

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::load;
using optim::save;

}  // namespace eigengrad
