"""Replays programs in PyTorch and prints what they did.

Reads from standard input, for each program: a line with the order of the derivatives, the program's
lines, a line with a dot. Writes what check.hpp calls an outcome in the same manner.
"""

import sys

try:
    import torch
    from torch.autograd.graph import saved_tensors_hooks
    from torch.utils.checkpoint import checkpoint
except ImportError:
    sys.exit(0)

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
ORDERS = ["loss", "first", "second", "third"]


def weighted(v):
    return (v * torch.arange(v.numel(), dtype=v.dtype).cos().reshape(v.shape)).sum()


def hooked(f, x):
    with saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        return f(x)


def inference(f, x):
    with torch.inference_mode():
        return f(x)


def leaves_of(node, seen):
    """The leaves that a node's graph ends at."""
    stack, leaves = [node], []
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        stack += [n for n, _ in node.next_functions]
    return leaves


def gradient(f, x):
    """eg::grad(f)(x): tracked when x is, or something that f captured."""
    with torch.enable_grad():
        y = x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
        loss = weighted(f(y))
        if not loss.requires_grad:
            return torch.zeros_like(x)
        g = torch.autograd.grad(loss, y, create_graph=True, materialize_grads=True)[0]
    return constant_of(g, y)


def jvp(f, x, v):
    """eg::jvp(f, x, v, {.create_graph = true}).second, tracked as gradient() is."""
    with torch.enable_grad():
        y = x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
        value = f(y)
        if not value.requires_grad:
            return torch.zeros_like(value)
        u = torch.zeros_like(value, requires_grad=True)
        g = torch.autograd.grad(value, y, u, create_graph=True, materialize_grads=True)[0]
        if not g.requires_grad:
            return torch.zeros_like(value)
        p = torch.autograd.grad(g, u, v.clone(), create_graph=True, materialize_grads=True)[0]
    return constant_of(p, y, u)


def constant_of(g, *own):
    """`g`, detached where its graph ends at the transform's own leaves."""
    own_only = g.requires_grad and all(any(leaf is o for o in own) for leaf in leaves_of(g.grad_fn, set()))
    return g.detach() if own_only else g


def vjp(f, x, v):
    """eg::vjp(f, x, v, {.create_graph = true}).second"""
    with torch.enable_grad():
        y = x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
        value = f(y)
        if not value.requires_grad:
            return torch.zeros_like(x)
        g = torch.autograd.grad(value, y, v, create_graph=True, materialize_grads=True)[0]
    return constant_of(g, y)


def jacobian(f, x):
    """eg::jacobian(f, x, {.create_graph = true, .strategy = eg::Strategy::Reverse})"""
    with torch.enable_grad():
        y = x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
        value = f(y)
        sizes = value.shape + x.shape
        if not value.requires_grad or value.numel() == 0:
            return torch.zeros(sizes, dtype=x.dtype)
        rows = [torch.autograd.grad(v, y, create_graph=True, materialize_grads=True)[0]
                for v in value.reshape(-1)]
    return constant_of(torch.stack(rows).reshape(sizes), y)


def hvp(f, x, v):
    """eg::hvp(weighted f, x, v, {.create_graph = true}).second"""
    with torch.enable_grad():
        y = x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
        loss = weighted(f(y))
        if not loss.requires_grad:
            return torch.zeros_like(x)
        g = torch.autograd.grad(loss, y, create_graph=True, materialize_grads=True)[0]
        if not g.requires_grad:
            return torch.zeros_like(x)
        p = torch.autograd.grad(g, y, v.clone(), create_graph=True, materialize_grads=True)[0]
    return constant_of(p, y)


def directions(k, variable, like):
    i = torch.arange(like.numel(), dtype=torch.float64)
    return ((k + 1) * (variable + 1 + i)).cos().to(like.dtype).reshape(like.shape)


def observe(out, what, t):
    try:
        state = "none" if t is None else f"{int(t.requires_grad)}{int(t.is_leaf)}"
    except RuntimeError:  # a part of a split whose base was written to
        state = "none"
    if state == "none":
        out.append(f"{what}|none")
        return
    sizes = " ".join(map(str, t.shape))
    try:
        values = t.detach().flatten().tolist()
    except RuntimeError:  # zeros without memory
        values = torch.zeros(t.shape).flatten().tolist()
    values = " ".join(map(repr, map(float, values)))
    out.append(f"{what}|{str(t.dtype)[6:]}|{state}|{sizes}|{values}")


def first_line(e):
    return next(iter(str(e).splitlines()), type(e).__name__).replace("|", "/")


def replay(text, orders):
    out = []
    log = []
    scope = {"torch": torch, "checkpoint": checkpoint, "hooked": hooked, "inference": inference}
    scope |= {"gradient": gradient, "jvp": jvp, "vjp": vjp, "jacobian": jacobian, "hvp": hvp}
    scope["record"] = lambda v, total: log.extend((float(v[1:]), total.item()))
    scope["failed"] = lambda i, e: out.append(f"error|{i}|{first_line(e)}")
    exec(compile(text, "program", "exec"), scope)
    variables = sorted((int(k[1:]), v) for k, v in scope.items() if k[0] == "v" and k[1:].isdigit())
    leaves = []
    for i, v in variables:
        observe(out, f"v{i}", v)
        if out[-1].endswith("none"):
            continue
        if v.requires_grad and v.is_leaf and not any(v is w for _, w in leaves):
            leaves.append((i, v))
    stage = ORDERS[0]
    try:
        loss = torch.zeros(())
        for _, v in variables:
            if v.is_floating_point():
                loss = loss + weighted(v)
        total = loss
        inputs = [v for _, v in leaves]
        for order in range(1, orders + 1):
            if not total.requires_grad or not inputs:
                break
            stage = ORDERS[order]
            gradients = torch.autograd.grad(total, inputs, create_graph=True, allow_unused=True)
            total = torch.zeros(())
            for (i, _), g in zip(leaves, gradients):
                observe(out, f"{stage} v{i}", g)
                if g is not None:
                    total = total + (g * directions(order - 1, i, g)).sum()
        stage = "backward"
        if loss.requires_grad:
            loss.backward()
    except Exception as e:
        out.append(f"sweep|{stage}|{first_line(e)}")
        return out
    observe(out, "hooks", torch.tensor(log))
    for i, v in variables:
        if v.requires_grad and (v.is_leaf or v.retains_grad):
            observe(out, f"grad v{i}", v.grad)
    return out


def main():
    print(torch.__version__, flush=True)
    while head := sys.stdin.readline():
        lines = []
        while (line := sys.stdin.readline()) != ".\n":
            if not line:
                return
            lines.append(line)
        print("\n".join(replay("".join(lines), int(head)) + ["."]), flush=True)


main()
