"""Equations as linear text in their place: `12.5 kN`, `x²`, `(a + b)/c`, `√2`.

Word and PowerPoint write them in OMML (ECMA-376, part 1, 22.1), HTML, EPUB and OpenDocument in MathML
(W3C MathML 3). Both are trees of the same few shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from ingest.loaders.script import power, subscript

__all__ = ["M", "linear_mathml", "linear_omml"]

M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_INVISIBLE: Final = re.compile("[\u2061-\u2064\u200b\ufeff]")
_SPACED: Final = re.compile("[=<>≤≥≈≠≡∼≃≅∝→←↔⇒⇔±∓×·∙⋅÷∈∉⊂⊆∪∩+−]")
_SIGNS: Final = frozenset("+-−±∓")
_OPENING: Final = frozenset("([{⟨|‖,;√^_/")
_ATOM: Final = re.compile(r"[\w.,%°′″∞⁰¹²³⁴-⁹₀-₉⁺⁻ⁿ]+|\([^()]*\)|√\([^()]*\)|√\w+")
_WORD: Final = re.compile(r"[^\W\d_⁰¹²³⁴-ⁿ₀-₉]{2,}")
_LAST_LETTERS: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]*\Z")
_SUMS: Final = re.compile("[∑∏∫∬∮]")
_UNREAD: Final = frozenset({"annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark", "none"})
_LARGE: Final = re.compile("[∑∏∫∬∮⋃⋂∐]|lim|max|min|sup|inf")


def linear_mathml(root: Any) -> str:
    """The linear text of a `math` element of lxml; its `alttext` where it has no other content."""
    text = _mathml(root)
    return text or " ".join((root.get("alttext") or "").split())


def linear_omml(root: Any) -> str:
    """The linear text of an `m:oMath` or `m:oMathPara` element of lxml."""
    return _omml(root)


def _joined(parts: Iterable[str]) -> str:
    """Parts side by side: words and numbers apart, operators between spaces, signs at their numbers."""
    text = ""
    for part in parts:
        part = " ".join(_INVISIBLE.sub("", part).split())
        if not part:
            continue
        if len(part) == 1 and (_SPACED.match(part) or part in _SIGNS):
            is_sign = part in _SIGNS and (not text or text[-1] in _OPENING or text[-1] == " ")
            text = f"{text}{part}" if is_sign else f"{text.rstrip()} {part} "
        elif text and _stand_apart(text, part):
            text += f" {part}"
        else:
            text += part + (" " if part in (",", ";") else "")
    return text.strip()


def _stand_apart(text: str, part: str) -> bool:
    """Whether a space parts two neighbours: words, two numbers, a sum and what it is taken over."""
    if text[-1].isalnum() and part[0].isalnum():
        last = _LAST_LETTERS.search(text)
        is_word = (last is not None and len(last.group()) > 1) or _WORD.match(part) is not None
        return is_word or (text[-1].isdigit() and part[0].isdigit())
    if text[-1] == " ":
        return False
    return _SUMS.match(part) is not None or (text[-1] == ")" and _SUMS.search(text) is not None)


_PRODUCT: Final = re.compile(r"\d[\d.,]*[^\W\d_]\w*")
"""A number before a letter: below a bar it would else be read as a factor behind the fraction."""


def _grouped(text: str) -> str:
    """An operand in brackets where it would else fall apart."""
    return text if not text or _ATOM.fullmatch(text) else f"({text})"


def _fraction(over: str, under: str) -> str:
    return f"{_grouped(over)}/{f'({under})' if _PRODUCT.fullmatch(under) else _grouped(under)}"


def _root(inner: str, degree: str = "") -> str:
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
    return f"{sign}{_grouped(inner)}" if sign else f"{power(degree)}√{_grouped(inner)}"


def _scripts(base: str, below: str, above: str) -> str:
    """A base with index and exponent; a large operator's limits are `from … to …`."""
    if _LARGE.fullmatch(base):
        limits = (f"_({below})" if below else "") + (f"^({above})" if above else "")
        return f"{base}{limits} "
    base = _grouped(base) if above and not below else base
    return base + (subscript(below) if below else "") + (power(above) if above else "")


def _accented(base: str, accent: str) -> str:
    """A base under a sign; a bar, a hat or an arrow does not change how it is read."""
    return f"{base}{power(accent)}" if any(map(str.isalnum, accent)) else base


def _rows(rows: Iterable[Iterable[str]]) -> str:
    return "; ".join(", ".join(cell for cell in row if cell) for row in rows)


# ---------------------------------------------------------------- MathML


def _name(node: Any) -> str:
    return node.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(node.tag, str) else ""


def _mathml(node: Any) -> str:
    name = _name(node)
    children = [child for child in node if _name(child) and _name(child) not in _UNREAD]
    if not children:
        return "" if name in _UNREAD or name == "mspace" else " ".join((node.text or "").split())
    if name in ("mrow", "math", "mstyle", "mpadded", "merror", "menclose", "mtd", "semantics"):
        return _joined(map(_mathml, children[:1] if name == "semantics" else children))
    parts = [_mathml(child) for child in children]
    parts += [""] * (3 - len(parts))
    match name:
        case "mfrac":
            return _fraction(parts[0], parts[1])
        case "msqrt":
            return _root(_joined(parts))
        case "mroot":
            return _root(parts[0], parts[1])
        case "msup":
            return _scripts(parts[0], "", parts[1])
        case "msub":
            return _scripts(parts[0], parts[1], "")
        case "msubsup" | "munderover":
            return _scripts(parts[0], parts[1], parts[2])
        case "munder":
            return _scripts(parts[0], parts[1], "") if _LARGE.fullmatch(parts[0]) else parts[0]
        case "mover":
            return _accented(parts[0], parts[1])
        case "mfenced":
            opening, closing = node.get("open", "("), node.get("close", ")")
            return f"{opening}{', '.join(filter(None, parts))}{closing}"
        case "mtable":
            return _rows([_mathml(cell) for cell in row] for row in children)
        case "mmultiscripts":
            return _multiscripts(children)
        case _:
            return _joined(parts)


def _multiscripts(children: list[Any]) -> str:
    """A base with scripts behind it, and those before it (an isotope's numbers)."""
    names = [_name(child) for child in children]
    at = names.index("mprescripts") if "mprescripts" in names else len(children)
    behind = [_mathml(child) for child in children[1:at]]
    before = [_mathml(child) for child in children[at + 1 :]]
    base = _scripts(_mathml(children[0]), "".join(behind[0::2]), "".join(behind[1::2]))
    above = "".join(before[1::2])
    return (power(above) if above else "") + base


# ---------------------------------------------------------------- OMML


def _part(node: Any, name: str) -> str:
    found = node.find(M + name)
    return "" if found is None else _omml(found)


def _property(node: Any, path: str, default: str = "") -> str:
    found = node.find("/".join(M + step for step in path.split("/")))
    return default if found is None else str(found.get(M + "val") or "")


def _omml(node: Any) -> str:
    name = node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""
    if not name or name.endswith("Pr") or name in ("del", "moveFrom", "instrText"):
        return ""
    match name:
        case "t":
            return node.text or ""
        case "f":
            over, under = _part(node, "num"), _part(node, "den")
            return f"{over}; {under}" if _property(node, "fPr/type") == "noBar" else _fraction(over, under)
        case "sSup":
            return _scripts(_part(node, "e"), "", _part(node, "sup"))
        case "sSub":
            return _scripts(_part(node, "e"), _part(node, "sub"), "")
        case "sSubSup":
            return _scripts(_part(node, "e"), _part(node, "sub"), _part(node, "sup"))
        case "sPre":
            return power(_part(node, "sup")) + _part(node, "e")
        case "rad":
            return _root(_part(node, "e"), _part(node, "deg"))
        case "nary":
            sign = _property(node, "naryPr/chr", "∫") or "∫"
            return _scripts(sign, _part(node, "sub"), _part(node, "sup")) + _part(node, "e")
        case "d":
            return _delimited(node)
        case "func":
            return f"{_part(node, 'fName')} {_part(node, 'e')}"
        case "limLow":
            return _scripts(_part(node, "e"), _part(node, "lim"), "")
        case "limUpp":
            return _scripts(_part(node, "e"), "", _part(node, "lim"))
        case "acc" | "bar" | "groupChr" | "box" | "borderBox" | "phant":
            return _part(node, "e")
        case "m":
            return _rows([_omml(cell) for cell in row.findall(M + "e")] for row in node.findall(M + "mr"))
        case "eqArr":
            return "; ".join(filter(None, map(_omml, node.findall(M + "e"))))
        case "r":
            return "".join(child.text or "" for child in node if child.tag == M + "t" or _is_text(child))
        case _:
            return _joined(_tokens(map(_omml, node)))


def _is_text(node: Any) -> bool:
    return isinstance(node.tag, str) and node.tag.endswith("}t")


def _tokens(runs: Iterable[str]) -> Iterable[str]:
    """Runs cut at operators, which a run of Word may hold beside letters."""
    for run in runs:
        if len(run) > 1 and _SPACED.search(run) and not re.search(r"[()/^_√]", run):
            yield from re.split(f"({_SPACED.pattern})", run)
        else:
            yield run


def _delimited(node: Any) -> str:
    opening = _property(node, "dPr/begChr", "(")
    closing = _property(node, "dPr/endChr", ")")
    separator = _property(node, "dPr/sepChr", "|")
    return opening + separator.join(map(_omml, node.findall(M + "e"))) + closing
