import torch

from rows import INF, NAN, POSITIVE, one, pair

S = torch.special
INSIDE = ((0.1, 0.9),)

ROWS = {
    "erf": one(torch.erf, kinks=[[[0.0, INF, -INF, 7.0]]]),
    "erfc": one(torch.erfc, kinks=[[[0.0, INF, -INF, 20.0]]]),
    "erfinv": one(torch.erfinv, (-0.9, 0.9), kinks=[[[0.0, 1.0, -1.0, 1.5]]]),
    "special_erfcx": one(S.erfcx, kinks=[[[0.0, 3.0, -5.0]]]),
    "special_ndtr": one(S.ndtr, kinks=[[[0.0, INF, -INF, -5.0]]]),
    "special_ndtri": one(S.ndtri, *INSIDE, kinks=[[[0.0, 1.0, 0.5, 1.5]]]),
    "special_log_ndtr": one(S.log_ndtr, (-5, 3), kinks=[[[0.0, -30.0, 30.0]]]),
    "lgamma": one(torch.lgamma, *POSITIVE, kinks=[[[-1.5, 100.0]]]),
    "digamma": one(torch.digamma, *POSITIVE, kinks=[[[0.0, -0.0, -1.5, -0.25]]]),
    "polygamma_0": one(lambda x: torch.polygamma(0, x), *POSITIVE),
    "polygamma_2": one(lambda x: torch.polygamma(2, x), *POSITIVE, kinks=[[[-1.25, 0.01]]]),
    "polygamma_5": one(lambda x: torch.polygamma(5, x), *POSITIVE),
    "mvlgamma": one(lambda x: torch.mvlgamma(x, 3), (2.2, 5)),
    "special_zeta_of_number": one(lambda q: S.zeta(2.5, q), *POSITIVE, kinks=[[[20.0, 1e-3]]]),
    "igamma_at": one(lambda x: torch.igamma(torch.full_like(x, 1.75), x), *POSITIVE,
                     kinks=[[[0.0, 30.0]]]),
    "igammac_at": one(lambda x: torch.igammac(torch.full_like(x, 1.75), x), *POSITIVE,
                      kinks=[[[0.0, 30.0]]]),
    "special_expit": one(S.expit, kinks=[[[0.0, 800.0, -800.0]]]),
    "special_entr": one(S.entr, *POSITIVE, kinks=[[[0.0, 1.0, -1.0, NAN]]]),
    "logit": one(torch.logit, *INSIDE, kinks=[[[0.0, 1.0, 0.5, -0.5, 1.5]]]),
    "logit_clamped": one(lambda x: torch.logit(x, 0.25), *INSIDE,
                         kinks=[[[0.0, 1.0, 0.25, 0.75, 1.5]]]),
    "xlogy": pair(torch.xlogy, (-2, 2), (0.3, 2.5), kinks=[
        [[0.0, 0.0, 0.0, 2.0, 0.0], [1.0, 0.0, -1.0, 0.5, NAN]]]),
    "xlogy_number": one(lambda a: torch.xlogy(a, 2.5), kinks=[[[0.0]]]),
    "number_xlogy": one(lambda b: torch.xlogy(-1.5, b), *POSITIVE),
    "special_xlog1py": pair(S.xlog1py, (-2, 2), (-0.7, 3), kinks=[
        [[0.0, 0.0, 0.0, 2.0, 0.0], [1.0, -1.0, -2.0, 1e-20, NAN]]]),
    "special_xlog1py_number": one(lambda a: S.xlog1py(a, 2.5), kinks=[[[0.0]]]),
    "number_special_xlog1py": one(lambda b: S.xlog1py(-1.5, b), (-0.7, 3)),
}
