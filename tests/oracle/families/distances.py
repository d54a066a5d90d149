import torch
import torch.nn.functional as F

from rows import INF, Row, drawn

T = torch.tensor
PAIRS = [[(3, 2), (4, 2)], [(2, 3, 2), (2, 2, 2)]]
ROWS_OF = [[(3, 4), (3, 4)], [(3, 4), (1, 4)]]
# Equal points; a component in common; two components that are the largest.
EQUAL = [[[[1.0, 2.0], [0.0, 0.0]], [[1.0, 2.0], [1.0, 0.0], [1.0, 1.0]]]]
THREES = [[(5, 4), (5, 4), (5, 4)]]
SIGNED = [[(5, 4), (5, 4), T([1, -1, 1, 1, -1])]]


def once(samples):
    """For what PyTorch differentiates once only."""
    return [[drawn(shape) for shape in shapes] for shapes in samples]


def cdist(p):
    return Row(lambda a, b: torch.cdist(a, b, p), [], kinks=once(PAIRS) + EQUAL)


def pdist(p):
    return Row(lambda x: F.pdist(x, p), [], kinks=once([[(4, 3)]]) + [[[[1.0, 2.0], [1.0, 2.0]]]])


def pairwise(p):
    return Row(lambda a, b: F.pairwise_distance(a, b, p), ROWS_OF)


ROWS = {
    "cdist": cdist(2.0),
    "cdist_count": Row(lambda a, b: torch.cdist(a, b, 0.0), PAIRS, tracked=False),
    "cdist_sum": cdist(1.0),
    "cdist_largest": cdist(INF),
    "cdist_of_order_3": cdist(3.0),
    "cdist_of_order_half": cdist(1.5),
    "pdist": pdist(2.0),
    "pdist_sum": pdist(1.0),
    "pdist_of_order_3": pdist(3.0),
    "pairwise_distance": pairwise(2.0),
    "pairwise_distance_sum": pairwise(1.0),
    "pairwise_distance_of_order_3": pairwise(3.0),
    "pairwise_distance_kept": Row(lambda a, b: F.pairwise_distance(a, b, keepdim=True), ROWS_OF),
    "cosine_similarity": Row(F.cosine_similarity, ROWS_OF, kinks=[
        [[[0.0, 0.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]]]),
    "cosine_similarity_first": Row(lambda a, b: F.cosine_similarity(a, b, 0),
                                   [[(3, 4), (3, 4)], [(3,), (3,)]]),
    "normalize": Row(F.normalize, [[(3, 4)], [(2, 3, 2)]], kinks=[[[[0.0, 0.0], [3.0, 4.0]]]]),
    "cosine_embedding_loss": Row(lambda a, b, t: F.cosine_embedding_loss(a, b, t, 0.125), SIGNED),
    "cosine_embedding_loss_none": Row(
        lambda a, b, t: F.cosine_embedding_loss(a, b, t, 0.125, reduction="none"), SIGNED),
    "triplet_margin_loss": Row(F.triplet_margin_loss, THREES),
    "triplet_margin_loss_swapped": Row(
        lambda a, p, n: F.triplet_margin_loss(a, p, n, 1.5, 3, swap=True, reduction="none"), THREES),
    "triplet_margin_with_distance_loss": Row(F.triplet_margin_with_distance_loss, THREES),
    "triplet_margin_with_own_distance": Row(
        lambda a, p, n: F.triplet_margin_with_distance_loss(
            a + 1e-6, p, n + 1e-6, distance_function=lambda x, y: (x - y).abs().sum(-1), margin=0.5,
            reduction="none"), THREES),
}
