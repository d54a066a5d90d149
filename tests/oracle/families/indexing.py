import torch

from rows import I64, Row, of

T = torch.tensor


def put(indices, accumulate=False):
    return lambda x, v: x.clone().index_put(
        tuple(torch.tensor(i) for i in indices), v, accumulate)


def set_slice(x, v):
    y = x.clone()
    y[1:, ::2] = v
    return y


ROWS = {
    "index_integer": Row(lambda x: x[1], of((3, 4), (3,))),
    "index_from_the_end": Row(lambda x: x[-1], of((3, 4), (3,))),
    "index_slices": Row(lambda x: x[::2, 1:-1], of((3, 4), (2, 3, 2))),
    "index_new_axes": Row(lambda x: x[None, :, None, 2], of((3, 4), (2, 3, 2))),
    "index_ellipsis": Row(lambda x: x[..., 0], of((3, 4), (2, 3, 2))),
    "index_dots": Row(lambda x: x[1, ..., 0:1], of((3, 4), (2, 3, 2))),
    "index_without_dims": Row(lambda x: x[None, ...], of((), (3,))),
    "index_list": Row(lambda x: x[T([2, 0, -1, 1])], of((3, 4), (3,))),
    "index_points": Row(lambda x: x[T([0, 2, 2]), T([1, -1, 3])], of((3, 4), (3, 5, 2))),
    "index_grid": Row(lambda x: x[T([[0], [2]]), T([1, 3, 1])], of((3, 4), (3, 5, 2))),
    "index_columns": Row(lambda x: x[:, T([3, 0, 0])], of((3, 4), (2, 4, 2))),
    "index_apart": Row(lambda x: x[T([0, 2]), 1:3, T([1, 0])], of((3, 4, 2))),
    "index_with_integer": Row(lambda x: x[T([0, 2, 0]), 1], of((3, 4), (3, 2, 2))),
    "index_empty_list": Row(lambda x: x[torch.zeros(0, dtype=I64)], of((3, 4))),
    "index_mask": Row(lambda x: x[T([True, False, True])], of((3, 4), (3,))),
    "index_mask_of_two": Row(lambda x: x[T([[True, False], [False, True]])], of((2, 2), (2, 2, 3))),
    "index_mask_of_last": Row(lambda x: x[..., T([False, True, True])], of((2, 3), (2, 2, 3))),
    "index_mask_of_none": Row(lambda x: x[T([False, False, False])], of((3, 4))),
    "index_bool": Row(lambda x: x[True], of((3, 2), ())),
    "index_put": Row(put([[2, 0]]), [[(3, 2), (2, 2)], [(3, 2), (2,)], [(3,), ()]]),
    "index_put_points": Row(put([[0, 2, 1], [1, 0, 1]]), [[(3, 2), (3,)], [(3, 2, 2), (3, 1)]]),
    "index_put_accumulate": Row(put([[2, 0, 2]], True), [[(3, 2), (3, 2)], [(3, 2), (2,)]]),
    "index_put_mask": Row(put([[True, False, True]]), [[(3, 2), (2, 2)], [(3,), ()]]),
    "index_put_slices": Row(set_slice, [[(3, 4), (2, 2)], [(3, 4), ()], [(3, 3, 2), (2, 1)]]),
}
