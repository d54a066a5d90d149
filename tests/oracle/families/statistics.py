import torch

from rows import ANY, I64, NAN, R3, Row, SPREAD, untracked

HOLES = [[[1.0, NAN, 3.0, -2.0]], [[[NAN, 1.0], [2.0, NAN]]]]
OFTEN = torch.tensor([1, 2, 0, 3])
SOME = torch.tensor([0, 3, 3, 1, 5, 3])

ROWS = {
    "var": Row(lambda x: x.var(), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "var_population": Row(lambda x: x.var(False), ANY),
    "var_dim": Row(lambda x: x.var((0,)), SPREAD),
    "var_dims_kept": Row(lambda x: x.var((0, 2), False, True), R3),
    "std": Row(lambda x: x.std(), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "std_population": Row(lambda x: x.std(False), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "std_dim": Row(lambda x: x.std((-1,)), SPREAD),
    "std_dims_kept": Row(lambda x: x.std((0, 2), True, True), R3),
    "var_correction": Row(lambda x: x.var(0, correction=2), [[(3, 4)], [(3, 3, 2)], [(5,)]]),
    "std_correction": Row(lambda x: x.std((0,), correction=0, keepdim=True), SPREAD),
    "var_mean": Row(torch.var_mean, SPREAD),
    "var_mean_dim": Row(lambda x: torch.var_mean(x, (0,), False, True), SPREAD),
    "var_mean_correction": Row(lambda x: torch.var_mean(x, (0, 2), correction=0), R3),
    "std_mean": Row(lambda x: torch.std_mean(x, False), SPREAD, kinks=[[[1.0, 1.0, 1.0]]]),
    "std_mean_dim": Row(lambda x: torch.std_mean(x, (-1,), True, True), SPREAD),
    "std_mean_correction": Row(lambda x: torch.std_mean(x, (0,), correction=0), SPREAD),
    "nansum": Row(lambda x: x.nansum(), ANY, kinks=HOLES),
    "nansum_dims": Row(lambda x: x.nansum((0, 2), True), R3),
    "nanmean": Row(lambda x: x.nanmean(), ANY, kinks=HOLES),
    "nanmean_dim": Row(lambda x: x.nanmean(0, True), ANY, kinks=HOLES),
    "cov": Row(lambda x: x.cov(), [[(3, 4)], [(2, 5)], [(5,)]]),
    "cov_correction": Row(lambda x: x.cov(correction=0), [[(3, 4)], [(5,)]]),
    "cov_weights": Row(lambda x, f, a: x.cov(fweights=f, aweights=a),
                       [[(3, 4), OFTEN, (4,)], [(4,), OFTEN, (4,)]],
                       ranges=((-2, 2), (0, 0), (0.5, 1.5))),
    "corrcoef": Row(lambda x: x.corrcoef(), [[(3, 4)], [(2, 5)]]),
    "histc": untracked(lambda x: x.histc(7), ANY),
    "histc_range": untracked(lambda x: x.histc(5, -1, 1.5), ANY),
    "bincount": untracked(lambda x: x.bincount(), [[SOME], [torch.zeros(0, dtype=I64)]]),
}
