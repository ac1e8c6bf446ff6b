"""Measure how the code reads: `python -m tools.figures [--check] [FOLDER...]`.

Prints a Markdown table with one row per package: lengths of modules and functions in lines,
documented public names, comment lines and functions with many branches. With `--check` the exit
code is 1 when a limit is passed, and the places are named.
"""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT = Path(__file__).resolve().parent.parent
PAIR = ("oracle_core", "catalog", "tap_oracle", "target_oracle")
OTHERS = (
    "singer_oracle_cli",
    "oracle_scheduler",
    "packages/meltano-state-oracle/meltano_state_oracle",
    "packages/oracle-standin/oracle_standin",
)

MODULE_LINES = 400
FUNCTION_LINES = 60
BRANCHES = 10
FUNCTIONS_OVER_BRANCHES = 5
"""How many functions of the pair may have more branches than `BRANCHES`."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMED = (*_FUNCTIONS, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: where it is, its lines and its branches."""

    place: str
    lines: int
    branches: int


@dataclass(frozen=True, slots=True)
class Module:
    """The figures of one file."""

    place: str
    lines: int
    comments: int
    functions: tuple[Function, ...]
    public: int
    undocumented: tuple[str, ...]


def main(arguments: Sequence[str]) -> int:
    """Print the table and return the exit code."""
    names = [name for name in arguments if not name.startswith("-")] or [*PAIR, *OTHERS]
    packages = {name: modules for name in names if (modules := measure(PROJECT / name))}
    for line in table(packages):
        print(line)
    if "--check" not in arguments:
        return 0
    complaints = list(over_the_limits({name: packages[name] for name in PAIR if name in packages}))
    for line in complaints:
        print(line, file=sys.stderr)
    return 1 if complaints else 0


def measure(folder: Path) -> list[Module]:
    """Return the figures of every module below a folder."""
    return [_module(path) for path in sorted(folder.rglob("*.py"))]


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    place = path.relative_to(PROJECT).as_posix()
    public = list(_public(tree, ""))
    return Module(
        place=place,
        lines=len(text.splitlines()),
        comments=_comments(text),
        functions=tuple(
            Function(f"{place}:{node.lineno} {node.name}", _own_lines(node), sum(_branches(node)))
            for node in ast.walk(tree)
            if isinstance(node, _FUNCTIONS)
        ),
        public=len(public),
        undocumented=tuple(
            f"{place}:{getattr(node, 'lineno', 1)} {name or 'module'}"
            for name, node in public
            if not ast.get_docstring(node, clean=False)
        ),
    )


def _own_lines(node: _Function) -> int:
    """Return the lines of a function without its decorators and its docstring."""
    first = node.body[0]
    is_docstring = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def _public(
    node: ast.Module | ast.ClassDef | _Function, prefix: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | _Function]]:
    """Yield what a reader may use: the module, and its names without a leading underscore."""
    if not isinstance(node, ast.Module) or node.body:
        yield prefix.rstrip("."), node
    if isinstance(node, _FUNCTIONS):
        return
    for child in node.body:
        if isinstance(child, _NAMED) and not child.name.startswith("_") and not _is_form(child):
            yield from _public(child, f"{prefix}{child.name}.")


def _is_form(node: ast.ClassDef | _Function) -> bool:
    """Return whether a function is one of several forms of another (overload, setter)."""
    texts = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(text.endswith(("overload", ".setter", ".deleter", "override")) for text in texts)


def _branches(node: ast.AST) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*_NAMED, ast.Lambda)):
            continue
        match child:
            case ast.If() | ast.IfExp() | ast.For() | ast.AsyncFor() | ast.While():
                yield 1
            case ast.ExceptHandler() | ast.match_case():
                yield 1
            case ast.comprehension():
                yield 1 + len(child.ifs)
            case _:
                pass
        yield from _branches(child)


def _comments(text: str) -> int:
    """Return the number of comments that explain; those for tools do not count."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = (token.string for token in tokens if token.type == tokenize.COMMENT)
    return sum(not text.startswith(("# noqa", "# type:", "# fmt:")) for text in comments)


def table(packages: dict[str, list[Module]]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield (
        "| package | modules | lines | median module | longest | function p90 / longest "
        f"| public docstrings | comments per 100 lines | functions over {BRANCHES} branches |"
    )
    yield "| --- |" + " ---: |" * 8
    for name, modules in packages.items():
        lengths = [module.lines for module in modules]
        functions = [function for module in modules for function in module.functions]
        sizes = sorted(function.lines for function in functions) or [0]
        public = sum(module.public for module in modules) or 1
        bare = sum(len(module.undocumented) for module in modules)
        comments = sum(module.comments for module in modules)
        many = sum(function.branches > BRANCHES for function in functions)
        yield (
            f"| {name.rpartition('/')[2]} | {len(modules)} | {sum(lengths):,} "
            f"| {statistics.median(lengths):.0f} | {max(lengths)} "
            f"| {sizes[(len(sizes) * 9 - 1) // 10]} / {sizes[-1]} "
            f"| {100 * (public - bare) / public:.1f} % "
            f"| {100 * comments / sum(lengths):.1f} | {many} |"
        )


def over_the_limits(packages: dict[str, list[Module]]) -> Iterator[str]:
    """Yield what passes a limit, with its place."""
    modules = [module for package in packages.values() for module in package]
    functions = [function for module in modules for function in module.functions]
    for module in modules:
        if module.lines > MODULE_LINES:
            yield f"{module.place}: {module.lines} lines, at most {MODULE_LINES}"
        for place in module.undocumented:
            yield f"{place}: no docstring"
    for function in functions:
        if function.lines > FUNCTION_LINES:
            yield f"{function.place}: {function.lines} lines, at most {FUNCTION_LINES}"
    many = [function for function in functions if function.branches > BRANCHES]
    if len(many) > FUNCTIONS_OVER_BRANCHES:
        for function in many:
            yield (
                f"{function.place}: {function.branches} branches; at most "
                f"{FUNCTIONS_OVER_BRANCHES} functions may have more than {BRANCHES}"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
