#include "eigengrad/ops/shape/rearrange.hpp"

#include <algorithm>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/views.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/shape/copies.hpp"
#include "eigengrad/ops/shape/parts.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/shape/dims.hpp"
#include "ops/shape/picks.hpp"
#include "ops/shape/strips.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;
using autograd::raw_view;
using detail::wrap_dim;

// ---- Reversal and rotation. Kernels read memory backwards through negative strides.

Geometry reversed(Geometry g, IntArrayRef dims) {
  for (const std::int64_t dim : dims) {
    const auto d = static_cast<std::size_t>(dim);
    g.offset += std::max<std::int64_t>(0, g.sizes[d] - 1) * g.strides[d];
    g.strides[d] = -g.strides[d];
  }
  return g;
}

Tensor copy_of(const Tensor& x, const Geometry& g) {
  Tensor y = detail::uninitialised(x.dtype(), g.sizes);
  if (y.numel() > 0) kernels::copy(y, raw_view(x, g.sizes, g.strides, g.offset));
  return y;
}

struct Flip {
  static constexpr auto node_name = "FlipBackward0";
  DimVector dims;
  void lift(std::int64_t) {
    for (std::int64_t& d : dims) ++d;
  }
  Tensor forward(const Tensor& x) const {
    return copy_of(x, reversed({DimVector(x.sizes()), DimVector(x.strides())}, dims));
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(*this, g); }
};

struct Rot90 {
  static constexpr auto node_name = "Rot90Backward0";
  std::int64_t quarters;  // 0 to 3
  std::int64_t from;
  std::int64_t to;
  Tensor forward(const Tensor& x) const {
    Geometry g{DimVector(x.sizes()), DimVector(x.strides())};
    if (quarters % 2 == 1) {
      std::swap(g.sizes[static_cast<std::size_t>(from)], g.sizes[static_cast<std::size_t>(to)]);
      std::swap(g.strides[static_cast<std::size_t>(from)], g.strides[static_cast<std::size_t>(to)]);
    }
    if (quarters == 1) g = reversed(g, {from});
    if (quarters == 2) g = reversed(g, {from, to});
    if (quarters == 3) g = reversed(g, {to});
    return copy_of(x, g);
  }
  Tensor transpose(const Tensor& g) const {
    return apply_linear(Rot90{(4 - quarters) % 4, from, to}, g);
  }
  void lift(std::int64_t) {
    ++from;
    ++to;
  }
};

// ---- Strips.

struct Roll {
  static constexpr auto node_name = "RollBackward0";
  /// By dimension, from 0 to the extent; one only when the elements count as a vector.
  DimVector shifts;
  bool flat = false;
  /// How many leading dimensions do not count as part of that vector.
  std::size_t leads = 0;
  void lift(std::int64_t) {
    shifts.insert(0, 0);
    ++leads;
  }
  Tensor forward(const Tensor& x) const {
    if (flat) {
      const Tensor dense = x.is_contiguous() ? x : copy_of(x, {x.sizes(), x.strides()});
      DimVector rows(IntArrayRef(x.sizes().data(), leads));
      rows.push_back(vector_numel(x));
      const Tensor y =
          Roll{shifts}.forward(raw_view(dense, rows, detail::row_major_strides(rows), 0));
      return raw_view(y, x.sizes(), detail::row_major_strides(x.sizes()), 0);
    }
    Strips layout{DimVector(x.sizes()), DimVector(x.sizes()), {}};
    for (std::size_t d = 0; d < shifts.size(); ++d) {
      const std::int64_t n = x.sizes()[d];
      layout.by_dim.push_back({{0, n - shifts[d], shifts[d], 1}, {shifts[d], 0, n - shifts[d], 1}});
    }
    return fill_strips(layout, x);
  }
  Tensor transpose(const Tensor& g) const {
    Roll back{shifts, flat, leads};
    for (std::size_t d = 0; d < shifts.size(); ++d)
      if (shifts[d] != 0) back.shifts[d] = (flat ? vector_numel(g) : g.sizes()[d]) - shifts[d];
    return apply_linear(back, g);
  }

 private:
  std::int64_t vector_numel(const Tensor& x) const {
    return detail::numel_of({x.sizes().data() + leads, x.sizes().size() - leads});
  }
};

/// Padding by elements of the input (reflect, replicate, circular).
struct PadByElements {
  const char* node_name;
  const char* transpose_name;
  SharedStrips layout;
  void lift(std::int64_t lead) { layout = std::make_shared<const Strips>(layout->under(lead)); }
  Tensor forward(const Tensor& x) const { return fill_strips(*layout, x); }
  Tensor transpose(const Tensor& g) const;
};

/// The transpose of padding: elements that were copied from one element are added up in it.
struct FoldMargins {
  const char* node_name;
  PadByElements op;
  void lift(std::int64_t lead) { op.lift(lead); }
  Tensor forward(const Tensor& g) const {
    const detail::Unrecorded unrecorded;
    Tensor x = detail::uninitialised(g.dtype(), op.layout->input_sizes);
    kernels::fill(x, 0);
    op.layout->for_blocks([&](const StripBlock& block) {
      // The input is written to, so each of its elements is visited once, forwards.
      Geometry to = source_of(block, x.strides());
      Geometry from = target_of(block, g.strides());
      for (std::size_t d = 0; d < block.size(); ++d) {
        if (block[d]->step == 0) to.sizes[d] = 1;
        if (block[d]->step != -1) continue;
        to.offset += (to.sizes[d] - 1) * to.strides[d];
        to.strides[d] = -to.strides[d];
        from = reversed(from, {static_cast<std::int64_t>(d)});
      }
      add_to(part_of(x, to), autograd::sum_to(part_of(g, from), to.sizes));
    });
    return x;
  }
  Tensor transpose(const Tensor& gg) const { return apply_linear(op, gg); }
};
Tensor PadByElements::transpose(const Tensor& g) const {
  return apply_linear(FoldMargins{transpose_name, *this}, g);
}

// ---- Padding by a constant.

/// Widths before and after each dimension.
struct Margins {
  DimVector before;
  DimVector after;
};

Margins margins_of(std::string_view op, const Tensor& x, IntArrayRef pad) {
  const std::size_t n = x.sizes().size();
  if (pad.size() % 2 != 0 || pad.size() > 2 * n)
    detail::fail<ShapeError>(op, "pad ", pad, " must hold two numbers for each of at most ", n,
                             " dimensions");
  Margins m{DimVector(n), DimVector(n)};
  for (std::size_t k = 0; k < pad.size() / 2; ++k) {
    m.before[n - 1 - k] = pad[2 * k];
    m.after[n - 1 - k] = pad[2 * k + 1];
  }
  return m;
}

DimVector padded_sizes(std::string_view op, const Tensor& x, const Margins& m) {
  DimVector sizes(x.sizes());
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    sizes[d] = detail::checked_add(op, detail::checked_add(op, sizes[d], m.before[d]), m.after[d]);
    if (sizes[d] < 0 || x.sizes()[d] + std::min(m.before[d], m.after[d]) < 0)
      detail::fail<ShapeError>(op, "widths ", m.before[d], " and ", m.after[d],
                               " leave nothing of dimension ", d, " of extent ", x.sizes()[d],
                               "; give widths that leave 0 elements or more");
  }
  return sizes;
}

void fill_margins(const Tensor& y, const Margins& m, const Scalar& value) {
  for (std::size_t d = 0; d < y.sizes().size(); ++d)
    for (const bool after : {false, true}) {
      Geometry g{DimVector(y.sizes()), DimVector(y.strides())};
      const std::int64_t width = std::max<std::int64_t>(0, after ? m.after[d] : m.before[d]);
      if (after) g.offset = (g.sizes[d] - width) * g.strides[d];
      g.sizes[d] = width;
      if (width > 0) kernels::fill(part_of(y, g), value);
    }
}

struct ConstantPad {
  static constexpr auto node_name = "ConstantPadNdBackward0";
  Margins margins;
  DimVector result_sizes;
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(x.dtype(), result_sizes);
    StripBlock block;
    std::vector<Strip> strips(result_sizes.size());
    for (std::size_t d = 0; d < strips.size(); ++d) {
      const std::int64_t skipped = std::max<std::int64_t>(0, -margins.before[d]);
      const std::int64_t cut = skipped + std::max<std::int64_t>(0, -margins.after[d]);
      strips[d] = {std::max<std::int64_t>(0, margins.before[d]), skipped, x.sizes()[d] - cut, 1};
      block.push_back(&strips[d]);
    }
    if (std::all_of(strips.begin(), strips.end(), [](const Strip& s) { return s.length > 0; }))
      kernels::copy(part_of(y, target_of(block, y.strides())),
                    part_of(x, source_of(block, x.strides())));
    fill_margins(y, margins, 0);
    return y;
  }
  void lift(std::int64_t lead) {
    margins.before.insert(0, 0);
    margins.after.insert(0, 0);
    result_sizes.insert(0, lead);
  }
  Tensor transpose(const Tensor& g) const {
    ConstantPad back{margins, result_sizes};
    for (std::size_t d = 0; d < result_sizes.size(); ++d) {
      back.result_sizes[d] = g.sizes()[d] - margins.before[d] - margins.after[d];
      back.margins.before[d] = -margins.before[d];
      back.margins.after[d] = -margins.after[d];
    }
    return apply_linear(back, g);
  }
};

/// The strips along one dimension of extent n.
std::vector<Strip> padding_strips(std::string_view mode, std::size_t d, std::int64_t n,
                                  std::int64_t before, std::int64_t after) {
  const auto refuse = [&](const char* rule) {
    detail::fail<ShapeError>("pad", "widths ", before, " and ", after, " of mode ", mode, rule,
                             "dimension ", d, " of extent ", n, "; give smaller widths");
  };
  // What is left of the input after negative widths.
  const std::int64_t first = std::max<std::int64_t>(0, -before);
  const std::int64_t last = n - std::max<std::int64_t>(0, -after);
  const std::int64_t low = std::max<std::int64_t>(0, before);
  const std::int64_t high = std::max<std::int64_t>(0, after);
  const Strip middle{low, first, last - first, 1};
  const std::int64_t end = low + middle.length;
  if (mode == "reflect") {
    if (low >= std::max<std::int64_t>(n, 1) || high >= std::max<std::int64_t>(n, 1))
      refuse(" must be less than ");
    return {{0, low, low, -1}, middle, {end, n - 2, high, -1}};
  }
  if (mode == "replicate") {
    if (n == 0 && low + high > 0) refuse(" need an element to repeat in ");
    return {{0, 0, low, 0}, middle, {end, n - 1, high, 0}};
  }
  if (low > middle.length || high > middle.length) refuse(" must not wrap around more than once ");
  return {{0, last - low, low, 1}, middle, {end, first, high, 1}};
}

/// Names of the nodes, by how many dimensions are padded.
struct PadNames {
  std::string_view mode;
  const char* forward[4];
  const char* transpose[4];
};
constexpr PadNames kPadNames[] = {
    {"reflect",
     {"ReflectionPad1DBackward0", "ReflectionPad2DBackward0", "ReflectionPad3DBackward0",
      "ReflectionPadNdBackward0"},
     {"ReflectionPad1DBackwardBackward0", "ReflectionPad2DBackwardBackward0",
      "ReflectionPad3DBackwardBackward0", "ReflectionPadNdBackwardBackward0"}},
    {"replicate",
     {"ReplicationPad1DBackward0", "ReplicationPad2DBackward0", "ReplicationPad3DBackward0",
      "ReplicationPadNdBackward0"},
     {"ReplicationPad1DBackwardBackward0", "ReplicationPad2DBackwardBackward0",
      "ReplicationPad3DBackwardBackward0", "ReplicationPadNdBackwardBackward0"}},
    {"circular",
     {"CircularPadBackward0", "CircularPadBackward0", "CircularPadBackward0",
      "CircularPadBackward0"},
     {"CircularPadBackwardBackward0", "CircularPadBackwardBackward0",
      "CircularPadBackwardBackward0", "CircularPadBackwardBackward0"}}};

// ---- Sliding blocks.

/// Blocks of kernel x kernel elements that slide over images. Index 0 is for rows, 1 for columns.
struct Sliding {
  std::int64_t images[4];  // n, c, h, w
  std::int64_t kernel[2];
  std::int64_t dilation[2];
  std::int64_t padding[2];
  std::int64_t stride[2];
  std::int64_t blocks[2];

  /// Calls f(part of the image, part of the columns) for every element of a block: what it gets from
  /// all positions of the block that are inside the image.
  template <class F>
  void for_elements(const Tensor& image, const Tensor& columns, F f) const {
    const IntArrayRef s = image.strides();
    const std::int64_t per_image = columns.strides()[0];
    const std::int64_t per_row = columns.strides()[1];
    const std::int64_t per_block = columns.strides()[2];
    for (std::int64_t i = 0; i < kernel[0]; ++i)
      for (std::int64_t j = 0; j < kernel[1]; ++j) {
        const Strip down = inside(0, i);
        const Strip right = inside(1, j);
        if (down.length <= 0 || right.length <= 0) continue;
        const std::int64_t sizes[] = {images[0], images[1], down.length, right.length};
        const std::int64_t of_image[] = {s[0], s[1], stride[0] * s[2], stride[1] * s[3]};
        const std::int64_t of_columns[] = {per_image, kernel[0] * kernel[1] * per_row,
                                           blocks[1] * per_block, per_block};
        f(raw_view(image, {sizes, 4}, {of_image, 4}, down.from * s[2] + right.from * s[3]),
          raw_view(columns, {sizes, 4}, {of_columns, 4},
                   (i * kernel[1] + j) * per_row + (down.to * blocks[1] + right.to) * per_block));
      }
  }

 private:
  /// The blocks whose element `i` is inside the image: the first of them (`to`), and the position of its
  /// element (`from`).
  Strip inside(std::size_t k, std::int64_t i) const {
    const std::int64_t start = i * dilation[k] - padding[k];
    const std::int64_t first = start < 0 ? (-start - 1) / stride[k] + 1 : 0;
    const std::int64_t room = images[2 + k] - 1 - start;
    const std::int64_t last = room < 0 ? -1 : std::min(room / stride[k], blocks[k] - 1);
    return {first, start + first * stride[k], last - first + 1, 1};
  }
};

/// `Op` on g; with a lead, on the images of all directions in one list.
template <class Op>
Tensor on_all_images(Sliding op, std::int64_t lead, const Tensor& g) {
  if (lead < 0) return apply_linear(Op{op}, g);
  op.images[0] *= lead;
  return apply_linear(Op{op}, g.flatten(0, 1)).unflatten(0, {lead, op.images[0] / lead});
}

struct Im2Col {
  static constexpr auto node_name = "Im2ColBackward0";
  Sliding op;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(
        x.dtype(),
        {op.images[0], detail::checked_mul("im2col", op.images[1], op.kernel[0] * op.kernel[1]),
         op.blocks[0] * op.blocks[1]});
    if (op.padding[0] != 0 || op.padding[1] != 0) kernels::fill(y, 0);
    op.for_elements(
        x, y, [](const Tensor& image, const Tensor& columns) { kernels::copy(columns, image); });
    return y;
  }
  Tensor transpose(const Tensor& g) const;
};
struct Col2Im {
  static constexpr auto node_name = "Col2ImBackward0";
  Sliding op;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor forward(const Tensor& x) const {
    Tensor y = detail::uninitialised(x.dtype(), {op.images, 4});
    kernels::fill(y, 0);
    op.for_elements(y, x,
                    [](const Tensor& image, const Tensor& columns) { add_to(image, columns); });
    return y;
  }
  Tensor transpose(const Tensor& g) const { return on_all_images<Im2Col>(op, lead, g); }
};
Tensor Im2Col::transpose(const Tensor& g) const { return on_all_images<Col2Im>(op, lead, g); }

/// One or two numbers, each at least `least`.
void read_pair(std::string_view op, const char* what, IntArrayRef list, std::int64_t least,
               std::int64_t* pair) {
  if (list.empty() || list.size() > 2)
    detail::fail<ShapeError>(op, what, " must be one or two numbers, got ", list);
  pair[0] = list.front();
  pair[1] = list.back();
  if (std::min(pair[0], pair[1]) < least)
    detail::fail<ValueError>(op, what, " must be at least ", least, ", got ", list);
}

Sliding sliding(std::string_view op, IntArrayRef images, IntArrayRef kernel, IntArrayRef dilation,
                IntArrayRef padding, IntArrayRef stride) {
  Sliding s{};
  std::copy_n(images.data(), 4, s.images);
  read_pair(op, "kernel_size", kernel, 1, s.kernel);
  read_pair(op, "dilation", dilation, 1, s.dilation);
  read_pair(op, "padding", padding, 0, s.padding);
  read_pair(op, "stride", stride, 1, s.stride);
  for (std::size_t k = 0; k < 2; ++k) {
    using detail::checked_add, detail::checked_mul;
    const std::int64_t padded = checked_add(op, s.images[2 + k], checked_mul(op, 2, s.padding[k]));
    const std::int64_t reach = checked_mul(op, s.dilation[k], s.kernel[k] - 1);
    const std::int64_t room = padded - 1 - reach;
    if (room < 0)
      detail::fail<ShapeError>(op, "blocks of ", kernel, " with dilation ", dilation,
                               " are larger than padded images of shape ", images,
                               "; give smaller blocks or more padding");
    // A stride longer than the room gives one block, as the room plus 1 does.
    s.stride[k] = std::min(s.stride[k], room + 1);
    s.blocks[k] = room / s.stride[k] + 1;
  }
  for (const std::int64_t* pair : {s.kernel, s.blocks})
    static_cast<void>(detail::checked_mul(op, pair[0], pair[1]));
  return s;
}

}  // namespace

Tensor flip(const Tensor& x, IntArrayRef dims) {
  DimVector wrapped = distinct_dims("flip", dims, x.sizes().size());
  if (x.dim() == 0) wrapped = {};
  return apply_linear(Flip{wrapped}, x);
}
Tensor fliplr(const Tensor& x) {
  require_rank("fliplr", x, 2);
  return flip(x, {1});
}
Tensor flipud(const Tensor& x) {
  require_rank("flipud", x, 1);
  return flip(x, {0});
}

Tensor roll(const Tensor& x, IntArrayRef shifts, IntArrayRef dims) {
  const auto within = [](std::int64_t shift, std::int64_t n) {
    const std::int64_t rest = n == 0 ? 0 : shift % n;
    return rest < 0 ? rest + n : rest;
  };
  if (dims.empty() && shifts.size() == 1)
    return apply_linear(Roll{{within(shifts[0], x.numel())}, true}, x);
  if (shifts.empty() || shifts.size() != dims.size())
    detail::fail<ShapeError>("roll", "shifts ", shifts, " and dims ", dims,
                             " must have the same length, at least 1");
  Roll op{DimVector(x.sizes().size())};
  for (std::size_t k = 0; k < dims.size(); ++k) {
    if (x.dim() == 0)
      detail::fail<IndexError>("roll", "dimension ", dims[k],
                               " is named but the tensor has no dimensions; leave dims out");
    const std::size_t d = wrap_dim("roll", dims[k], x.sizes().size());
    const std::int64_t n = x.sizes()[d];
    // Less n first, since the sum of two shifts may not fit.
    const std::int64_t shift = within(shifts[k], n);
    op.shifts[d] = within(op.shifts[d] - n + shift, n);
  }
  return apply_linear(op, x);
}

Tensor rot90(const Tensor& x, std::int64_t k, IntArrayRef dims) {
  if (dims.size() != 2)
    detail::fail<ShapeError>("rot90", "a plane has two dimensions, got ", dims, "; give two");
  require_rank("rot90", x, 2);
  const DimVector plane = distinct_dims("rot90", dims, x.sizes().size());
  return apply_linear(Rot90{(k % 4 + 4) % 4, plane[0], plane[1]}, x);
}

Tensor constant_pad_nd(const Tensor& x, IntArrayRef pad, const Scalar& value) {
  const Margins margins = margins_of("constant_pad_nd", x, pad);
  Tensor y = apply_linear(ConstantPad{margins, padded_sizes("constant_pad_nd", x, margins)}, x);
  // The rest is linear; the value has no part in derivatives.
  if (value.toDouble() != 0) fill_margins(y, margins, value);
  return y;
}

Tensor pad(const Tensor& x, IntArrayRef pad, std::string_view mode, optional<double> value) {
  if (mode == "constant") return constant_pad_nd(x, pad, value.value_or(0));
  const PadNames* names = std::find_if(std::begin(kPadNames), std::end(kPadNames),
                                       [&](const PadNames& n) { return n.mode == mode; });
  if (names == std::end(kPadNames))
    detail::fail<ValueError>("pad", "unknown mode \"", mode,
                             "\"; use \"constant\", \"reflect\", \"replicate\" or \"circular\"");
  if (value.value_or(0) != 0)
    detail::fail<ValueError>("pad", "mode \"", mode, "\" takes no value, got ", *value,
                             "; leave it out, or use mode \"constant\"");
  const Margins margins = margins_of("pad", x, pad);
  auto layout =
      std::make_shared<Strips>(Strips{DimVector(x.sizes()), padded_sizes("pad", x, margins), {}});
  for (std::size_t d = 0; d < x.sizes().size(); ++d)
    layout->by_dim.push_back(
        padding_strips(mode, d, x.sizes()[d], margins.before[d], margins.after[d]));
  const std::size_t k = std::clamp<std::size_t>(pad.size() / 2, 1, 4) - 1;
  return apply_linear(PadByElements{names->forward[k], names->transpose[k], layout}, x);
}

Tensor im2col(const Tensor& x, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
              IntArrayRef stride) {
  if (x.dim() == 3)
    return im2col(x.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0);
  if (x.dim() != 4)
    detail::fail<ShapeError>("im2col", "expects images of shape (c, h, w) or (n, c, h, w), got ",
                             x.sizes());
  return apply_linear(Im2Col{sliding("im2col", x.sizes(), kernel_size, dilation, padding, stride)},
                      x);
}

Tensor col2im(const Tensor& x, IntArrayRef output_size, IntArrayRef kernel_size,
              IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride) {
  if (x.dim() == 2)
    return col2im(x.unsqueeze(0), output_size, kernel_size, dilation, padding, stride).squeeze(0);
  if (x.dim() != 3)
    detail::fail<ShapeError>("col2im", "expects columns of shape (c, l) or (n, c, l), got ",
                             x.sizes());
  std::int64_t images[] = {x.sizes()[0], 1, 0, 0};
  read_pair("col2im", "output_size", output_size, 1, images + 2);
  Sliding s = sliding("col2im", {images, 4}, kernel_size, dilation, padding, stride);
  const std::int64_t area = s.kernel[0] * s.kernel[1];
  s.images[1] = x.sizes()[1] / area;
  if (x.sizes()[1] % area != 0 || x.sizes()[2] != s.blocks[0] * s.blocks[1])
    detail::fail<ShapeError>("col2im", "columns of shape ", x.sizes(), " do not hold ",
                             s.blocks[0] * s.blocks[1], " blocks of ", area,
                             " elements, as images of ", output_size,
                             " have; give the sizes and options that im2col() was given");
  return apply_linear(Col2Im{s}, x);
}

Tensor Tensor::flip(IntArrayRef dims) const { return eigengrad::flip(*this, dims); }
Tensor Tensor::fliplr() const { return eigengrad::fliplr(*this); }
Tensor Tensor::flipud() const { return eigengrad::flipud(*this); }
Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  return eigengrad::roll(*this, shifts, dims);
}
Tensor Tensor::rot90(std::int64_t k, IntArrayRef dims) const {
  return eigengrad::rot90(*this, k, dims);
}
}  // namespace eigengrad
