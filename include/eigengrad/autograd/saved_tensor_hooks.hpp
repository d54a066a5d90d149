#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "eigengrad/autograd/node.hpp"

namespace eigengrad {
namespace detail {

/// A pair of hooks as the compiled library sees it.
struct SavedHooks : std::enable_shared_from_this<SavedHooks> {
  std::function<std::shared_ptr<void>(const Tensor&)> pack;
  std::function<Tensor(void*)> unpack;
};

template <class Pack, class Unpack>
std::shared_ptr<const SavedHooks> make_saved_hooks(Pack pack, Unpack unpack) {
  static_assert(std::is_invocable_v<Pack&, const Tensor&>,
                "a pack hook is called with a Tensor and returns what is to be kept of it");
  require_callable("saved_tensor_hooks", pack);
  require_callable("saved_tensor_hooks", unpack);
  using Object = std::decay_t<std::invoke_result_t<Pack&, const Tensor&>>;
  static_assert(!std::is_void_v<Object>, "a pack hook returns what is to be kept of its argument");
  static_assert(std::is_invocable_r_v<Tensor, Unpack&, Object&>,
                "an unpack hook is called with what the pack hook returned and returns a Tensor");
  auto hooks = std::make_shared<SavedHooks>();
  hooks->pack = [f = std::move(pack)](const Tensor& t) mutable -> std::shared_ptr<void> {
    return std::make_shared<Object>(std::invoke(f, t));
  };
  hooks->unpack = [f = std::move(unpack)](void* object) mutable -> Tensor {
    return std::invoke(f, *static_cast<Object*>(object));
  };
  return hooks;
}

}  // namespace detail

namespace autograd {

/// Decides how nodes that this thread records in the scope keep the values that they save:
/// `SavedTensorHooks guard(pack, unpack);`.
///
/// `pack(t)` is called once for each tensor that a node saves, input or output, and returns an object
/// of any type, which the node keeps in its place; `unpack(object)` is called whenever the value is
/// needed and returns a tensor of the same shape and dtype. `t` shares memory with the saved tensor
/// and has no history; the history of what unpack() returns is that of the saved tensor, so that
/// higher derivatives are right. Where guards are nested, the innermost acts. Nodes keep the hooks, so
/// these may outlive the guard, and be called by whichever thread runs a backward pass. Hooks compute
/// without recording, and what they save is not packed.
/// At the edge: writes to a packed tensor after the call are not noticed, since what was packed may be
/// a copy. An operator in place whose pack hook throws has changed nothing.
/// Throws: GraphError where hooks are disabled; during a recorded call, GraphError when pack() writes
/// to its argument; during a backward pass, GraphError, ShapeError or DtypeError when unpack() returns
/// an undefined tensor, or one of another shape or dtype. What hooks throw passes through.
class EIGENGRAD_API SavedTensorHooks {
 public:
  template <class Pack, class Unpack>
  SavedTensorHooks(Pack pack, Unpack unpack)
      : SavedTensorHooks(detail::make_saved_hooks(std::move(pack), std::move(unpack))) {}
  ~SavedTensorHooks();
  SavedTensorHooks(const SavedTensorHooks&) = delete;
  SavedTensorHooks& operator=(const SavedTensorHooks&) = delete;

 private:
  explicit SavedTensorHooks(std::shared_ptr<const detail::SavedHooks> hooks);

  std::shared_ptr<const detail::SavedHooks> hooks_;
  const detail::SavedHooks* outer_;
};

/// Refuses SavedTensorHooks on this thread until the end of the scope, with `message` as the error.
/// Throws: GraphError with that message when hooks are set already.
class EIGENGRAD_API DisableSavedTensorHooks {
 public:
  explicit DisableSavedTensorHooks(std::string message);
  ~DisableSavedTensorHooks();
  DisableSavedTensorHooks(const DisableSavedTensorHooks&) = delete;
  DisableSavedTensorHooks& operator=(const DisableSavedTensorHooks&) = delete;

 private:
  std::string message_;
  const std::string* outer_;
};

EIGENGRAD_API void register_saved_tensor_hooks(Node& node, std::size_t i,
                                               const std::shared_ptr<const detail::SavedHooks>& h);
/// Packs value `i` of `node.saved_variables()`, which was saved already.
/// Throws: IndexError when the node saved no such value; GraphError when it was released, modified in
/// place or packed already; as SavedTensorHooks.
template <class Pack, class Unpack>
void register_saved_tensor_hooks(Node& node, std::size_t i, Pack pack, Unpack unpack) {
  register_saved_tensor_hooks(node, i,
                              detail::make_saved_hooks(std::move(pack), std::move(unpack)));
}

}  // namespace autograd
}  // namespace eigengrad
