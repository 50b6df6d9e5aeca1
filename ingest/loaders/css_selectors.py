"""Selectors as cssselect2 takes them: what it does not know is said in words that it does.

A page is taken as it stands when it is opened and nobody has touched it: no field is filled in, no window is
open over it. What a pseudo-class asks for and only the page as a whole tells, is written to elements as
attributes (`page_attributes`) of names that no page can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ingest.loaders.css_values import comma_parts

__all__ = ["CUSTOM", "DIRECTION", "HOST", "INSIDE", "is_of_line", "selectors_of"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIRECTION: Final = "-ct-dir"
"""The attribute of an element that tells the direction of its text: `ltr` or `rtl`."""
CUSTOM: Final = "-ct-custom"
"""That of an element that a script would have to define, on a page without scripts."""
HOST: Final = "-ct-host"
"""That of an element with a shadow root: the number of the root."""
INSIDE: Final = "-ct-inside"
"""That of an element in a shadow root: the number of the root."""
_DEEPEST: Final = 8
_NEVER: Final = ":not(*)"
_EDITED: Final = (
    ":is(textarea, input:not([type=hidden i], [type=button i], [type=submit i], [type=reset i],"
    " [type=image i], [type=checkbox i], [type=radio i], [type=file i], [type=range i], [type=color i]))"
)
_WRITABLE: Final = (
    f":is({_EDITED}:not([readonly], [disabled]),"
    " [contenteditable]:not([contenteditable=false i]), [contenteditable]:not([contenteditable=false i]) *)"
)
_FIELDS: Final = ":is(input, select, textarea)"
_MISSING: Final = f"{_EDITED}[required]:not([value], [disabled])"
_INVALID: Final = f":is({_MISSING}, :is(form, fieldset):has({_MISSING}))"
_LIKE: Final = {
    "defined": f":not([{CUSTOM}])",
    "read-write": _WRITABLE,
    "read-only": f":not({_WRITABLE})",
    "placeholder-shown": f"{_EDITED}[placeholder]:not([value])",
    "blank": f"{_EDITED}:not([value])",
    "required": f"{_FIELDS}[required]",
    "optional": f"{_FIELDS}:not([required])",
    "invalid": _INVALID,
    "valid": f":is({_FIELDS}, form, fieldset):not({_INVALID})",
    "in-range": "input:is([min], [max])",
    "default": ":checked",
    "indeterminate": "progress:not([value])",
    "open": ":is(details, dialog, select)[open]",
    "heading": ":is(h1, h2, h3, h4, h5, h6)",
}
"""Pseudo-classes of HTML (section 4.16.3) and Selectors 4, and what says the same of a page as it opens."""
_UNTOUCHED: Final = _words(
    "fullscreen -webkit-full-screen modal popover-open picture-in-picture autofill -webkit-autofill"
    " user-valid user-invalid out-of-range target-current active-view-transition"
    " has-slotted interest-source interest-target"
)
"""Those that hold for nothing as a page opens."""
_GROUPS: Final = {"is": "is", "where": "where", "not": "not", "has": "has", "matches": "is",
                  "-webkit-any": "is", "-moz-any": "is"}  # fmt: skip
_PARTS: Final = _words(
    "before after first-line first-letter marker placeholder selection backdrop file-selector-button cue"
    " grammar-error spelling-error target-text highlight details-content view-transition part slotted"
    " search-text scroll-marker scroll-button column checkmark picker picker-icon"
)
"""Parts of elements that have styles of their own."""
_OF_LINE: Final = "first-line"


def is_of_line(selector: Any) -> bool:
    """Whether a compiled selector means the first line of an element, and not the element."""
    return bool(selector.pseudo_element == _OF_LINE)


def selectors_of(text: str, scope: str = "") -> list[Any] | None:
    """The selectors of a rule, compiled; none where a browser would not take it, None where it is too much.

    Those of other parts of elements than the first line are left out.

    Args:
        text: What stands before the block of the rule.
        scope: The number of the shadow root that the rule stands in.
    """
    import tinycss2
    from cssselect2 import SelectorError, compile_selector_list

    try:
        if ":" not in text and not scope:
            return list(compile_selector_list(text))
        found = []
        for part in comma_parts(tinycss2.parse_component_value_list(text, skip_comments=True)):
            own, is_part = _own(part, scope)
            compiled = compile_selector_list(own)
            found += [] if is_part else [one for one in compiled if one.pseudo_element in (None, _OF_LINE)]
        return found
    except SelectorError:
        return []
    except (SyntaxError, NotImplementedError, RecursionError, MemoryError):  # of what cssselect2 makes of it
        return None


def _own(tokens: Sequence[Any], scope: str) -> tuple[list[Any], bool]:
    """One selector in words that cssselect2 knows, and whether it means a part of an element."""
    import tinycss2

    is_part = False
    found: list[Any] = []
    start = len(tokens)
    for number in range(len(tokens) - 2):
        if tokens[number] == ":" and tokens[number + 1] == ":":
            name = getattr(tokens[number + 2], "lower_name", getattr(tokens[number + 2], "lower_value", ""))
            if name == _OF_LINE:
                continue
            if name == "slotted" and scope:
                inner = "".join(one.serialize() for one in tokens[number + 2].arguments)
                return tinycss2.parse_component_value_list(f'[{HOST}="{scope}"] > :is({inner})'), False
            if name in _PARTS or name.startswith("-webkit-"):
                start, is_part = number, True
                break
    found = _known(tokens[:start], scope, _DEEPEST)
    if not is_part and scope and not _names_host(tokens):
        found = _within(found, scope)
    if is_part and not any(token.type != "whitespace" for token in found):
        found = tinycss2.parse_component_value_list("*")
    return found, is_part


def _names_host(tokens: Sequence[Any]) -> bool:
    """Whether a selector means the host itself: it ends with it."""
    words = [token for token in tokens if token.type != "whitespace"]
    return bool(words) and getattr(words[-1], "lower_name", getattr(words[-1], "lower_value", "")) in (
        "host",
        "host-context",
    )


def _within(tokens: Sequence[Any], scope: str) -> list[Any]:
    """A selector that holds in a shadow root only."""
    import tinycss2

    inner = "".join(token.serialize() for token in tokens)
    line = inner.find("::" + _OF_LINE)
    inner, rest = (inner, "") if line < 0 else (inner[:line], inner[line:])
    return list(tinycss2.parse_component_value_list(f':is({inner})[{INSIDE}="{scope}"]{rest}'))


def _known(tokens: Sequence[Any], scope: str, depth: int) -> list[Any]:
    """Tokens in which each pseudo-class is one that cssselect2 knows."""
    import tinycss2

    found: list[Any] = []
    number = 0
    while number < len(tokens):
        token = tokens[number]
        following = tokens[number + 1] if number + 1 < len(tokens) else None
        if token == ":" and following == ":":
            found += tokens[number : number + 3]
            number += 3
            continue
        said = _said(following, scope, depth) if token == ":" and following is not None else None
        if said is None:
            found.append(token)
            number += 1
        else:
            found += tinycss2.parse_component_value_list(said)
            number += 2
    return found


def _said(token: Any, scope: str, depth: int) -> str | None:
    """What says the same as a pseudo-class; None where it needs no other words."""
    if token.type == "ident":
        name = token.lower_value
        if name == "host":
            return f'[{HOST}="{scope}"]' if scope else _NEVER
        return _NEVER if name in _UNTOUCHED else _LIKE.get(name)
    if token.type != "function":
        return None
    name = token.lower_name
    if name in _GROUPS and depth:
        inner = "".join(one.serialize() for one in _known(token.arguments, scope, depth - 1))
        return f":{_GROUPS[name]}({inner})"
    words = [one.lower_value for one in token.arguments if one.type == "ident"]
    if name == "dir":
        return f'[{DIRECTION}="{words[0]}"]' if words in (["ltr"], ["rtl"]) else _NEVER
    if name == "host" and scope:
        inner = "".join(one.serialize() for one in _known(token.arguments, scope, max(depth - 1, 0)))
        return f':is({inner})[{HOST}="{scope}"]'
    if name == "heading":
        return _LIKE["heading"]
    return _NEVER if name in ("state", "host", "host-context", "active-view-transition-type") else None
