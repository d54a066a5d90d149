from rows import ANY, NAN, R3, Row, untracked

TIES = [[[[3.0, 1.0, 3.0], [3.0, 0.0, -1.0]]], [[[1.0, 1.0]]]]

ROWS = {
    "max": Row(lambda x: x.max(), ANY, kinks=TIES + [[[NAN, 1.0, NAN]]]),
    "min": Row(lambda x: x.min(), ANY, kinks=TIES + [[[NAN, 1.0, NAN]]]),
    "max_dim": Row(lambda x: x.max(0), ANY, kinks=[[[1.0, NAN, 3.0]]]),
    "max_dim_kept": Row(lambda x: x.max(-1, True), ANY),
    "min_dim": Row(lambda x: x.min(0), ANY, kinks=[[[1.0, NAN, 3.0]]]),
    "min_dim_kept": Row(lambda x: x.min(-1, True), ANY),
    "argmax": untracked(lambda x: x.argmax(), ANY),
    "argmin": untracked(lambda x: x.argmin(), ANY),
    "argmax_dim": untracked(lambda x: x.argmax(0), ANY),
    "argmin_dim_kept": untracked(lambda x: x.argmin(-1, True), ANY),
    "amax": Row(lambda x: x.amax(), ANY, kinks=TIES),
    "amax_dim": Row(lambda x: x.amax(0), ANY, kinks=TIES),
    "amax_dims_kept": Row(lambda x: x.amax((0, -1), True), R3),
    "amin": Row(lambda x: x.amin(), ANY, kinks=TIES),
    "amin_last": Row(lambda x: x.amin(-1, True), ANY, kinks=TIES),
    "amin_dims": Row(lambda x: x.amin((1, 2)), R3),
}
