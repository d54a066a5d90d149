"""What a family of rows is written with: see generate.py."""
import torch

torch.set_default_dtype(torch.float64)

F64, F32, I64, BOOL = torch.float64, torch.float32, torch.int64, torch.bool
INF, NAN = float("inf"), float("nan")


def drawn(shape, low=-2.0, high=2.0):
    return low + (high - low) * torch.rand(shape)


def regular(*shape):
    """Matrices far from singular."""
    return drawn(shape, -1, 1) + 3 * torch.eye(shape[-1])


class Row:
    """f takes tensors; shapes lists samples, each a list of shapes drawn from the ranges, or of
    tensors taken as they are (indices)."""

    def __init__(self, f, shapes, ranges=((-2, 2),), kinks=(), constants=0, tracked=True):
        self.f = f
        self.ranges = ranges
        self.shapes = shapes
        self.kinks = kinks  # given inputs; derivatives of order 1 only
        self.constants = constants  # how many leading arguments are bool and constant
        self.tracked = tracked

    def samples(self):
        for shapes in self.shapes:
            inputs = []
            for i, shape in enumerate(shapes):
                if isinstance(shape, torch.Tensor):
                    inputs.append(shape)
                    continue
                low, high = self.ranges[min(i, len(self.ranges) - 1)]
                x = drawn(shape, low, high)
                inputs.append(x > 0 if i < self.constants else x)
            yield inputs, 2
        for inputs in self.kinks:
            yield [torch.as_tensor(x) for x in inputs], 1


PAIRS = [[(3, 2), (3, 2)], [(2, 3), (3,)], [(3, 1), (1, 2)], [(), (3,)]]
ONE = [[(2, 3)], [(3,)], [()]]
POSITIVE = ((0.3, 2.5),)
ANY = [[s] for s in ((3, 4), (2, 3, 2), (3,), ())]
SPREAD = [[s] for s in ((3, 4), (2, 3, 2), (3,))]
R2, R3 = [[(3, 4)], [(4, 3)]], [[(2, 3, 4)], [(3, 1, 2)]]


def pair(f, *ranges, kinks=()):
    return Row(f, PAIRS, ranges or ((-2, 2),), kinks)


def one(f, *ranges, kinks=()):
    return Row(f, ONE, ranges or ((-2, 2),), kinks)


def untracked(f, shapes=None):
    return Row(f, shapes or ONE, tracked=False)


def of(*shapes):
    return [[s] for s in shapes]
