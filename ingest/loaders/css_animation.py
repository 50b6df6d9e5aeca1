"""What animations of CSS leave on the screen: what moves within the first minute, and where it stays.

A person sees what is shown at some moment. So a property that an animation changes while the page is looked
at is taken as if nobody had set it; one that stays as a keyframe has it is taken from that keyframe.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ingest.loaders.css_values import comma_parts

__all__ = ["Track", "Tracks", "animated", "tracks"]

Tokens = Sequence[Any]
_MOMENTS: Final = (2.0, 60.0)
"""Seconds from which and to which a page is looked at; what changes between them is seen."""
_SLOW: Final = 2 * _MOMENTS[-1]
"""Seconds of an iteration in which so little changes in the first minute that a keyframe stands for it."""
_NEAR: Final = 0.1
"""The share of the way to the next keyframe at which one is still as good as seen."""
_DIRECTIONS: Final = ("normal", "reverse", "alternate", "alternate-reverse")
_FILLS: Final = ("none", "forwards", "backwards", "both")
_STATES: Final = ("running", "paused")
_PARTS: Final = ("name", "duration", "delay", "iteration-count", "direction", "fill-mode", "play-state")
_EASINGS: Final = ("ease", "linear", "ease-in", "ease-out", "ease-in-out", "step-start", "step-end")
_MOST_ANIMATIONS: Final = 20
"""Of one element; no page needs more."""


@dataclass
class _Animation:
    name: str = "none"
    duration: float = 0.0
    delay: float = 0.0
    count: float = 1.0
    direction: str = "normal"
    fill: str = "none"
    is_paused: bool = False
    step: float | None = None
    """The share of the way that steps jump to at once; None for a smooth way."""

    @property
    def moves(self) -> bool:
        """Whether something of it runs, not too slowly, while one looks."""
        end = self.delay + (self.duration * self.count if self.duration else 0.0)
        is_seen = self.delay < _MOMENTS[-1] and end > _MOMENTS[0] and end > self.delay
        return is_seen and self.duration <= _SLOW and not self.is_paused


@dataclass(frozen=True, slots=True)
class Track:
    """The values of one property in a set of keyframes, by their shares of an iteration, 0 to 1."""

    shares: Sequence[float]
    values: Sequence[Tokens]
    text: str | None
    """What it is in all of them; None where they differ."""


Tracks = Mapping[str, Track]


def tracks(frames: Mapping[float, Mapping[str, Tokens]]) -> dict[str, Track]:
    """Keyframes by their shares as a track for each property that they name."""
    found: dict[str, tuple[list[float], list[Tokens]]] = {}
    for share in sorted(frames):
        for name, value in frames[share].items():
            shares, values = found.setdefault(name, ([], []))
            shares.append(share)
            values.append(value)
    texts = {name: {_text(value) for value in values} for name, (_, values) in found.items()}
    return {
        name: Track(*found[name], next(iter(texts[name])) if len(texts[name]) == 1 else None)
        for name in found
    }


def animated(style: Mapping[str, Tokens], keyframes: Mapping[str, Tracks]) -> dict[str, Tokens | None]:
    """What the animations of an element change about its style, by property; None: as if nobody had set it.

    Args:
        style: What holds for the element without them, `animation` and its parts among it.
        keyframes: Those of the page by their names.
    """
    changes: dict[str, Tokens | None] = {}
    is_scrolled = bool(style.get("animation-timeline")) and _text(style["animation-timeline"]) != "auto"
    for animation in _animations(style):
        for name, track in keyframes.get(animation.name, {}).items():
            own = style.get(name, ())
            moves = is_scrolled or animation.moves
            values = [None if moves else _value(animation, track, own, seconds) for seconds in _MOMENTS]
            if None in values or _text(values[0] or ()) != _text(values[1] or ()):
                covers = track.shares[0] == 0 and track.shares[-1] == 1
                is_still = track.text is not None and (covers or _text(own) == track.text)
                changes[name] = track.values[0] if is_still else None
            elif values[0] is not own:
                changes[name] = values[0]
    return changes


def _value(animation: _Animation, track: Track, own: Tokens, seconds: float) -> Tokens | None:
    """The value of a property at a moment: that of a keyframe, the element's own, or None while it moves."""
    passed = (0.0 if animation.is_paused else seconds) - animation.delay
    length = animation.duration * animation.count if animation.duration else 0.0
    if passed < 0:
        return _at(animation, track, own, 0.0, 0) if animation.fill in ("backwards", "both") else own
    if passed >= length:
        if animation.fill not in ("forwards", "both"):
            return own
        count = animation.count if math.isfinite(animation.count) else 1.0
        whole = max(math.ceil(count) - 1, 0)
        return _at(animation, track, own, count - whole, whole)
    return _at(animation, track, own, passed / animation.duration % 1, int(passed / animation.duration))


def _at(animation: _Animation, track: Track, own: Tokens, share: float, iteration: int) -> Tokens | None:
    """The value at a share of an iteration; None where it is far from both keyframes about it."""
    is_back = animation.direction.endswith("reverse")
    if animation.direction.startswith("alternate") and iteration % 2:
        is_back = not is_back
    share = 1 - share if is_back else share
    index = bisect_left(track.shares, share)
    before = (track.shares[index - 1], track.values[index - 1]) if index else (0.0, own)
    after = (track.shares[index], track.values[index]) if index < len(track.shares) else (1.0, own)
    if share in (before[0], after[0]):
        return after[1] if share == after[0] else before[1]
    way = (share - before[0]) / (after[0] - before[0]) if animation.step is None else animation.step
    if way <= _NEAR or _text(before[1]) == _text(after[1]):
        return before[1]
    return after[1] if way >= 1 - _NEAR else None


def _animations(style: Mapping[str, Tokens]) -> Iterator[_Animation]:
    whole = [_shorthand(part) for part in _listed(style.get("animation", ()))]
    parts = {
        name: list(_listed(given))
        for name in (*_PARTS, "timing-function")
        if (given := style.get(f"animation-{name}"))
    }
    for index in range(max(len(whole), len(parts.get("name", ())))):
        made = whole[index] if index < len(whole) else _Animation()
        for name, lists in parts.items():
            for token in lists[index % len(lists)][:1]:
                _take(made, name, token)
        if made.name != "none":
            yield made


def _listed(value: Tokens) -> Iterator[Tokens]:
    return islice(comma_parts(value), _MOST_ANIMATIONS)


def _shorthand(tokens: Sequence[Any]) -> _Animation:
    """What `animation` says of one: times in order, a word for each part, and the name."""
    made, left = _Animation(), ["duration", "delay"]
    free = {"direction": _DIRECTIONS, "fill-mode": _FILLS, "play-state": _STATES}
    is_eased = False
    for token in tokens:
        if token.type == "dimension" and left:
            _take(made, left.pop(0), token)
        elif token.type == "number" or _word(token) == "infinite":
            _take(made, "iteration-count", token)
        elif not is_eased and (token.type == "function" or _word(token) in _EASINGS):
            is_eased = True
            _take(made, "timing-function", token)
        elif token.type in ("ident", "string"):
            part = next((part for part, words in free.items() if _word(token) in words), "name")
            free.pop(part, None)
            _take(made, part, token)
    return made


def _take(made: _Animation, part: str, token: Any) -> None:
    """Set one part of an animation; what is no value of it leaves it as it is."""
    word = _word(token)
    if part in ("duration", "delay") and token.type == "dimension":
        seconds = float(token.value) * {"s": 1.0, "ms": 0.001}.get(token.lower_unit, math.nan)
        if math.isfinite(seconds) and (part == "delay" or seconds >= 0):
            setattr(made, part, seconds)
    elif part == "iteration-count":
        if word == "infinite":
            made.count = math.inf
        elif token.type == "number" and 0 <= token.value < math.inf:
            made.count = float(token.value)
    elif part == "direction" and word in _DIRECTIONS:
        made.direction = word
    elif part == "fill-mode" and word in _FILLS:
        made.fill = word
    elif part == "play-state" and word in _STATES:
        made.is_paused = word == "paused"
    elif part == "timing-function":
        is_steps = token.type == "function" and token.lower_name == "steps"
        at_once = word == "step-start" or (is_steps and "start" in _text(token.arguments))
        made.step = 1.0 if at_once else 0.0 if is_steps or word == "step-end" else None
    elif part == "name" and token.type in ("ident", "string"):
        made.name = str(token.value)


def _word(token: Any) -> str:
    return str(token.lower_value) if token.type == "ident" else ""


def _text(tokens: Sequence[Any]) -> str:
    return "".join(token.serialize().lower() for token in tokens)
