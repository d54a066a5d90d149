#include "eigengrad/ops/indexing/gather.hpp"
#include "eigengrad/ops/indexing/index.hpp"
#include "table_picks.hpp"

namespace table {
namespace {

using eg::Tensor;

Naive selected(std::int64_t dim) {
  return [dim](const Inputs& x) {
    const Array& index = x[1];
    if (x[0].dim() == 0) return Outputs{x[0]};
    const std::size_t d = wrap(dim, x[0].dim());
    Sizes sizes = x[0].sizes;
    sizes[d] = static_cast<std::int64_t>(index.values.size());
    return picked(x[0], sizes, [&](Sizes i) {
      i[d] = integer(index.values[static_cast<std::size_t>(i[d])]);
      return i;
    });
  };
}

void add_selections(Rows& rows) {
  Row row = row_called(
      "index_select",
      on2([](const Tensor& x, const Tensor& i) { return eg::index_select(x, 0, i); }), selected(0),
      {{drawn({3, 4}), list({2, 0, 2, 1})},
       {drawn({4, 2, 3}), list({3, 1})},
       {drawn({5}), list({4, 0, 0})},
       {drawn({3, 2}), indices({}, {1})},
       {drawn({}), list({0})},
       {drawn({3, 4}), list({})},
       {drawn({3, 0}), list({1, 1})},
       {drawn({0, 2}), list({})}});
  row.spellings = {{"Tensor::index_select",
                    on2([](const Tensor& x, const Tensor& i) { return x.index_select(0, i); })}};
  rows.push_back(row);
  row = row_called("index_select_last",
                   on2([](const Tensor& x, const Tensor& i) { return eg::index_select(x, -1, i); }),
                   selected(-1),
                   {{drawn({3, 4}), list({3, 3, 0})}, {drawn({2, 3, 2}), list({1, 0, 1})}});
  row.function = "index_select";
  rows.push_back(row);
  row = row_called("index_select_middle",
                   on2([](const Tensor& x, const Tensor& i) { return eg::index_select(x, 1, i); }),
                   selected(1),
                   {{drawn({2, 4, 3}), list({3, 0, 3})}, {drawn({2, 3, 2, 2}), list({2})}});
  row.function = "index_select";
  rows.push_back(row);
}

void add_gathers(Rows& rows) {
  const std::vector<Inputs> samples{{drawn({3, 4}), indices({2, 4}, {2, 0, 1, 1, 0, 0, 2, 1})},
                                    {drawn({3, 4}), indices({4, 2}, {2, 0, 1, 1, 0, 0, 2, 2})},
                                    {drawn({3, 2, 2}), indices({3, 1, 2}, {2, 0, 1, 1, 0, 0})},
                                    {drawn({4}), list({3, 3, 0, 1, 3})},
                                    {drawn({}), indices({}, {0})},
                                    {drawn({}), list({0, 0})},
                                    {drawn({2}), indices({}, {1})},
                                    {drawn({3, 4}), indices({0, 4}, {})},
                                    {drawn({3, 4}), list({})}};
  Row row = row_called("gather",
                       on2([](const Tensor& x, const Tensor& i) { return eg::gather(x, 0, i); }),
                       gathered(0), samples);
  row.spellings = {
      {"Tensor::gather", on2([](const Tensor& x, const Tensor& i) { return x.gather(0, i); })}};
  rows.push_back(row);
  row = row_called(
      "gather_last", on2([](const Tensor& x, const Tensor& i) { return eg::gather(x, -1, i); }),
      gathered(-1),
      {{drawn({3, 4}), indices({3, 2}, {3, 0, 1, 1, 2, 3})},
       {drawn({2, 2, 3}), indices({2, 2, 4}, {2, 0, 1, 1, 0, 0, 2, 1, 0, 1, 2, 2, 1, 0, 0, 0})}});
  row.function = "gather";
  rows.push_back(row);
  row = row_called("gather_middle",
                   on2([](const Tensor& x, const Tensor& i) { return eg::gather(x, 1, i); }),
                   gathered(1), {{drawn({2, 3, 3}), indices({2, 2, 2}, {2, 0, 1, 1, 2, 2, 0, 1})}});
  row.function = "gather";
  rows.push_back(row);
}

void add_takes(Rows& rows) {
  Row row = row_called("take", on2([](const Tensor& x, const Tensor& i) { return eg::take(x, i); }),
                       [](const Inputs& x) {
                         return Outputs{support::generate(x[1].sizes, [&](const Sizes& i) {
                           return x[0].values[wrap(integer(x[1].at(i)), x[0].values.size())];
                         })};
                       },
                       {{drawn({3, 4}), indices({2, 2}, {0, 7, 7, 11})},
                        {drawn({3, 4}), indices({2, 3}, {0, -1, 7, 7, -12, 11})},
                        {drawn({2, 3, 2}), list({5, 5, -2})},
                        {drawn({}), indices({1, 2}, {0, -1})},
                        {drawn({3}), indices({}, {2})},
                        {drawn({2, 2}), list({})},
                        {drawn({0}), list({})}});
  row.spellings = {
      {"Tensor::take", on2([](const Tensor& x, const Tensor& i) { return x.take(i); })}};
  rows.push_back(row);

  row =
      row_called("take_along_dim",
                 on2([](const Tensor& x, const Tensor& i) { return eg::take_along_dim(x, i, 1); }),
                 [](const Inputs& x) {
                   Sizes sizes = support::broadcast({x[0].sizes[0]}, {x[1].sizes[0]});
                   sizes.push_back(x[1].sizes[1]);
                   return Outputs{support::generate(sizes, [&](const Sizes& i) {
                     const std::int64_t k = integer(support::at_broadcast(x[1], i));
                     return x[0].at({x[0].sizes[0] == 1 ? 0 : i[0], k});
                   })};
                 },
                 {{drawn({3, 4}), indices({3, 2}, {3, 0, 1, 1, 2, 0})},
                  {drawn({3, 4}), indices({1, 2}, {3, 0})},
                  {drawn({1, 4}), indices({3, 1}, {3, 0, 2})}});
  row.spellings = {{"Tensor::take_along_dim",
                    on2([](const Tensor& x, const Tensor& i) { return x.take_along_dim(i, -1); })}};
  rows.push_back(row);
  row = row_called("take_along_dim_flat",
                   on2([](const Tensor& x, const Tensor& i) { return eg::take_along_dim(x, i); }),
                   [](const Inputs& x) {
                     return Outputs{support::generate(
                         {static_cast<std::int64_t>(x[1].values.size())}, [&](const Sizes& i) {
                           const double k = x[1].values[static_cast<std::size_t>(i[0])];
                           return x[0].values[static_cast<std::size_t>(k)];
                         })};
                   },
                   {{drawn({3, 4}), indices({2, 2}, {0, 11, 7, 7})}, {drawn({3}), list({2})}});
  row.function = "take_along_dim";
  rows.push_back(row);
}

Sizes common_sizes(const Inputs& x) { return support::broadcast(x[0].sizes, x[1].sizes); }

/// Elements of x and a mask that broadcasts with it.
std::vector<Inputs> masked_samples() {
  return {{drawn({3, 4}), masks({3, 4}, {1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1})},
          {drawn({3, 4}), masks({4}, {1, 0, 1, 0})},
          {drawn({3, 2}), masks({3, 1}, {1, 0, 1})},
          {drawn({2}), masks({2, 2}, {0, 1, 1, 1})},
          {drawn({}), masks({2}, {1, 0})},
          {drawn({2, 2}), masks({}, {1})},
          {drawn({2, 2}), masks({2, 2}, {0, 0, 0, 0})},
          {drawn({0, 2}), masks({2}, {1, 0})}};
}

void add_masked(Rows& rows) {
  Row row = row_called(
      "masked_select",
      on2([](const Tensor& x, const Tensor& m) { return eg::masked_select(x, m); }),
      [](const Inputs& x) {
        Array y({0});
        support::for_each_index(common_sizes(x), [&](const Sizes& i) {
          if (support::at_broadcast(x[1], i) != 0)
            y.values.push_back(support::at_broadcast(x[0], i));
        });
        y.sizes[0] = static_cast<std::int64_t>(y.values.size());
        return Outputs{y};
      },
      masked_samples());
  row.spellings = {{"Tensor::masked_select",
                    on2([](const Tensor& x, const Tensor& m) { return x.masked_select(m); })}};
  rows.push_back(row);

  row = row_called(
      "masked_fill",
      on2([](const Tensor& x, const Tensor& m) { return eg::masked_fill(x, m, -2.75); }),
      [](const Inputs& x) {
        return Outputs{support::generate(common_sizes(x), [&](const Sizes& i) {
          return support::at_broadcast(x[1], i) != 0 ? -2.75 : support::at_broadcast(x[0], i);
        })};
      },
      masked_samples());
  row.elementwise = true;
  row.spellings = {{"Tensor::masked_fill",
                    on2([](const Tensor& x, const Tensor& m) { return x.masked_fill(m, -2.75); })}};
  rows.push_back(row);

  std::vector<Inputs> with_value = masked_samples();
  for (Inputs& sample : with_value) sample.push_back(drawn({}));
  row = row_called(
      "masked_fill_tensor", on3([](const Tensor& x, const Tensor& m, const Tensor& v) {
        return eg::masked_fill(x, m, v);
      }),
      [](const Inputs& x) {
        return Outputs{support::generate(common_sizes(x), [&](const Sizes& i) {
          return support::at_broadcast(x[1], i) != 0 ? x[2].values[0]
                                                     : support::at_broadcast(x[0], i);
        })};
      },
      with_value);
  row.function = "masked_fill";
  row.spellings = {
      {"Tensor::masked_fill",
       on3([](const Tensor& x, const Tensor& m, const Tensor& v) { return x.masked_fill(m, v); })}};
  rows.push_back(row);

  std::vector<Inputs> with_source = masked_samples();
  for (Inputs& sample : with_source) sample.push_back(drawn({3, 5}));
  row = row_called(
      "masked_scatter", on3([](const Tensor& x, const Tensor& m, const Tensor& s) {
        return eg::masked_scatter(x, m, s);
      }),
      [](const Inputs& x) {
        std::size_t next = 0;
        return Outputs{support::generate(common_sizes(x), [&](const Sizes& i) {
          return support::at_broadcast(x[1], i) != 0 ? x[2].values[next++]
                                                     : support::at_broadcast(x[0], i);
        })};
      },
      with_source);
  row.spellings = {
      {"Tensor::masked_scatter", on3([](const Tensor& x, const Tensor& m, const Tensor& s) {
         return x.masked_scatter(m, s);
       })}};
  rows.push_back(row);
}

/// Coordinates of what is not 0.
std::vector<Sizes> found(const Array& x) {
  std::vector<Sizes> list;
  support::for_each_index(x.sizes, [&](const Sizes& i) {
    if (x.at(i) != 0) list.push_back(i);
  });
  return list;
}

void add_positions(Rows& rows) {
  const std::vector<Inputs> samples{{Array({2, 3}, {0, 1.5, -2, 0, 0, 1})},
                                    {Array({2, 2, 2}, {0, 1, 0, 0, 3, 0, 1, 1})},
                                    {Array({4}, {0, NAN, -0.0, 1})},
                                    {Array(Sizes{}, 2)},
                                    {Array(Sizes{}, 0)},
                                    {Array({2, 0}, {})},
                                    {Array({3}, {0, 0, 0})}};
  const Naive coordinates = [](const Inputs& x) {
    const std::vector<Sizes> list = found(x[0]);
    return Outputs{support::generate(
        {static_cast<std::int64_t>(list.size()), static_cast<std::int64_t>(x[0].dim())},
        [&](const Sizes& i) {
          return static_cast<double>(
              list[static_cast<std::size_t>(i[0])][static_cast<std::size_t>(i[1])]);
        })};
  };
  Row row = row_called("nonzero", on1([](const Tensor& x) { return eg::nonzero(x); }), coordinates,
                       samples);
  row.differentiable = false;
  row.spellings = {{"Tensor::nonzero", on1([](const Tensor& x) { return x.nonzero(); })}};
  rows.push_back(row);
  row = row_called("argwhere", on1([](const Tensor& x) { return eg::argwhere(x); }), coordinates,
                   samples);
  row.differentiable = false;
  row.spellings = {{"Tensor::argwhere", on1([](const Tensor& x) { return x.argwhere(); })}};
  rows.push_back(row);
  row = row_called(
      "nonzero_numpy", list_on1([](const Tensor& x) { return eg::nonzero_numpy(x); }),
      [coordinates](const Inputs& x) {
        Array flat = x[0];
        if (flat.dim() == 0) flat.sizes = {1};
        const Array table = coordinates({flat})[0];
        Outputs columns;
        for (std::int64_t d = 0; d < table.sizes[1]; ++d)
          columns.push_back(support::generate({table.sizes[0]}, [&](const Sizes& i) {
            return table.at({i[0], d});
          }));
        return columns;
      },
      samples);
  row.differentiable = false;
  row.spellings = {
      {"Tensor::nonzero_numpy", list_on1([](const Tensor& x) { return x.nonzero_numpy(); })}};
  rows.push_back(row);

  const auto hot = [](std::int64_t classes) {
    return [classes](const Inputs& x) {
      std::int64_t n = classes;
      for (const double v : x[0].values) n = std::max(n, integer(v) + 1);
      Sizes sizes = x[0].sizes;
      sizes.push_back(n);
      return Outputs{support::generate(sizes, [&](Sizes i) {
        const std::int64_t k = i.back();
        i.pop_back();
        return x[0].at(i) == static_cast<double>(k) ? 1.0 : 0.0;
      })};
    };
  };
  row = row_called("one_hot", on1([](const Tensor& x) { return eg::one_hot(x); }), hot(0),
                   {{list({0, 2, 1, 2})}, {indices({2, 2}, {1, 0, 0, 3})}, {indices({}, {2})}});
  row.differentiable = false;
  rows.push_back(row);
  row = row_called("one_hot_classes", on1([](const Tensor& x) { return eg::one_hot(x, 5); }),
                   hot(5), {{list({0, 2, 4})}, {indices({0, 2}, {})}});
  row.function = "one_hot";
  row.differentiable = false;
  rows.push_back(row);
}

/// index_put as a function of the tensor, the values and an index that picks no slices.
void add_puts(Rows& rows) {
  const auto put = [](bool accumulate) {
    return [accumulate](const Inputs& x) {
      Array y = x[0];
      Sizes sizes = x[1].sizes;
      sizes.insert(sizes.end(), y.sizes.begin() + 1, y.sizes.end());
      support::for_each_index(sizes, [&](const Sizes& i) {
        Sizes at(i.begin() + static_cast<std::ptrdiff_t>(x[1].dim()), i.end());
        const Sizes own(i.begin(), i.begin() + static_cast<std::ptrdiff_t>(x[1].dim()));
        at.insert(at.begin(), static_cast<std::int64_t>(wrap(
                                  integer(x[1].at(own)), static_cast<std::size_t>(y.sizes[0]))));
        const double v = support::at_broadcast(x[2], i);
        y.at(at) = accumulate ? y.at(at) + v : v;
      });
      return Outputs{y};
    };
  };
  Row row = row_called("index_put_copy", on3([](const Tensor& x, const Tensor& i, const Tensor& v) {
                         return eg::index_put(x, {eg::indexing::TensorIndex(i)}, v);
                       }),
                       put(false),
                       {{drawn({3, 2}), list({2, 0}), drawn({2, 2})},
                        {drawn({3, 2}), list({2, -3}), drawn({2, 2})},
                        {drawn({4}), list({1, 3}), drawn({})},
                        {drawn({3, 2}), indices({2, 1}, {2, 0}), drawn({1, 2})},
                        {drawn({3, 2}), list({}), drawn({1})}});
  row.function = "index_put";
  row.spellings = {{"Tensor::index_put", on3([](const Tensor& x, const Tensor& i, const Tensor& v) {
                      return x.index_put({eg::indexing::TensorIndex(i)}, v);
                    })}};
  rows.push_back(row);
  row = row_called(
      "index_put_added", on3([](const Tensor& x, const Tensor& i, const Tensor& v) {
        return eg::index_put(x, {eg::indexing::TensorIndex(i)}, v, true);
      }),
      put(true),
      {{drawn({3, 2}), list({2, 0, 2}), drawn({3, 2})}, {drawn({3}), list({1, 1}), drawn({})}});
  row.function = "index_put";
  rows.push_back(row);
}

}  // namespace

Rows gather_rows() {
  Rows rows;
  add_selections(rows);
  add_gathers(rows);
  add_takes(rows);
  add_masked(rows);
  add_positions(rows);
  add_puts(rows);
  return rows;
}

}  // namespace table
