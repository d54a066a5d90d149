#!/usr/bin/env python3
"""Prints the page "Operators" of the reference: every function of include/eigengrad/ops with its forms.

Usage: operator_table.py INCLUDE_DIRECTORY
"""
import pathlib
import re
import sys

DECLARATION = re.compile(r"(?:EIGENGRAD_API|inline)\s[\w\s:&*<>,]*?\b([A-Za-z_]\w*)\s*\(")
MEMBER = re.compile(r"^ *(?:Tensor&?|bool|std::\S+<.*>) (\w+)\(", re.M)
KEYS = r"(?:Shapes|Units|Domain|At the edge|Throws|Cost|Source):"


def summary(comment):
    """The first sentence of a contract."""
    text = " ".join(line.strip().removeprefix("///").strip() for line in comment.splitlines())
    text = re.split(KEYS, text)[0].strip()
    return re.split(r"(?<=\.) (?=[A-Z])", text)[0].replace("|", "\\|")


def functions(header):
    """(name, summary) in the order of declaration, once for all overloads."""
    found = {}
    comment = ""
    text = re.sub(r"^#define(.*\\\n)*.*\n", "", header.read_text(), flags=re.M)
    # The functions of linalg:: and special:: are others under another name.
    text = re.sub(r"^namespace ((?:eigengrad::)?(?!eigengrad)\w+) \{.*?^\}  // namespace \1$", "",
                  text, flags=re.M | re.S)
    for line in text.splitlines():
        if line.strip().startswith("///"):
            comment += line + "\n"
            continue
        match = DECLARATION.match(line.strip())
        if match:
            name = match.group(1)
            found[name] = found.get(name) or summary(comment)
        if line.rstrip().endswith(";") or not line.strip():
            comment = ""
    return found


def main():
    include = pathlib.Path(sys.argv[1]) / "eigengrad"
    members = set(MEMBER.findall("".join(
        p.read_text() for p in sorted((include / "core" / "members").glob("*.inc")))))
    print("# Operators {#operators}\n")
    print("Every operator is differentiable at every order, backward and forward, unless its contract")
    print("says that it has no derivative. Contracts are at the functions; a member and an in-place")
    print("member take the tensor as their first argument.\n")
    for header in sorted((include / "ops").glob("*.hpp")):
        table = functions(header)
        if not table:
            continue
        print("## %s\n" % header.stem.capitalize())
        print("| function | what it is | member | in place |\n|---|---|---|---|")
        for name, text in table.items():
            print("| @ref eigengrad::%s \"%s\" | %s | %s | %s |" % (
                name, name, text, "yes" if name in members else "",
                "yes" if name + "_" in members else ""))
        print()


if __name__ == "__main__":
    main()
