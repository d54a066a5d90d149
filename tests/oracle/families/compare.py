import torch

from rows import PAIRS, Row, untracked

ROWS = {name: Row(getattr(torch, name), PAIRS, tracked=False) for name in
        ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor")}
ROWS |= {name + "_number": untracked(lambda a, f=getattr(torch, name): f(a, 0.5)) for name in
            ("eq", "ne", "lt", "le", "gt", "ge")}
ROWS |= {name: untracked(getattr(torch, name)) for name in
            ("logical_not", "isnan", "isinf", "isfinite")}
