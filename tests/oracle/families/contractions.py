import torch
import torch.nn.functional as F

from rows import Row


def einsum(equation, *shapes):
    return Row(lambda *x: torch.einsum(equation, *x), list(shapes))


def added(f, beta=2, alpha=-3):
    return lambda s, a, b: f(s, a, b, beta=beta, alpha=alpha)


MATRICES = [(3, 4), (4, 2)]
BATCHES = [(4, 3, 5), (4, 5, 2)]

ROWS = {
    "einsum_matrices": einsum("ij,jk->ik", MATRICES),
    "einsum_batches": einsum("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
    "einsum_implicit": einsum("ba,cb", [(3, 4), (2, 3)]),
    "einsum_capitals_first": einsum("bA,Cb", [(3, 4), (2, 3)]),
    "einsum_blanks": einsum(" i j , j k -> k i ", MATRICES),
    "einsum_transpose": einsum("ij->ji", [(3, 4)]),
    "einsum_sum": einsum("ij->", [(3, 4)]),
    "einsum_row_sums": einsum("ij->i", [(3, 4)]),
    "einsum_trace": einsum("ii", [(3, 3)]),
    "einsum_diagonal": einsum("ii->i", [(3, 3)]),
    "einsum_diagonals": einsum("jiji->ij", [(2, 3, 2, 3)]),
    "einsum_dot": einsum("i,i", [(4,), (4,)]),
    "einsum_outer": einsum("i,j", [(4,), (3,)]),
    "einsum_hadamard": einsum("ij,ji->ij", [(3, 4), (4, 3)]),
    "einsum_matrix_vector": einsum("ij,j->i", [(3, 4), (4,)]),
    "einsum_vector_matrix": einsum("i,ij->j", [(3,), (3, 4)]),
    "einsum_rowwise_dot": einsum("ij,ij->i", [(3, 4), (3, 4)]),
    "einsum_numbers": einsum(",", [(), ()]),
    "einsum_number": einsum("ij,->ij", [(2, 3), ()]),
    "einsum_ellipsis": einsum("...ij,...jk->...ik", [(2, 3, 4), (1, 4, 2)]),
    "einsum_ellipsis_broadcast": einsum("i...,...i", [(3, 2, 4), (4, 3)]),
    "einsum_ellipsis_summed": einsum("...i->i", [(2, 3, 4)]),
    "einsum_ones_broadcast": einsum("ij,jk", [(2, 1), (3, 4)], [(2, 3), (1, 4)]),
    "einsum_bilinear": einsum("bn,anm,bm->ba", [(3, 2), (4, 2, 5), (3, 5)]),
    "einsum_chain": einsum("ij,jk,kl,lm->im", [(3, 2), (2, 4), (4, 2), (2, 3)]),
    "einsum_tensors": einsum("abcd,dbe->eca", [(2, 3, 2, 4), (4, 3, 2)]),
    "addmm": Row(added(torch.addmm), [[(3, 2), *MATRICES], [(2,), *MATRICES]]),
    "addmm_defaults": Row(torch.addmm, [[(3, 2), *MATRICES]]),
    "addmm_without_self": Row(added(torch.addmm, 0, 1), [[(3, 2), *MATRICES]]),
    "addmv": Row(added(torch.addmv), [[(3,), (3, 4), (4,)], [(), (3, 4), (4,)]]),
    "addr": Row(added(torch.addr), [[(3, 2), (3,), (2,)], [(2,), (3,), (2,)]]),
    "addbmm": Row(added(torch.addbmm), [[(3, 2), *BATCHES], [(2,), *BATCHES]]),
    "baddbmm": Row(added(torch.baddbmm), [[(4, 3, 2), *BATCHES], [(2,), *BATCHES]]),
    "linear": Row(lambda b, x, w: F.linear(x, w, b), [[(2,), (3, 4), (2, 4)]]),
    "linear_of_vector": Row(lambda b, x, w: F.linear(x, w, b), [[(2,), (4,), (2, 4)]]),
    "linear_of_batches": Row(lambda b, x, w: F.linear(x, w, b), [[(2,), (2, 3, 4), (2, 4)]]),
    "linear_to_number": Row(lambda b, x, w: F.linear(x, w) + b, [[(), (2, 3, 4), (4,)]]),
    "linear_without_bias": Row(lambda x, w: F.linear(x, w), [[(3, 4), (2, 4)]]),
    "bilinear": Row(lambda c, a, b, w: F.bilinear(a, b, w, c),
                    [[(5,), (2, 3), (2, 4), (5, 3, 4)]]),
    "bilinear_without_bias": Row(lambda a, b, w: F.bilinear(a, b, w),
                                 [[(2, 3, 2), (2, 3, 4), (2, 2, 4)]]),
    "vdot": Row(torch.vdot, [[(4,), (4,)]]),
    "inner": Row(torch.inner, [[(2, 3, 4), (2, 4)]]),
    "inner_of_vectors": Row(torch.inner, [[(4,), (4,)]]),
    "inner_of_numbers": Row(torch.inner, [[(), (2, 3)]]),
    "kron": Row(torch.kron, [[(2, 3), (3, 2)], [(2,), (3, 2)], [(2, 1, 3), (2,)], [(), (2,)]]),
    "tensordot": Row(lambda a, b: torch.tensordot(a, b, ([2, 0], [0, -1])),
                     [[(2, 3, 4), (4, 2, 2)]]),
    "tensordot_ones": Row(lambda a, b: torch.tensordot(a, b, ([0, 1], [1, 0])),
                          [[(1, 3, 2), (3, 2, 2)], [(4, 3, 2), (3, 1, 2)]]),
    "tensordot_last": Row(torch.tensordot, [[(2, 3, 4), (3, 4, 2)]]),
    "tensordot_none": Row(lambda a, b: torch.tensordot(a, b, 0), [[(2,), (3, 2)]]),
    "linalg_multi_dot": Row(lambda *x: torch.linalg.multi_dot(x),
                            [[(3, 2), (2, 4), (4, 1), (1, 5)]]),
    "multi_dot_of_vectors": Row(lambda *x: torch.linalg.multi_dot(x), [[(3,), (3, 2), (2,)]]),
    "linalg_matrix_power": Row(lambda x: torch.linalg.matrix_power(x, 5), [[(2, 3, 3)]]),
    "linalg_vander": Row(torch.linalg.vander, [[(3,)], [(2, 4)]]),
    "linalg_vander_of_more": Row(lambda x: torch.linalg.vander(x, N=5), [[(3,)], [(2, 1)]]),
    "linalg_vecdot": Row(torch.linalg.vecdot, [[(2, 3, 4), (3, 4)]]),
    "linalg_cross": Row(torch.linalg.cross, [[(2, 3), (2, 3)], [(2, 3), (1, 3)]]),
    "cross": Row(torch.cross, [[(3, 2), (3, 2)], [(3, 2), (3, 1)]]),
    "linalg_matmul": Row(torch.linalg.matmul, [MATRICES]),
}
