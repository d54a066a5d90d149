#include "autograd/forward_mode.hpp"

#include <atomic>
#include <new>

#include "autograd/grad_mode_switches.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"

namespace eigengrad {
namespace detail {
namespace {

/// All tensors that carry a tangent, of every thread, the newest first. Where a level begins there is a
/// mark, so that its end finds what is its own: a level may be suspended while a second evaluation
/// (functional/checkpoint.hpp) opens another one.
struct TangentList {
  std::atomic<bool> lock{false};
  AutogradExtra::Link head;
};
TangentList tangent_list;
struct Mark : AutogradExtra::Link {
  /// What wants the tangents when the level ends.
  std::vector<std::weak_ptr<KeptTangents>> keepers;
};
thread_local std::vector<std::unique_ptr<Mark>> marks;
thread_local constinit RestoredTangents* restored_now = nullptr;

void link_after(AutogradExtra::Link& head, AutogradExtra::Link& link) noexcept {
  link.previous = &head;
  link.next = head.next;
  if (link.next != nullptr) link.next->previous = &link;
  head.next = &link;
}

void link_first(AutogradExtra::Link& link, TensorImpl* tensor) noexcept {
  link.tensor = tensor;
  link.level = &thread_state;
  link_after(tangent_list.head, link);
}

void unlink(AutogradExtra::Link& link) noexcept {
  link.previous->next = link.next;
  if (link.next != nullptr) link.next->previous = link.previous;
  link.previous = link.next = nullptr;
}

}  // namespace

void forget_tangent(TensorImpl& t) noexcept {
  if (t.extra()->link.previous != nullptr) {
    const SpinLock lock(tangent_list.lock);
    unlink(t.extra()->link);
    t.set_has_tangent(false);
  }
  delete t.extra();
  t.set_extra(nullptr);
}

void set_tangent(const Tensor& t, const Tensor& tangent) {
  if (!t.is_floating_point()) return;  // converted to integers or bools, values have no derivative
  TensorImpl& impl = *t.impl();
  const bool fits = autograd::is_laid_out_like(tangent, t) &&
                    (shares_tangent(impl) || tangent.impl()->exclusively_owned());
  attach_tangent(impl, fits ? tangent : autograd::copy_laid_out_like(tangent, t));
  if (EIGENGRAD_UNLIKELY(thread_state.saved_hooks != nullptr && impl.node() != nullptr))
    autograd::give_tangent_to_packed(*impl.node(), impl.output_nr(), tangent_of(t));
}

void attach_tangent(TensorImpl& impl, const Tensor& tangent) {
  AutogradExtra& extra = ensure_extra(impl);
  extra.tangent = tangent;
  if (impl.has_tangent()) return;
  const SpinLock lock(tangent_list.lock);
  if (extra.link.previous == nullptr) link_first(extra.link, &impl);
  impl.set_has_tangent(true);
}

namespace {

/// Takes the tangent that `t` carries away from it.
Tensor take_tangent(TensorImpl& t) noexcept {
  unlink(t.extra()->link);
  t.set_has_tangent(false);
  return std::move(t.extra()->tangent);
}

}  // namespace

std::shared_ptr<KeptTangents> KeptTangents::begin() {
  if (!thread_state.dual_level) return nullptr;
  auto kept = std::make_shared<KeptTangents>();
  // What is evaluated again may take copies of what it captured in turn.
  if (restored_now != nullptr && restored_now->kept_ != nullptr)
    for (const Kept& k : restored_now->kept_->list_) kept->add(*k.tensor, k.tangent);
  if (!marks.empty()) {
    auto& keepers = marks.back()->keepers;
    std::erase_if(keepers, [](const auto& k) { return k.expired(); });
    keepers.push_back(kept);
  }
  return kept;
}

KeptTangents::~KeptTangents() {
  for (const Kept& k : list_) k.tensor->release_held();
}

void KeptTangents::add(TensorImpl& t, const Tensor& tangent) {
  list_.push_back({&t, tangent});
  t.hold();
}

void KeptTangents::keep(TensorImpl& t) noexcept {
  const Tensor& tangent = t.extra()->tangent;
  const autograd::Node* const node = tangent.impl()->node().get();
  if (node != nullptr && !node->is_accumulator() && node->sequence_nr() > since_) return;
  try {
    add(t, tangent);
  } catch (const std::bad_alloc&) {
    incomplete_ = true;
  }
}

RestoredTangents::RestoredTangents(const KeptTangents* kept)
    : kept_(kept), outer_(std::exchange(restored_now, this)) {
  if (kept == nullptr) return;
  try {
    if (kept->incomplete_) throw std::bad_alloc();
    restored_.reserve(kept->list_.size());
    for (const KeptTangents::Kept& k : kept->list_) {
      if (k.tensor->has_tangent() || !k.tensor->try_retain()) continue;
      restored_.push_back(Tensor::adopt(k.tensor));
      attach_tangent(*k.tensor, k.tangent);
    }
  } catch (...) {
    end();
    throw;
  }
}

void RestoredTangents::end() noexcept {
  for (const Tensor& t : restored_) {
    Tensor dropped;
    const SpinLock lock(tangent_list.lock);
    if (t.impl()->has_tangent()) dropped = take_tangent(*t.impl());
  }
  restored_now = outer_;
}

}  // namespace detail

namespace autograd {

DualLevel::DualLevel() {
  if (is_open())
    detail::fail<GraphError>("DualLevel",
                             "a level of forward mode is open already on this thread; "
                             "levels do not nest");
  detail::marks.push_back(std::make_unique<detail::Mark>());
  const detail::SpinLock lock(detail::tangent_list.lock);
  detail::link_first(*detail::marks.back(), nullptr);
  detail::thread_state.dual_level = true;
}

DualLevel::~DualLevel() {
  detail::thread_state.dual_level = false;
  // What is dropped may drop others, so that they go one by one, from a list of their own.
  detail::AutogradExtra::Link mine;
  std::vector<std::weak_ptr<detail::KeptTangents>> keepers;
  {
    const detail::SpinLock lock(detail::tangent_list.lock);
    auto* const mark = detail::marks.back().get();
    keepers = std::move(mark->keepers);
    for (auto* link = detail::tangent_list.head.next; link != mark;) {
      auto* next = link->next;
      if (link->level == &detail::thread_state) {
        detail::unlink(*link);
        detail::link_after(mine, *link);
      }
      link = next;
    }
    detail::unlink(*mark);
    detail::marks.pop_back();
  }
  for (const auto& keeper : keepers) {
    const auto kept = keeper.lock();
    const detail::SpinLock lock(detail::tangent_list.lock);
    for (const auto* link = mine.next; kept != nullptr && link != nullptr; link = link->next)
      if (link->tensor->handle_count() > 0) kept->keep(*link->tensor);
  }
  for (;;) {
    Tensor dropped;
    const detail::SpinLock lock(detail::tangent_list.lock);
    if (mine.next == nullptr) return;
    dropped = detail::take_tangent(*mine.next->tensor);
  }
}

bool DualLevel::is_open() noexcept {
  return detail::thread_state.dual_level || detail::is_level_hidden();
}

namespace {

void require_level(std::string_view op) {
  if (!DualLevel::is_open())
    detail::fail<GraphError>(op,
                             "no level exists: open an autograd::DualLevel around the use of "
                             "forward mode");
}

}  // namespace

Tensor make_dual(const Tensor& primal, const Tensor& tangent) {
  require_level("make_dual");
  if (!(primal.sizes() == tangent.sizes()))
    detail::fail<ShapeError>("make_dual",
                             "the tangent has a different size than the primal: ", tangent.sizes(),
                             " against ", primal.sizes(), "; give one of the primal's shape");
  if (primal.dtype() != tangent.dtype() || !primal.is_floating_point())
    detail::fail<DtypeError>(
        "make_dual",
        "primal and tangent must be of one floating point dtype: ", to_string(primal.dtype()),
        " and ", to_string(tangent.dtype()), "; convert one with to()");
  const detail::NoTangents plain;
  Tensor dual = alias(primal);
  detail::separate_tangent(*dual.impl());
  if (detail::is_level_hidden()) return dual;
  // A copy, since in-place writes to the dual will write to it.
  detail::attach_tangent(*dual.impl(), copy_laid_out_like(tangent, primal));
  return dual;
}

Dual unpack_dual(const Tensor& t) {
  require_level("unpack_dual");
  if (!t.defined())
    detail::fail<ValueError>("unpack_dual", "the tensor is undefined; assign one to it first");
  Dual parts;
  if (detail::carries_tangent(t)) parts.tangent = detail::tangent_of(t);
  const detail::NoTangents plain;
  parts.primal = alias(t);
  detail::separate_tangent(*parts.primal.impl());
  return parts;
}

}  // namespace autograd
}  // namespace eigengrad
