#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/rearrange.hpp"
#include "views.hpp"

namespace table {
namespace {

using eg::Tensor;

const Shapes& any_shapes() {
  static const Shapes shapes{{{3, 4}}, {{2, 3, 2}}, {{5, 1}}, {{2, 0, 3}}, {{1, 1}}};
  return shapes;
}

/// A row of a copy whose elements are those of the input, so that every layout gives the same bits.
Row copies(Row r, bool enlarged = true) {
  r.elementwise = enlarged;
  return r;
}

Naive reversed(std::vector<std::int64_t> dims) {
  return viewing([=](const Sizes& s) {
    return View{s, [=](Sizes i) {
                  for (const std::int64_t dim : dims) {
                    const std::size_t d = wrap(dim, s.size());
                    i[d] = s[d] - 1 - i[d];
                  }
                  return i;
                }};
  });
}

void add_flips(Rows& rows) {
  rows.push_back(copies(with_member("flip", "flip", on1([](const Tensor& x) {
                                      return eg::flip(x, {0, -1});
                                    }),
                                    reversed({0, -1}), any_shapes(), on1([](const Tensor& x) {
                                      return x.flip({x.dim() - 1, 0});
                                    }))));
  rows.push_back(
      copies(row("flip_last", "flip", on1([](const Tensor& x) { return eg::flip(x, {-1}); }),
                 reversed({-1}), {{{3, 4}}, {{5}}, {{2, 2, 3}}, {{0}}})));
  Row nothing =
      with_member("flip_nothing", "flip", on1([](const Tensor& x) { return eg::flip(x, {}); }),
                  reversed({}), {{{3, 4}}, {{}}},
                  on1([](const Tensor& x) { return x.dim() == 0 ? x.flip({0}) : x.flip({}); }));
  rows.push_back(copies(nothing));
  rows.push_back(copies(
      with_member("fliplr", "fliplr", on1([](const Tensor& x) { return eg::fliplr(x); }),
                  reversed({1}), any_shapes(), on1([](const Tensor& x) { return x.fliplr(); }))));
  rows.push_back(copies(with_member(
      "flipud", "flipud", on1([](const Tensor& x) { return eg::flipud(x); }), reversed({0}),
      {{{3, 4}}, {{5}}, {{2, 3, 2}}}, on1([](const Tensor& x) { return x.flipud(); }))));
}

/// The element at an index comes from `shift` places before.
Naive rolled(std::vector<std::int64_t> shifts, std::vector<std::int64_t> dims) {
  return viewing([=](const Sizes& s) {
    return View{s, [=](Sizes i) {
                  for (std::size_t k = 0; k < dims.size() && !s.empty(); ++k) {
                    const std::size_t d = wrap(dims[k], s.size());
                    i[d] = ((i[d] - shifts[k]) % s[d] + s[d]) % s[d];
                  }
                  return i;
                }};
  });
}

Outputs rolled_flat(const Inputs& x) {
  Array y = x[0];
  for (std::size_t i = 0; i < y.values.size(); ++i)
    y.values[(i + 2) % y.values.size()] = x[0].values[i];
  return {y};
}

/// The element (i, j) of a matrix turned by a quarter.
Naive turned(int quarters, std::size_t a, std::size_t b) {
  return [=](const Inputs& x) {
    Outputs y{x[0]};
    for (int k = 0; k < quarters; ++k) {
      const Sizes from = y[0].sizes;
      Sizes sizes = from;
      std::swap(sizes[a], sizes[b]);
      y = picked(y[0], sizes, [=](Sizes i) {
        const std::int64_t row = i[a];
        i[a] = i[b];
        i[b] = from[b] - 1 - row;
        return i;
      });
    }
    return y;
  };
}

void add_turns(Rows& rows) {
  rows.push_back(
      copies(with_member("roll", "roll", on1([](const Tensor& x) { return eg::roll(x, 1, 0); }),
                         rolled({1}, {0}), {{{3, 4}}, {{5}}, {{0}}, {{1, 2}}},
                         on1([](const Tensor& x) { return x.roll(x.size(0) + 1, 0); }))));
  rows.push_back(
      copies(with_member("roll_several", "roll", on1([](const Tensor& x) {
                           return eg::roll(x, {-1, 2, 4}, {0, -1, 0});
                         }),
                         rolled({-1, 2, 4}, {0, -1, 0}),
                         {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{0}}, {{2, 0, 3}}, {{3, 0}}},
                         on1([](const Tensor& x) {
                           return x.roll({3, 2}, {0, -1});
                         }))));
  rows.push_back(
      copies(with_member("roll_flat", "roll", on1([](const Tensor& x) { return eg::roll(x, 2); }),
                         rolled_flat, {{{3, 4}}, {{5}}, {{}}, {{0, 2}}, {{2, 3, 2}}},
                         on1([](const Tensor& x) { return x.roll({2}); }))));
  rows.push_back(copies(with_member(
      "rot90", "rot90", on1([](const Tensor& x) { return eg::rot90(x); }), turned(1, 0, 1),
      any_shapes(), on1([](const Tensor& x) { return x.rot90(-3); }))));
  rows.push_back(copies(with_member("rot90_twice", "rot90", on1([](const Tensor& x) {
                                      return eg::rot90(x, 2, {-1, 0});
                                    }),
                                    reversed({0, -1}), any_shapes(), on1([](const Tensor& x) {
                                      return x.rot90(6, {0, -1});
                                    }))));
  rows.push_back(copies(with_member("rot90_back", "rot90", on1([](const Tensor& x) {
                                      return eg::rot90(x, -1, {0, 1});
                                    }),
                                    turned(3, 0, 1), any_shapes(), on1([](const Tensor& x) {
                                      return x.rot90(1, {1, 0});
                                    }))));
  rows.push_back(
      copies(row("rot90_full", "rot90", on1([](const Tensor& x) { return eg::rot90(x, 4); }),
                 turned(0, 0, 1), {{{3, 4}}})));
}

/// Where the element at position i of a padded dimension comes from: a position of the input's n, or
/// -1 for the value.
using Margin = std::function<std::int64_t(std::int64_t i, std::int64_t n)>;

/// `pad` in PyTorch's order.
Naive padded(std::vector<std::int64_t> pad, Margin margin, double value = 0) {
  return [=](const Inputs& x) {
    Sizes sizes = x[0].sizes;
    Sizes before(sizes.size());
    for (std::size_t k = 0; k < pad.size() / 2; ++k) {
      const std::size_t d = sizes.size() - 1 - k;
      before[d] = pad[2 * k];
      sizes[d] += pad[2 * k] + pad[2 * k + 1];
    }
    return Outputs{support::generate(sizes, [&](Sizes i) {
      for (std::size_t d = 0; d < i.size(); ++d) {
        const std::int64_t at = i[d] - before[d], n = x[0].sizes[d];
        i[d] = at >= 0 && at < n ? at : margin(at, n);
        if (i[d] < 0) return value;
      }
      return x[0].at(i);
    })};
  };
}

std::int64_t reflect(std::int64_t i, std::int64_t n) { return i < 0 ? -i : 2 * (n - 1) - i; }
std::int64_t replicate(std::int64_t i, std::int64_t n) { return i < 0 ? 0 : n - 1; }
std::int64_t circular(std::int64_t i, std::int64_t n) { return (i + n) % n; }
std::int64_t constant(std::int64_t, std::int64_t) { return -1; }

void add_padding(Rows& rows) {
  struct Case {
    const char* name;
    const char* mode;
    Margin margin;
    std::vector<std::int64_t> pad;
    Shapes shapes;
    const char* other_node;
  };
  const char* const circular_node = "CircularPadBackward0";  // slices written one by one
  const Case cases[] = {
      {"pad", "constant", constant, {1, 2, 0, 1}, {{{3, 4}}, {{2, 3, 2}}, {{1, 0}}}, nullptr},
      {"pad_cutting",
       "constant",
       constant,
       {-1, 2, 1, -1},
       {{{3, 4}}, {{2, 2, 3}}, {{1, 1}}},
       nullptr},
      {"pad_reflect", "reflect", reflect, {1, 2}, {{{2, 3}}, {{2, 1, 4}}}, nullptr},
      {"pad_reflect_2", "reflect", reflect, {1, 2, 0, 1}, {{{2, 2, 3}}, {{1, 2, 3, 3}}}, nullptr},
      {"pad_reflect_3", "reflect", reflect, {0, 1, 1, 1, 1, 0}, {{{1, 2, 2, 3}}}, nullptr},
      {"pad_reflect_cutting", "reflect", reflect, {-1, 2}, {{{2, 4}}, {{1, 1, 3}}}, nullptr},
      {"pad_replicate", "replicate", replicate, {1, 3}, {{{2, 3}}, {{2, 1, 1}}}, nullptr},
      {"pad_replicate_2",
       "replicate",
       replicate,
       {1, 2, 0, 3},
       {{{2, 2, 3}}, {{1, 2, 1, 2}}},
       nullptr},
      {"pad_replicate_3", "replicate", replicate, {0, 1, 2, 1, 1, 0}, {{{1, 2, 2, 2}}}, nullptr},
      {"pad_replicate_cutting", "replicate", replicate, {2, -1}, {{{2, 3}}}, nullptr},
      {"pad_circular", "circular", circular, {1, 2}, {{{2, 1, 3}}, {{1, 2, 2}}}, circular_node},
      {"pad_circular_2", "circular", circular, {2, 1, 0, 2}, {{{1, 1, 2, 3}}}, circular_node},
  };
  for (const Case& c : cases) {
    rows.push_back(row(c.name, "pad",
                       on1([=](const Tensor& x) { return eg::pad(x, c.pad, c.mode); }),
                       padded(c.pad, c.margin), c.shapes));
    if (c.other_node != nullptr) rows.back().other_nodes = {c.other_node};
    const std::string mode = c.mode;
    if (mode == "reflect" || mode == "replicate") rows.back().more_dtypes = {"int64", "bool"};
  }
  // What PyTorch's padding does not take: vectors, more than three dimensions, leading dimensions.
  Row more = row("pad_reflect_4", "pad", on1([](const Tensor& x) {
                   return eg::pad(x, {1, 0, 0, 1, 1, 0, 0, 1}, "reflect");
                 }),
                 padded({1, 0, 0, 1, 1, 0, 0, 1}, reflect), {{{2, 2, 2, 2}}});
  more.without_oracle = "PyTorch pads three dimensions at most";
  rows.push_back(more);
  Row vector = row("pad_circular_vector", "pad", on1([](const Tensor& x) {
                     return eg::pad(x, {2, 1}, "circular");
                   }),
                   padded({2, 1}, circular), {{{3}}, {{2}}});
  vector.without_oracle = "PyTorch pads vectors by constants only";
  rows.push_back(vector);
  // Of what is left after a cut, the other end.
  Row cut = row("pad_circular_cutting", "pad", on1([](const Tensor& x) {
                  return eg::pad(x, {-1, 2}, "circular");
                }),
                viewing([](Sizes s) {
                  const std::int64_t left = s.back() - 1;
                  s.back() += 1;
                  return View{s, [=](Sizes i) {
                                i.back() = 1 + i.back() % left;
                                return i;
                              }};
                }),
                {{{1, 2, 4}}, {{1, 1, 3}}});
  cut.other_nodes = {circular_node};
  rows.push_back(cut);
  rows.push_back(row("constant_pad_nd", "constant_pad_nd", on1([](const Tensor& x) {
                       return eg::constant_pad_nd(x, {1, 0, -1, 2}, 7);
                     }),
                     padded({1, 0, -1, 2}, constant, 7), {{{3, 4}}, {{2, 2, 1}}, {{1, 0}}}));
  rows.push_back(row("pad_value", "pad", on1([](const Tensor& x) {
                       return eg::pad(x, {1, 1}, "constant", -3);
                     }),
                     padded({1, 1}, constant, -3), {{{3}}, {{2, 2}}, {{0}}}));
}

/// The numbers of a sliding block: kernel, dilation, padding, stride.
struct Blocks {
  const char* name;
  const char* transposed_name;
  Sizes kernel, dilation, padding, stride;
  std::vector<Sizes> images;

  std::int64_t along(std::size_t k, std::int64_t n) const {
    return (n + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1) / stride[k] + 1;
  }
  /// Calls f(index of the columns, index of the image) for all pairs inside.
  template <class F>
  void for_pairs(const Sizes& image, F f) const {
    const Sizes s{image[0], image[1], kernel[0], kernel[1], along(0, image[2]), along(1, image[3])};
    support::for_each_index(s, [&](const Sizes& i) {
      const std::int64_t row = i[4] * stride[0] - padding[0] + i[2] * dilation[0];
      const std::int64_t column = i[5] * stride[1] - padding[1] + i[3] * dilation[1];
      if (row < 0 || row >= image[2] || column < 0 || column >= image[3]) return;
      f(Sizes{i[0], (i[1] * kernel[0] + i[2]) * kernel[1] + i[3], i[4] * s[5] + i[5]},
        Sizes{i[0], i[1], row, column});
    });
  }
  Sizes columns(const Sizes& image) const {
    return {image[0], image[1] * kernel[0] * kernel[1], along(0, image[2]) * along(1, image[3])};
  }
};

void add_blocks(Rows& rows) {
  const Blocks cases[] = {
      {"im2col", "col2im", {2, 2}, {1, 1}, {0, 0}, {1, 1}, {{1, 2, 3, 4}, {2, 1, 2, 2}}},
      {"im2col_padded",
       "col2im_padded",
       {2, 3},
       {1, 1},
       {1, 2},
       {2, 1},
       {{1, 2, 3, 3}, {1, 1, 1, 1}}},
      {"im2col_dilated", "col2im_dilated", {2, 2}, {2, 1}, {2, 0}, {1, 2}, {{1, 1, 3, 4}}},
  };
  for (const Blocks& b : cases) {
    Shapes of_images, of_columns;
    for (const Sizes& s : b.images) {
      of_images.push_back({s});
      of_columns.push_back({b.columns(s)});
    }
    rows.push_back(row(b.name, "im2col", on1([=](const Tensor& x) {
                         return eg::im2col(x, b.kernel, b.dilation, b.padding, b.stride);
                       }),
                       [=](const Inputs& x) {
                         Array y(b.columns(x[0].sizes));
                         b.for_pairs(x[0].sizes, [&](const Sizes& to, const Sizes& from) {
                           y.at(to) = x[0].at(from);
                         });
                         return Outputs{y};
                       },
                       of_images, {{"im2col without a batch", on1([=](const Tensor& x) {
                                      variable_list list;
                                      for (const Tensor& image : x.unbind())
                                        list.push_back(eg::im2col(image, b.kernel, b.dilation,
                                                                  b.padding, b.stride));
                                      return eg::stack(list);
                                    })}}));
    rows.back().more_dtypes = {"int64", "bool"};
    const Sizes image = b.images[0];
    rows.push_back(
        row(b.transposed_name, "col2im", on1([=](const Tensor& x) {
              return eg::col2im(x, {image[2], image[3]}, b.kernel, b.dilation, b.padding, b.stride);
            }),
            [=](const Inputs& x) {
              Array y(image);
              b.for_pairs(image,
                          [&](const Sizes& from, const Sizes& to) { y.at(to) += x[0].at(from); });
              return Outputs{y};
            },
            {of_columns[0]}, {{"col2im without a batch", on1([=](const Tensor& x) {
                                 return eg::col2im(x[0], {image[2], image[3]}, b.kernel, b.dilation,
                                                   b.padding, b.stride)
                                     .unsqueeze(0);
                               })}}));
    rows.back().more_dtypes = {"int64", "bool"};
    rows.back().bools = false;
  }
}

}  // namespace

Rows rearrange_rows() {
  Rows rows;
  add_flips(rows);
  add_turns(rows);
  add_padding(rows);
  add_blocks(rows);
  return rows;
}

}  // namespace table
