import torch

from rows import PAIRS, Row, untracked

ROWS = {name: Row(getattr(torch, name), PAIRS, tracked=False) for name in
        ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor")}
ROWS |= {name + "_number": untracked(lambda a, f=getattr(torch, name): f(a, 0.5)) for name in
            ("eq", "ne", "lt", "le", "gt", "ge")}
ROWS |= {name: untracked(getattr(torch, name)) for name in
            ("logical_not", "isnan", "isinf", "isfinite")}


def whole(x):
    return x.long() if x.is_floating_point() else x


for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    ROWS[name] = Row(lambda a, b, f=getattr(torch, name): f(whole(a), whole(b)), PAIRS, tracked=False)
    ROWS[name + "_number"] = untracked(lambda a, f=getattr(torch, name): f(whole(a), 6))
ROWS["bitwise_not"] = untracked(lambda a: torch.bitwise_not(whole(a)))
ROWS |= {name: untracked(getattr(torch, name)) for name in ("isposinf", "isneginf", "signbit")}
ROWS["isclose"] = Row(lambda a, b: torch.isclose(a, b), PAIRS, tracked=False)
ROWS["isclose_nan"] = Row(lambda a, b: torch.isclose(a, b, 1e-3, 1e-6, True), PAIRS[:1], tracked=False)
