import torch
import torch.nn.functional as F

from rows import Row, drawn

T = torch.tensor
SHAPES = [[(3, 4), (3, 4)], [(3, 4), (4,)], [(), (3,)]]
SAME = [[(3, 4), (3, 4)]]
LOGITS = ((-4, 4), (0, 1))
FAR = [[[[800.0, -800.0, 40.0, -40.0, 0.0]], [[0.0, 1.0, 1.0, 0.0, 0.5]]]]
ROWS = {}


def add(name, f, ranges=((-2, 2),), shapes=None, kinks=()):
    for suffix, reduction in (("", "mean"), ("_none", "none"), ("_sum", "sum")):
        ROWS[name + suffix] = Row(
            lambda x, t, f=f, r=reduction: f(x, t, r), shapes or SHAPES, ranges,
            kinks if reduction == "none" else ())


def signs(*shape):
    return torch.randint(0, 2, shape) * 2 - 1


EQUAL = [[[1.0, -2.0, 0.5], [1.0, 2.0, 0.5]]]
add("mse_loss", lambda x, t, r: F.mse_loss(x, t, reduction=r))
add("l1_loss", lambda x, t, r: F.l1_loss(x, t, reduction=r), kinks=EQUAL)
add("smooth_l1_loss", lambda x, t, r: F.smooth_l1_loss(x, t, reduction=r, beta=0.75), kinks=EQUAL)
add("smooth_l1_loss__sharp", lambda x, t, r: F.smooth_l1_loss(x, t, reduction=r, beta=0.0))
add("huber_loss", lambda x, t, r: F.huber_loss(x, t, reduction=r, delta=0.75), kinks=EQUAL)
# PyTorch's second derivative adds 1e-12 to denominators.
for suffix, reduction in (("", "mean"), ("_none", "none"), ("_sum", "sum")):
    ROWS["binary_cross_entropy" + suffix] = Row(
        lambda x, t, r=reduction: F.binary_cross_entropy(x.clamp(0, 1), t.clamp(0, 1), reduction=r),
        [], kinks=[[drawn((3, 4), 0.05, 0.95), drawn((3, 4), 0, 1)]])
add("binary_cross_entropy_with_logits",
    lambda x, t, r: F.binary_cross_entropy_with_logits(x, t, reduction=r), LOGITS, SAME, FAR)
add("kl_div", lambda x, t, r: F.kl_div(x, t, reduction=r), ((-4, 0), (0.1, 1)))
add("kl_div__of_logs", lambda x, t, r: F.kl_div(x, t, reduction=r, log_target=True), ((-4, 0),))
add("poisson_nll_loss", lambda x, t, r: F.poisson_nll_loss(x, t, reduction=r), ((-2, 2), (0, 3)))
add("poisson_nll_loss__full", lambda x, t, r: F.poisson_nll_loss(x, t, full=True, reduction=r),
    ((-2, 2), (0.2, 3)), SAME)
add("poisson_nll_loss__of_rates",
    lambda x, t, r: F.poisson_nll_loss(x, t, False, True, eps=1e-3, reduction=r),
    ((0.3, 3), (0.2, 3)), SAME)
for suffix, reduction in (("", "mean"), ("_none", "none"), ("_sum", "sum")):
    # PyTorch gives the target no derivative; nor, further down, the weights.
    ROWS["soft_margin_loss" + suffix] = Row(
        lambda x, t, r=reduction: F.soft_margin_loss(x, t.to(x.dtype), reduction=r),
        [[(3, 4), signs(3, 4)], [(5,), signs(5)]])

WEIGHTED = [[(3, 4), (3, 4), (4,)]]
ROWS.update({
    "binary_cross_entropy_weighted": Row(
        lambda x, t, w: F.binary_cross_entropy(x.clamp(0, 1), t.clamp(0, 1), w.to(x.dtype)), [],
        kinks=[[drawn((3, 4), 0.05, 0.95), drawn((3, 4), 0, 1), T([1, 2, 1, 3])]]),
    "logits_weighted": Row(
        lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, w.to(x.dtype), reduction="sum"),
        [[(3, 4), (3, 4), T([1, 2, 1, 3])]], LOGITS),
    "logits_pos_weighted": Row(
        lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w.to(x.dtype)),
        [[(3, 4), (3, 4), T([1, 2, 1, 3])]], LOGITS),
    "logits_pos_weighted_none": Row(
        lambda x, t, w: F.binary_cross_entropy_with_logits(
            x, t, pos_weight=w.to(x.dtype), reduction="none") * t,
        [[(3, 4), (3, 4), T([1, 2, 1, 3])]], LOGITS),
    "gaussian_nll_loss": Row(
        lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True),
        [[(3, 4), (3, 4), (3, 4)], [(3, 4), (3, 4), (3, 1)]], ((-2, 2), (-2, 2), (0.3, 2))),
    "gaussian_nll_loss_none": Row(
        lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True, reduction="none"),
        [[(3, 4), (3, 4), (3, 4)], [(3, 4), (3, 4), (3, 1)]], ((-2, 2), (-2, 2), (0.3, 2))),
    "hinge_embedding_loss": Row(lambda x, t: F.hinge_embedding_loss(x, t, 0.75),
                                [[(3, 4), signs(3, 4)], [(5,), signs(5)]]),
    "hinge_embedding_loss_none": Row(
        lambda x, t: F.hinge_embedding_loss(x if x.is_floating_point() else x.double(), t, 0.75, reduction="none"),
        [[(3, 4), signs(3, 4)]], kinks=[[[0.75, 0.75, 1.0, -1.0, 0.0], T([1, -1, 1, -1, 2])]]),
    "margin_ranking_loss": Row(lambda x, o, t: F.margin_ranking_loss(x, o, t, 0.5),
                               [[(3, 4), (3, 4), signs(3, 4)]]),
    "margin_ranking_loss_none": Row(
        lambda x, o, t: F.margin_ranking_loss(x, o, t, 0.5, reduction="none"),
        [[(3, 4), (3, 4), signs(3, 4)]], kinks=[[[0.5, 0.0], [0.0, 0.5], T([1, -1])]]),
    "multilabel_soft_margin_loss": Row(F.multilabel_soft_margin_loss, [[(3, 4), (3, 4)]],
                                       ((-2, 2), (0, 1))),
    "multilabel_soft_margin_weighted": Row(
        lambda x, t, w: F.multilabel_soft_margin_loss(x, t, w, reduction="sum"), WEIGHTED,
        ((-2, 2), (0, 1), (0.5, 2))),
})
