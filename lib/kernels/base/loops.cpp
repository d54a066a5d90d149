#include "kernels/base/loops.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/base/copy_matrix.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {
namespace {

/// Steps through the elements of one operand in loop order, in runs along the innermost dimension.
class Cursor {
 public:
  Cursor(const CollapsedLoop& loop, int operand, std::byte* data, std::int64_t element_size,
         std::int64_t start)
      : loop_(loop), strides_(loop.strides[operand]), bytes_(element_size) {
    std::int64_t offset = 0;
    for (int d = loop.ndim - 1; d >= 0; --d) {
      position_[d] = start % loop.sizes[d];
      start /= loop.sizes[d];
      offset += position_[d] * strides_[d];
    }
    at_ = data + offset * bytes_;
  }

  template <class Run>
  void walk(std::int64_t n, Run run) {
    const int inner = loop_.ndim - 1;
    while (n > 0) {
      const std::int64_t length = std::min(n, loop_.sizes[inner] - position_[inner]);
      run(at_, strides_[inner], length);
      n -= length;
      position_[inner] += length;
      at_ += length * strides_[inner] * bytes_;
      for (int d = inner; d > 0 && position_[d] == loop_.sizes[d]; --d) {
        at_ += (strides_[d - 1] - position_[d] * strides_[d]) * bytes_;
        position_[d] = 0;
        ++position_[d - 1];
      }
    }
  }

 private:
  const CollapsedLoop& loop_;
  const std::int64_t* strides_;
  std::int64_t bytes_;
  std::byte* at_;
  std::int64_t position_[detail::kMaxDim];
};

template <class Word>
void gather(Cursor& cursor, std::byte* buffer, std::int64_t n) {
  auto* to = reinterpret_cast<Word*>(buffer);
  cursor.walk(n, [&to](const std::byte* at, std::int64_t stride, std::int64_t length) {
    const auto* from = reinterpret_cast<const Word*>(at);
    if (stride == 1)
      std::memcpy(to, from, static_cast<std::size_t>(length) * sizeof(Word));
    else if (stride == 0)
      std::fill_n(to, length, *from);
    else if (stride == -1)
      std::reverse_copy(from - length + 1, from + 1, to);
    else
      for (std::int64_t i = 0; i < length; ++i) to[i] = from[i * stride];
    to += length;
  });
}

template <class Word>
void scatter(Cursor& cursor, const std::byte* buffer, std::int64_t n) {
  const auto* from = reinterpret_cast<const Word*>(buffer);
  cursor.walk(n, [&from](std::byte* at, std::int64_t stride, std::int64_t length) {
    auto* to = reinterpret_cast<Word*>(at);
    if (stride == 1)
      std::memcpy(to, from, static_cast<std::size_t>(length) * sizeof(Word));
    else
      for (std::int64_t i = 0; i < length; ++i) to[i * stride] = from[i];
    from += length;
  });
}

template <class F>
void with_word(std::int64_t element_size, F f) {
  if (element_size == 8)
    f(std::uint64_t{});
  else if (element_size == 4)
    f(std::uint32_t{});
  else
    f(std::uint8_t{});
}

enum class Layout : std::uint8_t { OnePiece, Constant, Strided };

Layout layout_of(const CollapsedLoop& loop, int operand) noexcept {
  bool constant = true;
  bool one_piece = true;
  std::int64_t expected = 1;
  for (int d = loop.ndim - 1; d >= 0; --d) {
    const std::int64_t stride = loop.strides[operand][d];
    constant = constant && stride == 0;
    one_piece = one_piece && stride == expected;
    expected *= loop.sizes[d];
  }
  return one_piece ? Layout::OnePiece : constant ? Layout::Constant : Layout::Strided;
}

constexpr std::int64_t kTileRows = 16;
constexpr std::int64_t kTileColumns = 256;

bool crosses(const CollapsedLoop& loop, int operand) noexcept {
  const std::int64_t inner = loop.strides[operand][loop.ndim - 1];
  if (inner == 0 || inner == 1) return false;
  for (int d = 0; d < loop.ndim - 1; ++d)
    if (loop.strides[operand][d] == 1) return true;
  return false;
}

/// An operand crosses the loop when its unit stride is not in the innermost dimension. Moves the dimension of
/// that stride next to the innermost one; returns whether there is such an operand and tiles pay.
bool arrange_tiles(CollapsedLoop& loop, int num_operands) noexcept {
  const int inner = loop.ndim - 1;
  if (inner < 1 || loop.sizes[inner] < kTileRows) return false;
  for (int k = 0; k < num_operands; ++k)
    for (int d = inner - 1; crosses(loop, k) && d >= 0; --d) {
      if (loop.strides[k][d] != 1 || loop.sizes[d] < kTileRows) continue;
      std::swap(loop.sizes[d], loop.sizes[inner - 1]);
      for (int j = 0; j < num_operands; ++j)
        std::swap(loop.strides[j][d], loop.strides[j][inner - 1]);
      return true;
    }
  return false;
}

/// Runs an elementwise kernel on some rows of the two innermost dimensions, one tile at a time.
class Tiles {
 public:
  Tiles(const CollapsedLoop& loop, const Operand* operands, int num_operands, int num_outputs,
        BlockKernel kernel, const void* context)
      : operands_(operands),
        num_operands_(num_operands),
        num_outputs_(num_outputs),
        kernel_(kernel),
        context_(context) {
    for (int k = 0; k < num_operands; ++k) {
      row_[k] = loop.strides[k][loop.ndim - 2];
      column_[k] = loop.strides[k][loop.ndim - 1];
    }
  }

  /// `at` has the first element of each operand.
  void run(std::byte* const* at, std::int64_t rows, std::int64_t columns) {
    const std::int64_t pieces = (columns + kTileColumns - 1) / kTileColumns;
    const std::int64_t even = (columns + pieces - 1) / pieces;
    const std::int64_t width = (even + kTileRows - 1) / kTileRows * kTileRows;
    for (std::int64_t i = 0; i < rows; i += kTileRows)
      for (std::int64_t j = 0; j < columns; j += width) {
        std::byte* first[kMaxOperands];
        for (int k = 0; k < num_operands_; ++k)
          first[k] = at[k] + (i * row_[k] + j * column_[k]) * operands_[k].element_size;
        tile(first, std::min(kTileRows, rows - i), std::min(width, columns - j));
      }
  }

 private:
  void tile(std::byte* const* at, std::int64_t rows, std::int64_t columns) {
    std::byte* first[kMaxOperands];
    std::int64_t step[kMaxOperands];
    bool one_piece = true;
    for (int k = 0; k < num_operands_; ++k) {
      const std::int64_t size = operands_[k].element_size;
      if (column_[k] == 1) {
        first[k] = at[k];
        step[k] = row_[k] * size;
      } else {
        first[k] = buffers_[k];
        step[k] = columns * size;
        if (k >= num_outputs_)
          with_word(size, [&]<class Word>(Word) {
            copy_matrix<Word>(
                {reinterpret_cast<Word*>(buffers_[k]), rows, columns, columns, 1},
                {reinterpret_cast<const Word*>(at[k]), rows, columns, row_[k], column_[k]});
          });
      }
      one_piece = one_piece && step[k] == columns * size;
    }
    if (one_piece) {
      kernel_(context_, first, rows * columns);
    } else {
      std::byte* row[kMaxOperands];
      for (std::int64_t i = 0; i < rows; ++i) {
        for (int k = 0; k < num_operands_; ++k) row[k] = first[k] + i * step[k];
        kernel_(context_, row, columns);
      }
    }
    for (int k = 0; k < num_outputs_; ++k)
      if (column_[k] != 1)
        with_word(operands_[k].element_size, [&]<class Word>(Word) {
          // Writes along the rows of the output, so that whole cache lines are written.
          copy_matrix<Word>(
              {reinterpret_cast<Word*>(at[k]), columns, rows, column_[k], row_[k]},
              {reinterpret_cast<const Word*>(buffers_[k]), columns, rows, 1, columns});
        });
  }

  const Operand* operands_;
  int num_operands_;
  int num_outputs_;
  BlockKernel kernel_;
  const void* context_;
  std::int64_t row_[kMaxOperands];
  std::int64_t column_[kMaxOperands];
  alignas(64) std::byte buffers_[kMaxOperands][kTileRows * kTileColumns * 8];
};

/// All rows of a loop that arrange_tiles() has arranged.
void run_tiles(const CollapsedLoop& loop, const Operand* operands, int num_operands,
               int num_outputs, BlockKernel kernel, const void* context) {
  const int across = loop.ndim - 2;
  const std::int64_t columns = loop.sizes[loop.ndim - 1];
  const std::int64_t per_plane = loop.sizes[across];
  std::int64_t rows = 1;
  for (int d = 0; d <= across; ++d) rows *= loop.sizes[d];
  parallel_blocks(rows * columns, [&](std::int64_t begin, std::int64_t end) {
    Tiles tiles(loop, operands, num_operands, num_outputs, kernel, context);
    // The rows that begin in the block.
    std::int64_t row = (begin + columns - 1) / columns;
    const std::int64_t stop = (end + columns - 1) / columns;
    while (row < stop) {
      const std::int64_t first = row % per_plane;
      const std::int64_t n = std::min(per_plane - first, stop - row);
      std::byte* at[kMaxOperands];
      for (int k = 0; k < num_operands; ++k) {
        std::int64_t offset = first * loop.strides[k][across];
        std::int64_t plane = row / per_plane;
        for (int d = across - 1; d >= 0; --d) {
          offset += plane % loop.sizes[d] * loop.strides[k][d];
          plane /= loop.sizes[d];
        }
        at[k] = operands[k].data + offset * operands[k].element_size;
      }
      tiles.run(at, n, columns);
      row += n;
    }
  });
}

}  // namespace

void broadcast_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef out_sizes,
                       std::int64_t* result) noexcept {
  const std::size_t lead = out_sizes.size() - sizes.size();
  for (std::size_t d = 0; d < out_sizes.size(); ++d) {
    const bool present = d >= lead && sizes[d - lead] != 1;
    result[d] = present ? strides[d - lead] : 0;
  }
}

void collapse(IntArrayRef sizes, const Operand* operands, int num_operands, CollapsedLoop& loop,
              int lead) {
  std::size_t order[detail::kMaxDim];
  std::size_t n = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1) order[n++] = d;
  const auto stride_of = [&](std::size_t d) {
    const std::int64_t s = operands[lead].strides[d];
    return s < 0 ? -s : s;
  };
  // Insertion sort: stable, and nearly always in order already.
  for (std::size_t i = 1; i < n; ++i)
    for (std::size_t j = i; j > 0 && stride_of(order[j - 1]) < stride_of(order[j]); --j)
      std::swap(order[j - 1], order[j]);

  int last = -1;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t d = order[i];
    bool mergeable = last >= 0;
    for (int k = 0; mergeable && k < num_operands; ++k)
      mergeable = loop.strides[k][last] == operands[k].strides[d] * sizes[d];
    if (mergeable) {
      loop.sizes[last] *= sizes[d];
    } else {
      ++last;
      loop.sizes[last] = sizes[d];
    }
    for (int k = 0; k < num_operands; ++k) loop.strides[k][last] = operands[k].strides[d];
  }
  loop.ndim = last + 1;
  if (loop.ndim == 0) {
    loop.ndim = 1;
    loop.sizes[0] = 1;
    for (int k = 0; k < num_operands; ++k) loop.strides[k][0] = 1;
  }
}

namespace {

/// Rows of at least this length are worth a call of the kernel each.
constexpr std::int64_t kLongRow = 48;

/// Whether all operands lie along the innermost dimension, or repeat one element over it.
bool has_long_rows(const CollapsedLoop& loop, int num_operands, int num_outputs) noexcept {
  const int inner = loop.ndim - 1;
  // Threads divide the rows among them, so that these must not be long.
  if (loop.ndim == 1 || loop.sizes[inner] < kLongRow || loop.sizes[inner] > kGrain) return false;
  for (int k = 0; k < num_operands; ++k) {
    const std::int64_t stride = loop.strides[k][inner];
    if (stride != 1 && (k < num_outputs || stride != 0)) return false;
  }
  return true;
}

/// The offsets of the operands at a row, in elements.
class RowOffsets {
 public:
  RowOffsets(const CollapsedLoop& loop, int num_operands, std::int64_t row)
      : loop_(loop), n_(num_operands) {
    for (int k = 0; k < n_; ++k) offset_[k] = 0;
    for (int d = loop.ndim - 2; d >= 0; --d) {
      position_[d] = row % loop.sizes[d];
      row /= loop.sizes[d];
      for (int k = 0; k < n_; ++k) offset_[k] += position_[d] * loop.strides[k][d];
    }
  }
  std::int64_t operator[](int k) const noexcept { return offset_[k]; }
  void step() noexcept {
    for (int d = loop_.ndim - 2; d >= 0; --d) {
      for (int k = 0; k < n_; ++k) offset_[k] += loop_.strides[k][d];
      if (++position_[d] < loop_.sizes[d]) return;
      for (int k = 0; k < n_; ++k) offset_[k] -= loop_.sizes[d] * loop_.strides[k][d];
      position_[d] = 0;
    }
  }

 private:
  const CollapsedLoop& loop_;
  int n_;
  std::int64_t position_[detail::kMaxDim];
  std::int64_t offset_[kMaxOperands];
};

void fill_buffer(std::byte* buffer, const Operand& operand, const std::byte* element,
                 std::int64_t n) {
  with_word(operand.element_size, [&]<class Word>(Word) {
    std::fill_n(reinterpret_cast<Word*>(buffer), n, *reinterpret_cast<const Word*>(element));
  });
}

/// Calls the kernel row by row, on the operands where they lie; an element that is repeated over the row fills a buffer.
void run_rows(const CollapsedLoop& loop, const Operand* operands, const Layout* layout,
              int num_operands, std::int64_t numel, BlockKernel kernel, const void* context) {
  const std::int64_t columns = loop.sizes[loop.ndim - 1];
  parallel_blocks(numel, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) std::byte buffers[kMaxOperands][kBlock * 8];
    // The rows that begin in the block.
    const std::int64_t first = (begin + columns - 1) / columns;
    const std::int64_t stop = (end + columns - 1) / columns;
    const std::int64_t longest = std::min(kBlock, columns);
    for (int k = 0; k < num_operands; ++k)
      if (layout[k] == Layout::Constant)
        fill_buffer(buffers[k], operands[k], operands[k].data, longest);
    RowOffsets offsets(loop, num_operands, first);
    for (std::int64_t row = first; row < stop; ++row, offsets.step()) {
      std::byte* at[kMaxOperands];
      for (int k = 0; k < num_operands; ++k) {
        at[k] = operands[k].data + offsets[k] * operands[k].element_size;
        if (loop.strides[k][loop.ndim - 1] == 1) continue;
        if (layout[k] != Layout::Constant) fill_buffer(buffers[k], operands[k], at[k], longest);
        at[k] = buffers[k];
      }
      for (std::int64_t j = 0; j < columns; j += kBlock) {
        kernel(context, at, std::min(kBlock, columns - j));
        for (int k = 0; k < num_operands; ++k)
          if (at[k] != buffers[k]) at[k] += kBlock * operands[k].element_size;
      }
    }
  });
}

/// Calls the kernel block by block, on operands in one piece where they lie and on others gathered to buffers.
void run_packed(const CollapsedLoop& loop, const Operand* operands, const Layout* layout,
                int num_operands, int num_outputs, std::int64_t numel, BlockKernel kernel,
                const void* context) {
  parallel_blocks(numel, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) std::byte buffers[kMaxOperands][kBlock * 8];
    const std::int64_t longest = std::min(kBlock, end - begin);
    for (int k = num_outputs; k < num_operands; ++k)
      if (layout[k] == Layout::Constant)
        fill_buffer(buffers[k], operands[k], operands[k].data, longest);
    const auto make_cursor = [&](int k) {
      return Cursor(loop, k, operands[k].data, operands[k].element_size, begin);
    };
    alignas(Cursor) std::byte cursor_memory[kMaxOperands * sizeof(Cursor)];
    auto* cursors = reinterpret_cast<Cursor*>(cursor_memory);
    for (int k = 0; k < num_operands; ++k)
      if (layout[k] == Layout::Strided) new (cursors + k) Cursor(make_cursor(k));

    std::byte* at[kMaxOperands];
    for (std::int64_t i = begin; i < end; i += kBlock) {
      const std::int64_t n = std::min(kBlock, end - i);
      for (int k = 0; k < num_operands; ++k) {
        if (layout[k] == Layout::OnePiece) {
          at[k] = operands[k].data + i * operands[k].element_size;
          continue;
        }
        at[k] = buffers[k];
        if (k >= num_outputs && layout[k] == Layout::Strided)
          with_word(operands[k].element_size,
                    [&](auto word) { gather<decltype(word)>(cursors[k], buffers[k], n); });
      }
      kernel(context, at, n);
      for (int k = 0; k < num_outputs; ++k)
        if (layout[k] == Layout::Strided)
          with_word(operands[k].element_size,
                    [&](auto word) { scatter<decltype(word)>(cursors[k], buffers[k], n); });
    }
  });
}

/// Goes through operands that cross the dimension in which others lie in memory tile by tile, and says whether
/// there were such.
bool run_crossing(IntArrayRef sizes, CollapsedLoop& loop, const Operand* operands, int num_operands,
                  int num_outputs, BlockKernel kernel, const void* context) {
  if (loop.ndim <= 1) return false;
  // The innermost dimension is the one in which most of the packed operands have unit stride.
  int crossing = 0;
  int along = 0;
  int last = 0;
  for (int k = 0; k < num_operands; ++k)
    if (crosses(loop, k)) {
      ++crossing;
      last = k;
    } else if (loop.strides[k][loop.ndim - 1] == 1) {
      ++along;
    }
  if (crossing > along) collapse(sizes, operands, num_operands, loop, last);
  if (crossing > 0 && arrange_tiles(loop, num_operands)) {
    run_tiles(loop, operands, num_operands, num_outputs, kernel, context);
    return true;
  }
  if (crossing > along) collapse(sizes, operands, num_operands, loop);
  return false;
}

}  // namespace

void run_elementwise(IntArrayRef sizes, const Operand* operands, int num_operands, int num_outputs,
                     BlockKernel kernel, const void* context) {
  const std::int64_t numel = detail::numel_of(sizes);
  if (numel == 0) return;
  CollapsedLoop loop;
  collapse(sizes, operands, num_operands, loop);

  Layout layout[kMaxOperands];
  bool direct = true;
  for (int k = 0; k < num_operands; ++k) {
    layout[k] = layout_of(loop, k);
    direct = direct && layout[k] == Layout::OnePiece;
  }
  if (direct) {
    parallel_blocks(numel, [&](std::int64_t begin, std::int64_t end) {
      std::byte* at[kMaxOperands];
      for (int k = 0; k < num_operands; ++k)
        at[k] = operands[k].data + begin * operands[k].element_size;
      kernel(context, at, end - begin);
    });
    return;
  }
  if (run_crossing(sizes, loop, operands, num_operands, num_outputs, kernel, context)) return;
  if (has_long_rows(loop, num_operands, num_outputs))
    run_rows(loop, operands, layout, num_operands, numel, kernel, context);
  else
    run_packed(loop, operands, layout, num_operands, num_outputs, numel, kernel, context);
}

void pointwise(IntArrayRef sizes, const detail::TensorImpl* const* tensors, int count,
               int num_outputs, BlockKernel kernel, const void* context) {
  std::int64_t strides[kMaxOperands][detail::kMaxDim];
  Operand operands[kMaxOperands];
  for (int k = 0; k < count; ++k) {
    const detail::TensorImpl& t = *tensors[k];
    broadcast_strides(t.sizes(), t.strides(), sizes, strides[k]);
    operands[k] = {t.bytes(), element_size(t.dtype()), strides[k]};
  }
  run_elementwise(sizes, operands, count, num_outputs, kernel, context);
}

}  // namespace eigengrad::kernels
