import torch

from rows import ANY, NAN, Row, untracked

LINES = [[(3, 4)], [(2, 3, 2)], [(5,)]]
HOLES = [[[3.0, NAN, 1.0, -2.0]]]
TIES = [[[2.0, 2.0, 1.0, 3.0]]]
BOUNDS = torch.tensor([-1.5, -0.5, 0.0, 0.5, 1.25])
FRACTIONS = ((-2, 2), (0, 0.5))


ROWS = {
    "sort": Row(lambda x: x.sort(), ANY, kinks=HOLES),
    "sort_descending": Row(lambda x: x.sort(0, True), ANY, kinks=HOLES),
    "sort_stable": Row(lambda x: x.sort(stable=True, dim=0, descending=True), ANY, kinks=TIES),
    "msort": Row(torch.msort, ANY),
    "argsort": untracked(lambda x: x.argsort(0, True), ANY),
    "argsort_stable": untracked(lambda x: torch.sort(x, stable=True, dim=-1)[1], ANY),
    "topk": Row(lambda x: x.topk(2), LINES, kinks=HOLES),
    "topk_smallest": Row(lambda x: x.topk(2, 0, False), LINES),
    "kthvalue": Row(lambda x: x.kthvalue(2), LINES, kinks=HOLES),
    "kthvalue_kept": Row(lambda x: x.kthvalue(1, 0, True), LINES),
    "median": Row(lambda x: x.median(), ANY, kinks=HOLES + TIES),
    "median_dim": Row(lambda x: x.median(0), ANY, kinks=HOLES),
    "nanmedian": Row(lambda x: x.nanmedian(), ANY, kinks=HOLES + TIES),
    "nanmedian_kept": Row(lambda x: x.nanmedian(-1, True), ANY, kinks=HOLES),
    "mode": Row(lambda x: x.mode(), ANY, kinks=TIES),
    "mode_kept": Row(lambda x: x.mode(0, True), ANY),
    "quantile": Row(lambda x: x.quantile(0.6), ANY, kinks=HOLES),
    "nanquantile": Row(lambda x: x.nanquantile(0.6, 0, True), ANY, kinks=HOLES),
    "quantile_tensor": Row(torch.quantile, [[(3, 4), (3,)], [(5,), ()]], FRACTIONS),
    "quantile_tensor_dim": Row(lambda x, q: torch.quantile(x, q, 0),
                               [[(3, 4), (3,)], [(3, 2, 4), (2,)]], FRACTIONS),
    "nanquantile_tensor": Row(lambda x, q: torch.nanquantile(x, q, -1, True),
                              [[(3, 4), (3,)], [(3, 2, 4), (2,)]], FRACTIONS),
    "bucketize": Row(torch.bucketize, [[(3, 4), BOUNDS], [(), BOUNDS]], tracked=False),
    "bucketize_right": Row(lambda x, b: torch.bucketize(x, b, right=True),
                           [[(3, 4), BOUNDS], [(), BOUNDS]], tracked=False),
    "searchsorted": Row(lambda x, b: torch.searchsorted(-b, x, right=True, sorter=(-b).argsort()),
                        [[(3, 4), BOUNDS], [(), BOUNDS]], tracked=False),
    "searchsorted_rows": Row(lambda x, b: torch.searchsorted(b.sort()[0], x),
                             [[(3, 4), (3, 6)]], tracked=False),
    "bucketize_number": Row(lambda b: torch.bucketize(0.25, b, right=True), [[BOUNDS]],
                            tracked=False),
    "searchsorted_number": Row(lambda b: torch.searchsorted(b, 0.25, right=True), [[BOUNDS]],
                               tracked=False),
}
for how in ("linear", "lower", "higher", "midpoint", "nearest"):
    ROWS["quantile_" + how] = Row(
        lambda x, how=how: x.quantile(0.3, -1, interpolation=how), ANY, kinks=HOLES)
