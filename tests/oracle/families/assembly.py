import torch

from rows import ANY, BOOL, F64, I64, Row, of, untracked

ROWS = {
    "cat": Row(lambda *x: torch.cat(x), [[(3, 2), (2, 2), (1, 2)], [(2,), (0,), (3,)]]),
    "cat_last": Row(lambda *x: torch.cat(x, -1), [[(3, 4), (3, 2)], [(2, 1, 2), (2, 1, 3)]]),
    "cat_itself": Row(lambda x: torch.cat((x, x), 1), of((3, 2))),
    "stack": Row(lambda *x: torch.stack(x), [[(3, 2), (3, 2)], [(2,), (2,), (2,)], [(), ()]]),
    "stack_last": Row(lambda *x: torch.stack(x, -1), [[(3, 2), (3, 2)], [(), ()]]),
    "stack_middle": Row(lambda *x: torch.stack(x, 1), [[(3, 2), (3, 2)], [(2, 1, 2), (2, 1, 2)]]),
    "clone": Row(lambda x: x.clone(), ANY),
    "contiguous": Row(lambda x: x.contiguous(), ANY),
    "to_double": Row(lambda x: x.to(F64), ANY),
    "to_int64": untracked(lambda x: x.to(I64), ANY),
    "to_bool": untracked(lambda x: x.to(BOOL), ANY),
}
