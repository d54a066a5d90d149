#!/usr/bin/env python3
"""Draws comments and names of the library for a reader who did not write them: are they clear at first reading?

    python3 tests/layers/draw_words.py [--seed N] [--count N]

The draw is the same for the same sources. A comment is shown with what it stands at, a name with its declaration.
Names are those of lib that public headers have not, since those are PyTorch's.
"""
import argparse
import pathlib
import random
import re

SEED = 18
COUNT = 20
ROOT = pathlib.Path(__file__).resolve().parents[2]

COMMENT = re.compile(r"\s*//")
# The ends of namespaces, headlines, and remarks to tools.
NO_COMMENT = re.compile(r"\s*(}.*|//+ ----.*|// NOLINT.*|//+ @.*|//+)$")
TYPE = re.compile(r"^\s*(?:template <.*> *)?(?:struct|class|enum class|concept|using)\s+(?:EIGENGRAD_API\s+)?(\w+)[^;]*[{=;:]")
FUNCTION = re.compile(
    r"^(?:  ){0,2}(?:(?:EIGENGRAD_API|static|inline|constexpr|virtual|explicit|friend)\s+)*"
    r"(?!return\b|else\b|throw\b|new\b|delete\b|case\b|typename\b|using\b)[A-Za-z_][\w:<>,&* ]*?[\s&*>](\w+)\([^;]*(?:[{;,]|\bconst|noexcept)\s*$"
)
KEYWORDS = {"if", "for", "while", "switch", "return", "operator", "sizeof", "decltype", "requires", "static_assert"}


def sources():
    for top in ("include", "lib"):
        yield from sorted(p for p in (ROOT / top).rglob("*") if p.suffix in (".hpp", ".cpp", ".inc"))


def comments(lines):
    """Blocks of whole-line comments with the number of their first line and the line behind them."""
    at = 0
    while at < len(lines):
        if not COMMENT.match(lines[at]):
            at += 1
            continue
        end = at
        while end < len(lines) and COMMENT.match(lines[end]):
            end += 1
        block = [line for line in lines[at:end] if not NO_COMMENT.match(line)]
        behind = next((line for line in lines[end : end + 3] if not line.lstrip().startswith("template <")), "")
        if block:
            yield at + 1, "\n".join(block + [behind])
        at = end


def names(lines):
    for at, line in enumerate(lines):
        for pattern in (TYPE, FUNCTION):
            match = pattern.match(line)
            if match and match[1] not in KEYWORDS and len(match[1]) > 1:
                yield at + 1, match[1], line.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    all_comments, all_names = [], {}
    public = set(re.findall(r"\w+", "".join(p.read_text() for p in (ROOT / "include").rglob("*.*"))))
    for path in sources():
        lines = path.read_text().split("\n")
        where = path.relative_to(ROOT)
        all_comments += [(f"{where}:{at}", text) for at, text in comments(lines)]
        for at, name, line in names(lines):
            if name not in public:
                all_names.setdefault(name, f"{where}:{at}: {line}")
    draw = random.Random(options.seed)
    print(f"{options.count} of {len(all_comments)} comments\n")
    for k, (where, text) in enumerate(draw.sample(all_comments, options.count), 1):
        print(f"{k}. {where}\n{text}\n")
    print(f"{options.count} of {len(all_names)} names\n")
    for k, name in enumerate(draw.sample(sorted(all_names), options.count), 1):
        print(f"{k}. {name}: {all_names[name]}")


if __name__ == "__main__":
    main()
