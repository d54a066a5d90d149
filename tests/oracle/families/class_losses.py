import torch
import torch.nn.functional as F

from rows import Row, drawn

T = torch.tensor
WEIGHTS = T([0.5, 2.0, 1.0, 3.0])


def classes(ignored=-100):
    return [[(3, 4), T([1, 3, 0])], [(4,), T(2)], [(2, 4, 3), T([[0, 1, ignored], [3, 2, 1]])],
            [(2, 4, 2, 2), T([[[0, 1], [2, 3]], [[3, 2], [1, ignored]]])]]


ALL_IGNORED = [[[[0.5, 1.0, 2.0, -1.0]], T([-100])]]
FAR = [[[[800.0, 0.0, -800.0, 1.0], [-1000.0, 0.0, 0.0, 1.0]], T([2, 0])]]
PROBABILITIES = [[(3, 4), (3, 4)], [(4,), (4,)], [(2, 4, 3), (2, 4, 3)]]
RANGES = ((-2, 2), (0, 1))
ONE = [[(3, 4), T([1, 3, 0])], [(4,), T(2)]]
LISTS = [[(3, 4), T([[1, 3, -1, 0], [2, -1, 1, 1], [0, 1, 2, 3]])], [(4,), T([2, 0, -1, 1])]]


def with_weights(f, weight=None, **options):
    return lambda x, t: f(x, t, weight=None if weight is None else weight.to(x.dtype), **options)


def nll(**options):
    return with_weights(F.nll_loss, **options)


def entropy(**options):
    return with_weights(F.cross_entropy, **options)


def margin(**options):
    return with_weights(F.multi_margin_loss, **options)


def drawn_for(samples):
    return [[drawn(shape), target] for shape, target in samples]


def ctc(times, lengths, **options):
    """From log_softmax, where PyTorch's gradient is the derivative."""
    return lambda x, t: F.ctc_loss(x.log_softmax(-1), t, times, lengths, **options)


ROWS = {
    "nll_loss": Row(nll(), classes(), kinks=ALL_IGNORED),
    "nll_loss_none": Row(nll(weight=WEIGHTS, ignore_index=2, reduction="none"), classes(2)),
    "nll_loss_weighted": Row(nll(weight=WEIGHTS), classes()),
    "nll_loss_sum": Row(nll(reduction="sum"), classes()),
    "cross_entropy_loss": Row(entropy(), classes(), kinks=FAR),
    "cross_entropy_loss_none": Row(entropy(weight=WEIGHTS, ignore_index=2, reduction="none"),
                                   classes(2)),
    "cross_entropy_loss_weighted": Row(entropy(weight=WEIGHTS), classes()),
    "cross_entropy_loss_sum": Row(entropy(reduction="sum"), classes()),
    "cross_entropy_loss_smoothed": Row(entropy(label_smoothing=0.25), classes()),
    "cross_entropy_loss_smoothed_none": Row(
        entropy(weight=WEIGHTS, label_smoothing=0.25, reduction="none"), classes()),
    "cross_entropy_loss_smoothed_weighted": Row(entropy(weight=WEIGHTS, label_smoothing=0.25),
                                                ONE),
    "cross_entropy_loss_of_probabilities": Row(entropy(), PROBABILITIES, RANGES),
    "cross_entropy_loss_of_probabilities_none": Row(entropy(weight=WEIGHTS, reduction="none"),
                                                    PROBABILITIES, RANGES),
    # No second order in PyTorch.
    "multi_margin_loss": Row(margin(), [], kinks=drawn_for(ONE)),
    "multi_margin_loss_none": Row(margin(p=2, margin=0.75, weight=WEIGHTS, reduction="none"), [],
                                  kinks=drawn_for(ONE)),
    "multi_margin_loss_sum": Row(margin(p=2, reduction="sum"), [], kinks=drawn_for(ONE)),
    "multilabel_margin_loss": Row(F.multilabel_margin_loss, [], kinks=drawn_for(LISTS)),
    "multilabel_margin_loss_none": Row(
        lambda x, t: F.multilabel_margin_loss(x, t, reduction="none"), [], kinks=drawn_for(LISTS)),
    "ctc_loss_of_logits": Row(ctc((4, 5, 3), (2, 3, 0)), [], kinks=drawn_for(
        [[(5, 3, 4), T([[1, 2, 0], [2, 2, 3], [0, 0, 0]])]])),
    "ctc_loss_of_logits_none": Row(
        ctc((5, 4, 1), (3, 1, 2), blank=2, reduction="none", zero_infinity=True), [],
        kinks=drawn_for([[(5, 3, 3), T([0, 1, 0, 1, 0, 1])]])),
}
