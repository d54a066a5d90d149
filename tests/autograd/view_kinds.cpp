#include "autograd/support.hpp"
#include "eigengrad/check/gradcheck.hpp"

/// Section J of the specification for the views beside those of views.cpp: which of them may be
/// written to, and where gradients go.
namespace autograd_test {
namespace {

Tensor two_by_six() { return eg::arange(12.0).reshape({2, 6}); }

using ViewOf = std::function<Tensor(const Tensor&)>;

/// A view of a 2 x 6 matrix.
struct Kind {
  const char* name;
  ViewOf view;
};

/// Views whose elements each have a place of their own.
const Kind kWritable[] = {
    {"unflatten",
     [](const Tensor& t) {
       return t.unflatten(1, {3, -1});
     }},
    {"ravel", [](const Tensor& t) { return t.ravel(); }},
    {"movedim", [](const Tensor& t) { return t.unsqueeze(0).movedim(0, -1); }},
    {"movedim of several",
     [](const Tensor& t) {
       return t.movedim({0, 1}, {1, 0});
     }},
    {"moveaxis", [](const Tensor& t) { return t.moveaxis(1, 0); }},
    {"swapaxes", [](const Tensor& t) { return t.swapaxes(0, 1); }},
    {"swapdims", [](const Tensor& t) { return t.swapdims(-1, 0); }},
    {"adjoint", [](const Tensor& t) { return t.adjoint(); }},
    {"mH", [](const Tensor& t) { return t.mH(); }},
    {"matrix_H", [](const Tensor& t) { return t.matrix_H(); }},
    {"atleast_3d", [](const Tensor& t) { return eg::atleast_3d(t); }},
    {"narrow by a tensor", [](const Tensor& t) { return t.narrow(1, eg::tensor(2), 3); }},
    {"unfold side by side", [](const Tensor& t) { return t.unfold(1, 2, 2); }},
    {"unfold with gaps", [](const Tensor& t) { return t.unfold(1, 2, 3); }},
    {"tensor_split", [](const Tensor& t) { return eg::tensor_split(t, 4, 1)[1]; }},
    {"tensor_split by indices",
     [](const Tensor& t) {
       return eg::tensor_split(t, {1, 4}, 1)[1];
     }},
    {"hsplit", [](const Tensor& t) { return t.hsplit(3)[2]; }},
    {"vsplit", [](const Tensor& t) { return t.vsplit(2)[1]; }},
    {"dsplit",
     [](const Tensor& t) {
       return t.unsqueeze(0).dsplit({1, 4})[1];
     }},
    {"unsafe_split", [](const Tensor& t) { return t.unsafe_split(4, 1)[1]; }},
    {"unsafe_split_with_sizes",
     [](const Tensor& t) {
       return t.unsafe_split_with_sizes({1, 5}, 1)[0];
     }},
    {"unsafe_chunk", [](const Tensor& t) { return t.unsafe_chunk(2, 1)[0]; }},
    {"chain",
     [](const Tensor& t) {
       return t.movedim(0, 1).unflatten(0, {2, 3})[1].swapaxes(0, 1);
     }},
};

const Kind kMultiOutput[] = {
    {"split by sizes",
     [](const Tensor& t) {
       return t.split({2, 4}, 1)[1];
     }},
    {"chunk", [](const Tensor& t) { return t.chunk(3, 1)[0]; }},
    {"a view of one", [](const Tensor& t) { return t.split(3, 1)[1].movedim(0, 1); }},
    {"unbind, unfolded", [](const Tensor& t) { return t.unbind(0)[1].unfold(0, 2, 2); }},
};

const Kind kRepeating[] = {
    {"broadcast_tensors",
     [](const Tensor& t) {
       return eg::broadcast_tensors({t, eg::ones({3, 1, 1})})[0];
     }},
    {"meshgrid",
     [](const Tensor& t) {
       return eg::meshgrid({t[0], t[1]})[0];
     }},
    {"broadcast_to, moved",
     [](const Tensor& t) {
       return t.broadcast_to({2, 2, 6}).movedim(0, 2);
     }},
};

/// Ones where the view reaches.
Tensor reached(const Kind& kind) {
  const Tensor mask = eg::zeros({2, 6});
  kind.view(mask).fill_(1);
  return mask;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(J5_write_through_more_kinds_of_view, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor where = reached(kind);
      const Tensor weights = eg::arange(1.0, 13.0).reshape({2, 6});
      const Tensor root = two_by_six().clone().requires_grad_();
      const Tensor x = root.clone();
      Tensor v = kind.view(x);
      BOOST_TEST(v.is_view());
      BOOST_TEST(v._base().is_same(x));
      BOOST_TEST(v._version() == x._version());
      v.mul_(10);
      BOOST_TEST(v._version() == 1);
      BOOST_TEST(x._version() == 1);
      BOOST_TEST(name_of(x) == "CopySlices");
      BOOST_TEST(name_of(v) == "AsStridedBackward0");
      BOOST_TEST(equals(x, two_by_six() * (1 + where * 9)));
      ag::backward({(x * weights).sum()}, {}, /*retain_graph=*/true);
      BOOST_TEST(equals(root.grad(), weights * (1 + where * 9)));
      BOOST_TEST(equals(ag::grad({v.sum()}, {root})[0], where * 10));
    }
}

BOOST_FIXTURE_TEST_CASE(J6_write_to_base_seen_from_more_kinds_of_view, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor root = two_by_six().clone().requires_grad_();
      Tensor x = root.clone();
      const Tensor v = kind.view(x);
      x.mul_(3);
      BOOST_TEST(name_of(v) == "AsStridedBackward0");
      BOOST_TEST(equals(v, kind.view(two_by_six() * 3)));
      BOOST_TEST(equals(ag::grad({v.sum()}, {root})[0], reached(kind) * 3));
    }
}

BOOST_FIXTURE_TEST_CASE(J2_write_through_more_kinds_of_view_invalidates_what_was_saved, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor w = eg::ones({2, 6}, tracked);
      const Tensor x = two_by_six().clone();
      const Tensor y = (w * x).sum();
      kind.view(x).add_(1);
      BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, Says{"modified by an inplace operation"});
    }
}

BOOST_FIXTURE_TEST_CASE(B3_write_to_more_kinds_of_view_of_a_leaf, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor leaf = two_by_six().clone().requires_grad_();
      Tensor v = kind.view(leaf);
      const Snapshot before(v), whole(leaf);
      BOOST_CHECK_EXCEPTION(v.add_(1), eg::GraphError,
                            Says{"a view of a leaf Variable that requires grad"});
      BOOST_TEST(before.unchanged());
      BOOST_TEST(whole.unchanged());
    }
}

BOOST_FIXTURE_TEST_CASE(I3_more_kinds_of_view_made_under_no_grad, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor x = two_by_six().clone().requires_grad_() * 1;
      Tensor v;
      {
        const eg::NoGradGuard off;
        v = kind.view(x);
        v.mul_(2);
      }
      BOOST_TEST(v.requires_grad());
      BOOST_CHECK_EXCEPTION(v.mul_(2), eg::GraphError, Says{"created in no_grad mode"});
    }
}

BOOST_FIXTURE_TEST_CASE(J8_more_of_several_views_refuse_writes, Balanced) {
  for (const Kind& kind : kMultiOutput) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor x = two_by_six().clone().requires_grad_() * 1;
      Tensor v = kind.view(x);
      const Snapshot before(v), whole(x);
      BOOST_CHECK_EXCEPTION(v.add_(1), eg::GraphError, Says{"returns multiple views"});
      BOOST_TEST(before.unchanged());
      BOOST_TEST(whole.unchanged());
      const Tensor plain = two_by_six().clone();
      kind.view(plain).mul_(0);
      BOOST_TEST(equals(plain, two_by_six() * (1 - reached(kind))));
    }
}

BOOST_FIXTURE_TEST_CASE(J10_views_that_repeat_elements_refuse_writes, Balanced) {
  for (const Kind& kind : kRepeating) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor x = two_by_six().clone();
      Tensor v = kind.view(x);
      BOOST_TEST(v.is_view());
      const Snapshot before(v);
      BOOST_CHECK_EXCEPTION(
          v.add_(1), eg::GraphError,
          Says{
              "more than one element of the written-to tensor refers to a single memory location"});
      BOOST_TEST(before.unchanged());
    }
}

BOOST_FIXTURE_TEST_CASE(J15_more_expanded_gradients, Balanced) {
  for (const Kind& kind : kWritable) BOOST_TEST_CONTEXT(kind.name) {
      const Tensor x = two_by_six().clone().requires_grad_();
      const Tensor y = kind.view(x);
      BOOST_TEST(equals(ag::grad({y.sum()}, {x}, {}, true)[0], reached(kind)));
      BOOST_TEST(equals(ag::grad({y}, {x}, {eg::ones({}).expand(y.sizes())})[0], reached(kind)));
    }
}

BOOST_FIXTURE_TEST_CASE(J_unfold_adds_up_where_windows_overlap, Balanced) {
  // Few long windows, and many short ones, are added along different dimensions.
  for (const auto& [size, step] :
       {std::pair<std::int64_t, std::int64_t>{3, 1}, {5, 1}, {4, 2}, {6, 1}}) {
    BOOST_TEST_INFO_SCOPE("windows of " << size << " at every " << step);
    const Tensor x = two_by_six().clone().requires_grad_();
    const Tensor windows = x.unfold(1, size, step);
    Tensor counts = eg::zeros({2, 6});
    for (std::int64_t start = 0; start + size <= 6; start += step)
      counts.narrow(1, start, size).add_(1);
    BOOST_TEST(equals(ag::grad({windows.sum()}, {x}, {}, true)[0], counts));
    BOOST_TEST(equals(ag::grad({windows.sum()}, {x}, {}, true, /*create_graph=*/true)[0], counts));
    // Several such views of one tensor, and the tensor itself.
    const Tensor rows = x.t().unfold(1, 1, 1);
    BOOST_TEST(equals(ag::grad({windows.sum() + rows.sum() + x.sum()}, {x})[0], counts + 2));
  }
}

BOOST_FIXTURE_TEST_CASE(J_overlapping_windows_see_writes_to_their_base, Balanced) {
  const Tensor root = eg::tensor({1.0, 2.0, 3.0, 4.0}, tracked);
  Tensor x = root.clone();
  const Tensor windows = x.unfold(0, 3, 1);
  x.mul_(eg::tensor({1.0, 10.0, 100.0, 1000.0}));
  BOOST_TEST(equals(windows, {{1.0, 20.0, 300.0}, {20.0, 300.0, 4000.0}}));
  BOOST_TEST(name_of(windows) == "AsStridedBackward0");
  windows.sum().backward();
  BOOST_TEST(equals(root.grad(), {1.0, 20.0, 200.0, 1000.0}));
}

BOOST_FIXTURE_TEST_CASE(J_as_strided_of_an_expanded_tensor, Balanced) {
  // An element that several places of the input show has one gradient, however it is reached.
  const Tensor e = eg::tensor({1.0, 2.0, 3.0}, tracked);
  const Tensor x = e.expand({4, 3});
  const Tensor weights = eg::tensor({{1.0, 10.0}, {100.0, 1000.0}});
  const Tensor y = x.as_strided({2, 2}, {1, 1});
  BOOST_TEST(equals(ag::grad({y}, {e}, {weights}, true)[0], {1.0, 110.0, 1000.0}));
  BOOST_TEST(
      equals(ag::grad({y}, {x}, {weights})[0], (eg::tensor({0.25, 27.5, 250.0}).expand({4, 3}))));
  const auto f = [](const Tensor& given) {
    return given.exp().expand({2, 3}).as_strided({3, 2}, {1, 0}) * 2;
  };
  BOOST_TEST(eg::gradcheck(f, e, {.check_forward_ad = true}));
  BOOST_TEST(eg::gradgradcheck(f, e, {.check_forward_ad = true}));
}

BOOST_FIXTURE_TEST_CASE(J_copies_are_no_views, Balanced) {
  const Tensor x = two_by_six().clone();
  const Tensor copies[] = {x.flip({}),
                           x.fliplr(),
                           x.roll(0),
                           x.rot90(4),
                           x.tril(9),
                           x.diag(),
                           x.repeat({1, 1}),
                           x.tile({1}),
                           x.repeat_interleave(1, 0),
                           eg::pad(x, {}),
                           eg::pad(x, {}, "reflect"),
                           eg::constant_pad_nd(x, {0, 0}),
                           x[0].diag_embed(),
                           eg::fill(x, 1),
                           x.select_scatter(eg::zeros({6}), 0, 0),
                           x.as_strided_scatter(eg::zeros({2}), {2}, {1}),
                           eg::hstack({x, x}),
                           eg::block_diag({x})};
  std::size_t k = 0;
  for (const Tensor& copy : copies) BOOST_TEST_CONTEXT(k++) {
      BOOST_TEST(!copy.is_view());
      BOOST_TEST(&copy.impl()->storage() != &x.impl()->storage());
      BOOST_TEST(copy.is_contiguous());
    }
}

BOOST_FIXTURE_TEST_CASE(J_scatters_leave_their_inputs_alone, Balanced) {
  const Tensor x = two_by_six().clone().requires_grad_();
  const Tensor src = eg::full({6}, -1.0).requires_grad_();
  const Snapshot before(x), source(src);
  const Tensor y = x.select_scatter(src, 0, 1);
  BOOST_TEST(name_of(y) == "SelectScatterBackward0");
  BOOST_TEST(before.unchanged());
  BOOST_TEST(source.unchanged());
  (y * y).sum().backward();
  BOOST_TEST(equals(x.grad(), {{0.0, 2.0, 4.0, 6.0, 8.0, 10.0}, {0.0, 0.0, 0.0, 0.0, 0.0, 0.0}}));
  BOOST_TEST(equals(src.grad(), eg::full({6}, -2.0)));
  // The dtype is that of the whole.
  BOOST_TEST(
      (two_by_six().to(eg::kInt64).select_scatter(src.detach() * 1.5, 0, 0).dtype() == eg::kInt64));
}

BOOST_FIXTURE_TEST_CASE(J_as_strided_in_place_of_a_tracked_tensor, Balanced) {
  const Tensor root = two_by_six().clone().requires_grad_();
  Tensor x = root * 2;
  x.as_strided_({3}, {5}, 1);
  BOOST_TEST(equals(x, {2.0, 12.0, 22.0}));
  x.sum().backward();
  BOOST_TEST(equals(root.grad(), {{0.0, 2.0, 0.0, 0.0, 0.0, 0.0}, {2.0, 0.0, 0.0, 0.0, 0.0, 2.0}}));
}

}  // namespace autograd_test
