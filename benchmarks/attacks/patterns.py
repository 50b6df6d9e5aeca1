"""Every regular expression of the product, on texts made to make it work."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import ingest
import rag
import ui
from benchmarks.attacks import Trial, attack
from benchmarks.attacks.backtracking import growth

__all__ = ["product_patterns"]

_SCRIPTS: Final = ("ui.app.main", "__main__")
"""Modules that do their work when they are imported."""
_LINEAR: Final = 2.6
_METHODS: Final = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
_AT_THE_START: Final = {"match", "fullmatch"}


@attack("patterns of the product on the texts that make each of their repeats work")
def pumped(folder: Path, effort: int) -> Iterator[Trial]:
    for name, (pattern, anchored) in product_patterns().items():
        worst, text = growth(pattern, anchored)
        yield Trial(name, f"{worst:.1f} times the steps for twice of {text}" if worst > _LINEAR else "")


def product_patterns() -> dict[str, tuple[re.Pattern[Any], bool]]:
    """All patterns by where they stand, and whether they are only matched at the start of a text."""
    found: dict[str, tuple[re.Pattern[Any], bool]] = {}
    for module in _modules():
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        uses = _uses(tree)
        for name, value in vars(module).items():
            for number, pattern in enumerate(_inside(value)):
                used = uses.get(name, {"search"})
                pattern = _to_the_end(pattern) if used == {"fullmatch"} else pattern
                found[f"{module.__name__}.{name}{number or ''}"] = pattern, used <= _AT_THE_START
        for line, source, flags, anchored in _written_inline(tree, vars(module)):
            found[f"{module.__name__}:{line}"] = re.compile(source, flags), anchored
    return {name: pair for name, pair in found.items() if _is_first(name, pair, found)}


def _to_the_end(pattern: re.Pattern[Any]) -> re.Pattern[Any]:
    """A pattern as `fullmatch` takes it: what it does not match to the end, it tries in every other way."""
    before, behind = (b"(?:", b")\\Z") if isinstance(pattern.pattern, bytes) else ("(?:", ")\\Z")
    return re.compile(before + pattern.pattern + behind, pattern.flags)


def _is_first(name: str, pair: tuple[Any, bool], found: Mapping[str, tuple[Any, bool]]) -> bool:
    return next(other for other, known in found.items() if known == pair) == name


def _modules() -> Iterator[ModuleType]:
    for package in (rag, ingest, ui):
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.endswith(_SCRIPTS):
                yield importlib.import_module(info.name)


def _inside(value: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, Mapping):
        for part in value.values():
            yield from _inside(part, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from _inside(part, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from _inside(getattr(value, one.name, None), depth - 1)


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """What is asked of each name of a module: the methods called on it, `?` where it is handed on.

    What is asked of the parts that a loop takes out of a table of patterns, is asked of the table.
    """
    uses: dict[str, set[str]] = {}
    asked: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                uses.setdefault(child.id, set()).add(node.attr if isinstance(node, ast.Attribute) else "?")
        for loop in [node] if isinstance(node, ast.For) else getattr(node, "generators", ()):
            parts = {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
            asked.setdefault(_looped_over(loop.iter), set()).update(_asked_of(parts, node))
    for table, methods in asked.items():
        uses[table] = uses.get(table, set()) - {"?", "items", "values"} | (methods or {"?"})
    return uses


def _asked_of(names: set[str], tree: ast.AST) -> set[str]:
    """The methods of patterns that are called on some names."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {c.attr for c in calls if isinstance(c.value, ast.Name) and c.value.id in names} & _METHODS


def _looped_over(table: ast.expr) -> str:
    """The name in `for … in NAME`, `NAME.items()` or `NAME.values()`."""
    if isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute):
        table = table.func.value
    return table.id if isinstance(table, ast.Name) else ""


def _written_inline(tree: ast.AST, names: dict[str, Any]) -> Iterator[tuple[int, Any, int, bool]]:
    """Patterns in calls such as `re.sub(r"…", …)`; line, source, flags, whether matched at the start."""
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda)))
    for node in dict.fromkeys(inner for function in functions for inner in ast.walk(function)):
        called = node.func if isinstance(node, ast.Call) else None
        if (
            isinstance(called, ast.Attribute)
            and isinstance(called.value, ast.Name)
            and called.value.id == "re"
        ):
            if called.attr == "escape":
                continue
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            flags += node.args[1:2] if called.attr == "compile" else []
            try:
                source = eval(compile(ast.Expression(node.args[0]), "", "eval"), dict(names))
                value = eval(compile(ast.Expression(flags[0]), "", "eval"), dict(names)) if flags else 0
            except NameError:  # made of what only the call knows
                continue
            if isinstance(source, (str, bytes)):
                yield node.lineno, source, int(value), called.attr in _AT_THE_START
