import torch

from rows import INF, POSITIVE, Row, one, pair, untracked



def division(name, f, kink):
    return {name: pair(f, (-2, 2), (0.3, 2.5), kinks=[kink]), name + "_number": one(lambda a: f(a, torch.tensor(-2)))}


ROWS = {
    "add": pair(torch.add),
    "add_scaled": pair(lambda a, b: torch.add(a, b, alpha=3)),
    "add_number": one(lambda a: a + 1.5),
    "sub": pair(torch.sub),
    "sub_scaled": pair(lambda a, b: torch.sub(a, b, alpha=3)),
    "sub_number": one(lambda a: a - 1.5),
    "rsub": pair(lambda a, b: torch.rsub(a, b, alpha=2)),
    "rsub_number": one(lambda a: 1.5 - a),
    "neg": one(torch.neg),
    "mul": pair(torch.mul),
    "mul_number": one(lambda a: a * -2.5),
    "div": pair(torch.div, (-2, 2), (0.3, 2.5)),
    "div_number": one(lambda a: a / -2.5),
    "number_div": one(lambda a: torch.div(torch.tensor(-2.5), a), *POSITIVE),
    **division("div_floor", lambda a, b: torch.div(a, b, rounding_mode="floor"), [[5.0, -5.0, 1.0, 0.0], [3.0, 3.0, INF, 3.0]]),
    **division("div_trunc", lambda a, b: torch.div(a, b, rounding_mode="trunc"), [[5.0, -5.0, 1.0, 0.0], [3.0, 3.0, INF, 3.0]]),
    **division("div_unrounded", lambda a, b: torch.div(a, b, rounding_mode=None), [[5.0, 0.0], [-3.0, INF]]),
    **division("fmod", torch.fmod, [[5.0, -5.0, 5.0, -5.0, 1.0, 0.0], [3.0, 3.0, -3.0, -3.0, INF, 3.0]]),
    **division("remainder", torch.remainder, [[5.0, -5.0, 5.0, -5.0, -1.0, 0.0], [3.0, 3.0, -3.0, -3.0, INF, 3.0]]),
    "number_remainder": one(lambda b: torch.remainder(torch.tensor(5), b), *POSITIVE),
    "float_power": pair(torch.float_power, (0.3, 2.5), (0.1, 2)),
    "float_power_number": one(lambda a: torch.float_power(a, -2), *POSITIVE),
    "number_float_power": one(lambda b: torch.float_power(torch.tensor(2.0), b)),
    "where_true": untracked(lambda x: torch.where(x > 0.4)),
    "pow": pair(torch.pow, (0.3, 2.5), (0.1, 2), kinks=[
        [[0.0, 0.0, 0.0, 2.0, -2.0], [0.0, 1.0, 2.0, 0.0, 2.0]]]),
    "pow_0": one(lambda a: a**0, kinks=[[[0.0, -1.0, INF]]]),
    "pow_1": one(lambda a: a**1, kinks=[[[0.0, -1.0]]]),
    "pow_2": one(lambda a: a**2, kinks=[[[0.0, -1.0]]]),
    "pow_3": one(lambda a: a**3, kinks=[[[0.0, -1.0]]]),
    "pow_4": one(lambda a: a**4, kinks=[[[0.0, -1.0]]]),
    "pow_half": one(lambda a: a**0.5, *POSITIVE, kinks=[[[0.0, 1.0]]]),
    "pow_minus_1": one(lambda a: a**-1, *POSITIVE),
    "pow_minus_2": one(lambda a: a**-2, *POSITIVE),
    "pow_fraction": one(lambda a: a**2.7, *POSITIVE, kinks=[[[0.0, 1.0]]]),
    "number_pow": one(lambda b: torch.pow(torch.tensor(1.7), b)),
    "maximum": pair(torch.maximum, kinks=[[[1.0, 2.0, -1.0], [1.0, 1.0, 3.0]]]),
    "minimum": pair(torch.minimum, kinks=[[[1.0, 2.0, -1.0], [1.0, 1.0, 3.0]]]),
    "where": Row(torch.where, [[(3, 2), (3, 2), (2,)], [(2,), (3, 1), ()]], constants=1),
    "where_or_number": Row(lambda c, a: torch.where(c, a, torch.tensor(0.25)),
                           [[(3, 2), (3, 2)], [(2,), (3, 1)]], constants=1),
    "where_number_or": Row(lambda c, b: torch.where(c, torch.tensor(0.25), b),
                           [[(3, 2), (3, 2)], [(2,), (3, 1)]], constants=1),
}
