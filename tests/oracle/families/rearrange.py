import torch
from torch.nn.functional import fold, pad, unfold

from rows import ANY, Row, of

MATRICES = of((3, 4), (2, 3, 2))


def padded(widths, mode, *shapes):
    return Row(lambda x: pad(x, widths, mode), of(*shapes))


ROWS = {
    "flip": Row(lambda x: x.flip(0, -1), MATRICES),
    "flip_last": Row(lambda x: x.flip(-1), of((3, 4), (3,))),
    "flip_nothing": Row(lambda x: x.flip(()), of((3, 4), ())),
    "fliplr": Row(lambda x: x.fliplr(), MATRICES),
    "flipud": Row(lambda x: x.flipud(), of((3, 4), (5,))),
    "roll": Row(lambda x: x.roll(1, 0), of((3, 4), (5,))),
    "roll_several": Row(lambda x: x.roll((-1, 2, 4), (0, -1, 0)), MATRICES),
    "roll_flat": Row(lambda x: x.roll(2), ANY),
    "rot90": Row(lambda x: x.rot90(), MATRICES),
    "rot90_twice": Row(lambda x: x.rot90(2, (-1, 0)), MATRICES),
    "rot90_back": Row(lambda x: x.rot90(-1, (0, 1)), MATRICES),
    "rot90_full": Row(lambda x: x.rot90(4), MATRICES),
    "pad": padded((1, 2, 0, 1), "constant", (3, 4), (2, 3, 2)),
    "pad_cutting": padded((-1, 2, 1, -1), "constant", (3, 4)),
    "pad_reflect": padded((1, 2), "reflect", (2, 3), (2, 1, 4)),
    "pad_reflect_2": padded((1, 2, 0, 1), "reflect", (2, 2, 3)),
    "pad_reflect_3": padded((0, 1, 1, 1, 1, 0), "reflect", (1, 2, 2, 3)),
    "pad_reflect_cutting": padded((-1, 2), "reflect", (2, 4)),
    "pad_replicate": padded((1, 3), "replicate", (2, 3), (2, 1, 1)),
    "pad_replicate_2": padded((1, 2, 0, 3), "replicate", (2, 2, 3)),
    "pad_replicate_3": padded((0, 1, 2, 1, 1, 0), "replicate", (1, 2, 2, 2)),
    "pad_replicate_cutting": padded((2, -1), "replicate", (2, 3)),
    "pad_circular": padded((1, 2), "circular", (2, 1, 3), (1, 2, 2)),
    "pad_circular_2": padded((2, 1, 0, 2), "circular", (1, 1, 2, 3)),
    "pad_circular_cutting": padded((-1, 2), "circular", (1, 2, 4)),
    "constant_pad_nd": Row(lambda x: torch.constant_pad_nd(x, (1, 0, -1, 2), 7), of((3, 4))),
    "pad_value": Row(lambda x: pad(x, (1, 1), "constant", -3.0), of((3,), (2, 2))),
    "im2col": Row(lambda x: unfold(x, 2), of((1, 2, 3, 4))),
    "im2col_padded": Row(lambda x: unfold(x, (2, 3), 1, (1, 2), (2, 1)), of((1, 2, 3, 3))),
    "im2col_dilated": Row(lambda x: unfold(x, 2, (2, 1), (2, 0), (1, 2)), of((1, 1, 3, 4))),
    "col2im": Row(lambda x: fold(x, (3, 4), 2), of((1, 8, 6))),
    "col2im_padded": Row(lambda x: fold(x, (3, 3), (2, 3), 1, (1, 2), (2, 1)), of((1, 12, 10))),
    "col2im_dilated": Row(lambda x: fold(x, (3, 4), 2, (2, 1), (2, 0), (1, 2)), of((1, 4, 10))),
}
