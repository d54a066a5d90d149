#include "autograd/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "autograd/accumulate_grad.hpp"
#include "autograd/annotation.hpp"
#include "autograd/hooks.hpp"
#include "autograd/lifting.hpp"
#include "autograd/tracking.hpp"
#include "eigengrad/autograd/grad_mode.hpp"

namespace eigengrad::autograd {
namespace {

constexpr std::size_t kKeptTasks = 1 << 14;

std::uint64_t next_sweep_id() noexcept {
  static std::atomic<std::uint32_t> last{0};
  std::uint32_t id = 0;
  while (id == 0) id = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return std::uint64_t{id} << 32;
}

thread_local constinit Sweep* running = nullptr;

struct Running {
  explicit Running(Sweep* sweep) noexcept : outer(std::exchange(running, sweep)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { running = outer; }
  Sweep* outer;
};

/// Memory for the tasks of this thread's last sweep, kept for the next.
template <class T>
std::vector<T>& spare() {
  thread_local std::vector<T> memory;
  return memory;
}

}  // namespace

Sweep::Scratch& Sweep::spare_scratch() {
  thread_local Scratch memory;
  return memory;
}

void Sweep::Scratch::make_room(std::size_t edges) {
  if (edges <= size) return;
  size = std::max<std::size_t>(edges, 8);
  results = std::make_unique<Tensor[]>(size);
  wanted = std::make_unique<bool[]>(size);
  indices = std::make_unique<std::uint32_t[]>(size);
}

Sweep::Sweep(bool keep_graph, bool create_graph)
    : keep_graph_(keep_graph), create_graph_(create_graph), id_(next_sweep_id()) {
  tasks_.swap(spare<Task>());
  ready_.swap(spare<Ready>());
  std::swap(scratch_, spare_scratch());
}

Sweep::~Sweep() {
  for (Task& task : tasks_) unclaim(task);
  tasks_.clear();
  ready_.clear();
  if (tasks_.capacity() <= kKeptTasks) {
    tasks_.swap(spare<Task>());
    ready_.swap(spare<Ready>());
    for (std::size_t i = 0; i < scratch_.size; ++i) scratch_.results[i].reset();
    std::swap(scratch_, spare_scratch());
  }
}

void Sweep::unclaim(Task& task) noexcept {
  if (!task.slot_taken) return;
  task.node->sweep_slot_.store(0, std::memory_order_release);
  task.slot_taken = false;
}

std::uint32_t Sweep::index_of(Node& node) {
  const std::uint64_t claimed = node.sweep_slot_.load(std::memory_order_acquire);
  if ((claimed & ~std::uint64_t{0xffffffff}) == id_) return static_cast<std::uint32_t>(claimed);
  // Nodes that another sweep had claimed when they were discovered are found by hashing, also after that
  // sweep has released them.
  if (!elsewhere_.empty())
    if (const auto at = elsewhere_.find(&node); at != elsewhere_.end()) return at->second;
  const auto index = static_cast<std::uint32_t>(tasks_.size());
  bool taken = false;
  if (claimed == 0) {
    if (detail::single_threaded()) {
      node.sweep_slot_.store(id_ | index, std::memory_order_relaxed);
      taken = true;
    } else {
      std::uint64_t expected = 0;
      taken = node.sweep_slot_.compare_exchange_strong(expected, id_ | index);
    }
  }
  if (!taken) elsewhere_.emplace(&node, index);
  Task& task = tasks_.emplace_back();
  task.node = &node;
  task.slot_taken = taken;
  if (node.num_inputs() != 1) task.grads = std::make_unique<Tensor[]>(node.num_inputs());
  return index;
}

std::uint32_t Sweep::find_index(const Node& node) const {
  const std::uint64_t claimed = node.sweep_slot_.load(std::memory_order_acquire);
  if ((claimed & ~std::uint64_t{0xffffffff}) == id_) return static_cast<std::uint32_t>(claimed);
  const auto at = elsewhere_.find(&node);
  return at == elsewhere_.end() ? kNone : at->second;
}

void Sweep::add_root(Edge edge, Tensor grad) {
  roots_.push_back(std::move(edge));
  root_grads_.push_back(std::move(grad));
}

void Sweep::add_target(Edge edge) { targets_.push_back({std::move(edge)}); }
void Sweep::add_sink(Edge edge) { targets_.push_back({std::move(edge), true}); }
void Sweep::add_callback(std::function<void()> callback) {
  callbacks_.push_back(std::move(callback));
}
Sweep* Sweep::current() noexcept { return running; }

void Sweep::discover(std::uint64_t oldest) {
  for (std::size_t r = 0; r < roots_.size(); ++r) index_of(*roots_[r].function);
  for (std::size_t t = 0; stops_at_targets_ && t < targets_.size(); ++t)
    tasks_[index_of(*targets_[t].edge.function)].ends = true;
  // The list of tasks grows while the loop runs over it: new tasks are nodes whose edges are still to be
  // followed.
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i].ends) continue;
    const Node& node = *tasks_[i].node;
    for (const Edge& e : node.edges()) {
      if (!e.is_valid() || e.function->sequence_nr() < oldest) continue;
      const std::uint32_t index = index_of(*e.function);
      ++tasks_[index].dependencies;
    }
  }
}

void Sweep::mark_needed() {
  for (std::uint32_t t = 0; t < targets_.size(); ++t) {
    const std::uint32_t index = find_index(*targets_[t].edge.function);
    if (index == kNone) continue;
    targets_[t].next = tasks_[index].target;
    tasks_[index].target = t;
    tasks_[index].sink = tasks_[index].sink || targets_[t].sink;
  }
  // A node runs when a target lies strictly below it. Older nodes are decided first; accumulators, which have
  // the largest sequence number, are below everything and have no edges.
  std::vector<Ready> order;
  order.reserve(tasks_.size());
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    tasks_[i].needed = tasks_[i].target != kNone;
    if (!tasks_[i].node->is_accumulator()) order.push_back({tasks_[i].node->sequence_nr(), i});
  }
  std::sort(order.begin(), order.end());
  for (const Ready& r : order) {
    Task& task = tasks_[r.task];
    for (const Edge& e : task.node->edges()) {
      if (task.needed) break;
      if (!e.is_valid()) continue;
      const std::uint32_t index = find_index(*e.function);
      task.needed = index != kNone && tasks_[index].needed;
    }
  }
}

void Sweep::push_ready(std::uint32_t index) {
  tasks_[index].queued = true;
  ready_.push_back({tasks_[index].node->sequence_nr(), index});
  std::push_heap(ready_.begin(), ready_.end());
}

Tensor* Sweep::accumulator(void* context, std::size_t edge) {
  const auto& a = *static_cast<const Accumulator*>(context);
  const Edge& e = a.node->edges()[edge];
  Task& task = a.sweep->tasks_[a.sweep->find_index(*e.function)];
  return task.buffer() + e.input_nr;
}

void Sweep::capture(const Task& task) {
  const Tensor* const buffer = task.grads != nullptr ? task.grads.get() : &task.grad;
  for (std::uint32_t t = task.target; t != kNone; t = targets_[t].next)
    if (!targets_[t].sink) results_[t] = buffer[targets_[t].edge.input_nr];
}

/// As in PyTorch, a gradient that is asked for is the one that the hooks of its tensor leave, unless the
/// sweep goes on through the node, which then gets what they leave.
void Sweep::receive(std::uint32_t index, bool runs) {
  Task& task = tasks_[index];
  if (task.ends) return capture(task);
  Node& node = *task.node;
  const bool hooked = node.is_accumulator() || find_extra(node) != nullptr;
  // The gradient of a leaf that is a target is returned, not accumulated.
  const bool arrives = targets_.empty() || task.sink;
  if (runs) capture(task);
  const auto run_hooks = [&](void (*hooks)(Node&, Tensor*)) {
    run_hooks_lifted(task.buffer(), node.num_inputs(), lead_,
                     [&](Tensor* grads) { hooks(node, grads); });
  };
  if (hooked && (runs || arrives))
    run_hooks(run_prehooks);
  else if (hooked && task.target != kNone)
    run_hooks(run_tensor_hooks);
  if (!runs) capture(task);
}

void Sweep::evaluate(Node& node, std::uint32_t index) {
  Accumulator context{this, &node};
  Task& task = tasks_[index];
  Tensor* const results = scratch_.results.get();
  BackwardCall call{
      task.buffer(), results, scratch_.wanted.get(), create_graph_ ? nullptr : accumulator,
      &context,      lead_};
  if (EIGENGRAD_LIKELY(!detail::thread_state.annotates && find_extra(node) == nullptr)) {
    evaluate_node(node, call);
    return;
  }
  const bool each = lead_ >= 0 && (watches_anomalies() || has_posthooks(node) ||
                                   !node.lifts(call) || SavedList::has_packed(node));
  if (each)
    for_each_direction(node, call, [&](BackwardCall& one) { evaluate_annotated(node, one); });
  else
    evaluate_annotated(node, call);
}

void Sweep::evaluate_annotated(Node& node, BackwardCall& call) {
  const bool watched = detail::thread_state.annotates && watches_anomalies();
  // Post-hooks and anomaly mode look at the results, which must then not go straight into the gradient of a
  // view's base.
  const bool hooked = has_posthooks(node);
  if (watched || hooked) call.accumulator = nullptr;
  variable_list grads;
  if (hooked) grads.assign(call.grads, call.grads + node.num_inputs());
  {
    const ObservedCall observed(node);
    if (watched)
      evaluate_watched(node, call);
    else
      node.backward(call);
  }
  if (hooked) run_posthooks(node, call.results, grads);
}

void Sweep::execute(std::uint32_t index) {
  Node& node = *tasks_[index].node;
  unclaim(tasks_[index]);
  const ArrayRef<Edge> edges = node.edges();
  const std::size_t n = tasks_[index].ends ? 0 : edges.size();

  scratch_.make_room(n);
  Tensor* const results = scratch_.results.get();
  bool* const wanted = scratch_.wanted.get();
  std::uint32_t* const indices = scratch_.indices.get();
  bool runs = node.is_accumulator() && (targets_.empty() || tasks_[index].sink);
  for (std::size_t i = 0; i < n; ++i) {
    indices[i] = edges[i].is_valid() ? find_index(*edges[i].function) : kNone;
    wanted[i] = indices[i] != kNone && tasks_[indices[i]].needed;
    runs = runs || wanted[i];
  }
  receive(index, runs);
  if (runs) {
    evaluate(node, index);
    if (!keep_graph_) node.release_saved();
  }
  // Nothing points to the collected cotangents any more; nodes may go on with their buffers.
  tasks_[index].grad.reset();
  tasks_[index].grads.reset();
  for (std::size_t i = 0; i < n; ++i) {
    if (indices[i] == kNone) continue;
    Task& next = tasks_[indices[i]];
    if (wanted[i]) accumulate_gradient(next.buffer()[edges[i].input_nr], std::move(results[i]));
    results[i].reset();
    if (--next.dependencies == 0) push_ready(indices[i]);
  }
}

void Sweep::prepare() {
  std::uint64_t oldest = 0;
  if (!targets_.empty()) {
    oldest = Node::kAccumulator;
    for (const Target& t : targets_)
      oldest =
          t.edge.function->is_accumulator() ? 0 : std::min(oldest, t.edge.function->sequence_nr());
  }
  discover(oldest);
  if (!targets_.empty()) mark_needed();
}

variable_list Sweep::run() {
  level_ = running != nullptr ? running->level_ + 1 : 0;
  // A dual level belongs to its thread, so within one the sweep stays on this thread.
  const bool deep = level_ > 0 && level_ % kLevelsPerThread == 0;
  variable_list results =
      deep && !detail::thread_state.dual_level ? run_in_fresh_thread() : run_here();
  const Running scope(this);
  for (std::size_t i = 0; i < callbacks_.size(); ++i) std::exchange(callbacks_[i], nullptr)();
  return results;
}

variable_list Sweep::run_here() {
  const Running scope(this);
  const AutoGradMode mode(create_graph_);
  results_.assign(targets_.size(), Tensor());
  for (std::size_t r = 0; r < roots_.size(); ++r) {
    const std::uint32_t index = find_index(*roots_[r].function);
    accumulate_gradient(tasks_[index].buffer()[roots_[r].input_nr], std::move(root_grads_[r]));
    if (tasks_[index].dependencies == 0 && !tasks_[index].queued) push_ready(index);
  }
  while (!ready_.empty()) {
    std::pop_heap(ready_.begin(), ready_.end());
    const std::uint32_t index = ready_.back().task;
    ready_.pop_back();
    execute(index);
  }
  return std::move(results_);
}

variable_list Sweep::run_in_fresh_thread() {
  variable_list results;
  std::exception_ptr failure;
  const detail::ThreadState& here = detail::thread_state;
  std::uint64_t last_sequence_nr = here.sequence_nr;
  const AnnotationState annotations = annotation_state();
  std::thread worker([&] {
    detail::ThreadState& there = detail::thread_state;
    there.grad_mode_off = here.grad_mode_off;
    there.inference_mode = here.inference_mode;
    there.annotates = here.annotates;
    there.saved_hooks = here.saved_hooks;
    there.sequence_nr = last_sequence_nr;
    annotation_state() = annotations;
    try {
      results = run_here();
    } catch (...) {
      failure = std::current_exception();
    }
    last_sequence_nr = there.sequence_nr;
  });
  worker.join();
  detail::thread_state.sequence_nr = last_sequence_nr;
  if (failure) std::rethrow_exception(failure);
  return results;
}

}  // namespace eigengrad::autograd
