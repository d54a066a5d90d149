import torch

from rows import Row, untracked

T = torch.tensor
I = lambda *v: T(v, dtype=torch.int64)

MASKED = [[(3, 4), T([True, False, True, False])], [(2,), T([[False, True], [True, True]])],
          [(), T([True, False])], [(3, 2), T([[True], [False], [True]])]]
HOT = lambda *shapes: [[T(s)] for s in shapes]

ROWS = {
    "index_select": Row(lambda x, i: x.index_select(0, i),
                        [[(3, 4), I(2, 0, 2, 1)], [(5,), I(4, 0, 0)], [(3, 2), T(1)], [(), I(0)]]),
    "index_select_last": Row(lambda x, i: x.index_select(-1, i), [[(3, 4), I(3, 3, 0)]]),
    "index_select_middle": Row(lambda x, i: x.index_select(1, i), [[(2, 4, 3), I(3, 0, 3)]]),
    "gather": Row(lambda x, i: x.gather(0, i),
                  [[(3, 4), T([[2, 0, 1, 1], [0, 0, 2, 1]])], [(3, 4), T([[2, 0], [1, 1], [0, 0], [2, 2]])],
                   [(4,), I(3, 3, 0, 1, 3)], [(), T(0)], [(), I(0, 0)], [(2,), T(1)]]),
    "gather_last": Row(lambda x, i: x.gather(-1, i), [[(3, 4), T([[3, 0], [1, 1], [2, 3]])]]),
    "gather_middle": Row(lambda x, i: x.gather(1, i),
                         [[(2, 3, 3), T([[[2, 0], [1, 1]], [[2, 2], [0, 1]]])]]),
    "take": Row(lambda x, i: x.take(i),
                [[(3, 4), T([[0, -1, 7], [7, -12, 11]])], [(), T([[0, -1]])], [(3,), T(2)]]),
    "take_along_dim": Row(lambda x, i: torch.take_along_dim(x, i, 1),
                          [[(3, 4), T([[3, 0], [1, 1], [2, 0]])], [(3, 4), T([[3, 0]])],
                           [(1, 4), T([[3], [0], [2]])]]),
    "take_along_dim_flat": Row(torch.take_along_dim, [[(3, 4), T([[0, 11], [7, 7]])]]),
    "masked_select": Row(lambda x, m: x.masked_select(m), MASKED),
    "masked_fill": Row(lambda x, m: x.masked_fill(m, -2.75), MASKED),
    "masked_fill_tensor": Row(lambda x, m, v: x.masked_fill(m, v), [s + [()] for s in MASKED]),
    "masked_scatter": Row(lambda x, m, s: x.masked_scatter(m, s), [s + [(3, 5)] for s in MASKED]),
    "nonzero": untracked(torch.nonzero,
                         [[T([[0.0, 1.5], [-2.0, 0.0]])], [T(2.0)], [T([0.0, float("nan"), 1.0])]]),
    "argwhere": untracked(torch.argwhere, [[T([[0.0, 1.5], [-2.0, 0.0]])], [T(0.0)]]),
    "nonzero_numpy": untracked(lambda x: x.nonzero(as_tuple=True),
                               [[T([[0.0, 1.5], [-2.0, 0.0]])], [T(2.0)]]),
    "one_hot": untracked(torch.nn.functional.one_hot, HOT([0, 2, 1, 2], [[1, 0], [0, 3]], 2)),
    "one_hot_classes": untracked(lambda x: torch.nn.functional.one_hot(x, 5), HOT([0, 2, 4])),
    "index_put_copy": Row(lambda x, i, v: x.index_put((i,), v),
                          [[(3, 2), I(2, -3), (2, 2)], [(4,), I(1, 3), ()],
                           [(3, 2), T([[2], [0]]), (1, 2)]]),
    "index_put_added": Row(lambda x, i, v: x.index_put((i,), v, True),
                           [[(3, 2), I(2, 0, 2), (3, 2)], [(3,), I(1, 1), ()]]),
}
