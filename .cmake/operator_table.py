#!/usr/bin/env python3
"""Prints a page of the reference, made from the contracts in include/eigengrad/ops.

Usage: operator_table.py INCLUDE_DIRECTORY operators|accuracy

operators: every function with its forms; accuracy: the numbers of the Accuracy lines, whose grammar
is in tests/accuracy/contract.hpp.
"""
import itertools
import pathlib
import re
import sys

DECLARATION = re.compile(r"(?:EIGENGRAD_API|inline)\s[\w\s:&*<>,]*?\b([A-Za-z_]\w*)\s*\(")
MEMBER = re.compile(r"^ *(?:Tensor&?|bool|std::\S+<.*>) (\w+)\(", re.M)
# A function in the list of those that have an in-place form as well.
LISTED = re.compile(r"^EIGENGRAD_UNARY\((\w+),", re.M)
KEYS = r"(?:Shapes|Units|Domain|At the edge|Accuracy(?: \([^)]*\))?|Throws|Cost|Source|See also):"
ACCURACY = re.compile(r"Accuracy(?: \(([^)]*)\))?: (.*)\.")
DERIVATIVES = re.compile(r"(?:; )?first derivative ((?:\[[^]]*\]|[^,])*)(?:, second (.*))?")


def summary(comments):
    """The first sentence of the first contract that has one."""
    texts = [re.split(KEYS, " ".join(comment))[0].strip() for comment in comments]
    text = next(filter(None, texts), "")
    return re.split(r"(?<=\.) (?=[A-Z])", text)[0].replace("|", "\\|")


def contracts(header):
    """{name: the contracts of its overloads, as lists of lines} in the order of declaration."""
    found = {}
    comment = []
    text = re.sub(r"^#define(.*\\\n)*.*\n", "", header.read_text(), flags=re.M)
    # The functions of linalg:: and special:: are others under another name.
    text = re.sub(r"^namespace ((?:eigengrad::)?(?!eigengrad)\w+) \{.*?^\}  // namespace \1$", "",
                  text, flags=re.M | re.S)
    for line in text.splitlines():
        if line.strip().startswith("///"):
            comment.append(line.strip().removeprefix("///").strip())
            continue
        match = DECLARATION.match(line.strip())
        if match:
            found.setdefault(match.group(1), []).append(comment)
            comment = []
        if line.rstrip().endswith(";") or not line.strip():
            comment = []
    return found


def print_operators(include):
    text = "".join(p.read_text() for p in sorted((include / "core" / "members").glob("*.inc")))
    listed = LISTED.findall(text)
    members = {*MEMBER.findall(text), *listed, *(name + "_" for name in listed)}
    print("# Operators {#operators}\n")
    print("Every operator is differentiable at every order, backward and forward, unless its contract")
    print("says that it has no derivative. Contracts are at the functions; a member and an in-place")
    print("member take the tensor as their first argument.\n")
    for header in sorted((include / "ops").glob("**/*.hpp")):
        table = contracts(header)
        if not table:
            continue
        print("## ops/%s\n" % header.relative_to(include / "ops").as_posix())
        print("| function | what it is | member | in place |\n|---|---|---|---|")
        for name, comments in table.items():
            print("| @ref eigengrad::%s \"%s\" | %s | %s | %s |" % (
                name, name, summary(comments), "yes" if name in members else "",
                "yes" if name + "_" in members else ""))
        print()


def accuracies(comments):
    """(variant, bounds of the value and of two derivatives) for each Accuracy line."""
    for line in itertools.chain(*comments):
        match = ACCURACY.fullmatch(line)
        if match:
            bounds = match.group(2).replace(" ulp", "")
            derivatives = DERIVATIVES.search(bounds)
            value = bounds[:derivatives.start()] if derivatives else bounds
            yield (match.group(1) or "", value, *(derivatives.groups("") if derivatives else ("", "")))


def print_accuracy(include):
    print("# Accuracy {#accuracy}\n")
    print("The largest errors of elementwise and special functions and of their derivatives, as their")
    print("contracts state them and the tests check them, in units in the last place (ulp) of the exact")
    print("result: for float32 and float64, in reverse and forward mode, wherever the result is finite.")
    print("Where a result is \"of the amplitude\" or \"of the terms\", the unit is that of the size between")
    print("neighbouring zeros or of the terms that cancel; this and an interval hold for the derivatives")
    print("beside them, too. Where a derivative changes its sign, its unit is that of its size a step of")
    print("min(|x|, 1) away. In log_softmax and cross_entropy_loss, -log p ulp are added to derivatives")
    print("for the smallest probability p.\n")
    for header in sorted((include / "ops").glob("**/*.hpp")):
        rows = [(name, *accuracy) for name, comments in contracts(header).items()
                for accuracy in accuracies(comments)]
        if not rows:
            continue
        print("## %s {#accuracy_%s}\n" % (header.stem.capitalize(), header.stem))
        print("| function | for | value | first derivative | second derivative |\n|---|---|---|---|---|")
        for name, *cells in rows:
            print("| @ref eigengrad::%s \"%s\" | %s |" % (name, name, " | ".join(cells)))
        print()


def main():
    include = pathlib.Path(sys.argv[1]) / "eigengrad"
    {"operators": print_operators, "accuracy": print_accuracy}[sys.argv[2]](include)


if __name__ == "__main__":
    main()
