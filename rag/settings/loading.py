"""Where settings come from: flags, the environment, a file or preset, the defaults, in this order.

Read by pydantic and tomllib alone: pydantic-settings passes over an environment variable that names
no setting, and here a misspelt key is an error wherever it stands.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from rag.errors import ConfigurationError, UnknownSettingError
from rag.resources import presets, resource
from rag.settings.tree import Settings

__all__ = ["load_settings", "parse_assignments", "parse_value", "presets"]

_PREFIX: Final = "CITEWELL_"
_KEY: Final = re.compile(r"[\w.-]+")
_SLIPS: Final = 2
"""How many characters more than a setting's name a misspelt one may have."""


def load_settings(
    config: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    assignments: Sequence[str] = (),
) -> Settings:
    """Read a preset by name or a file by path, then the environment, `assignments`, and `overrides`.

    `overrides` is nested (`{"retrieval": {"top_k": 3}}`); values of None are left out. `assignments` are
    texts such as `retrieval.top_k=3`, as `--set` takes them. What is wrong is told with where it stands.

    Raises:
        ConfigurationError: the file cannot be read or a value is out of range.
        UnknownSettingError: a key does not exist; the message names the nearest right one.
    """
    environment = os.environ if environment is None else environment
    name = config if config is not None else environment.get(_PREFIX + "CONFIG", "default")
    tree = _read_preset(name)
    origins = dict.fromkeys((path for path, _ in _leaves(tree)), _called(name))
    for key, value in _environment_values(environment):
        _set(tree, key.split("__"), value)
        path = tuple(key.split("__"))
        origins[path] = f"the variable {_PREFIX}{_named(path).replace('.', '__').upper()}"
    for given, origin in (
        (parse_assignments(assignments), "the flag --set"),
        (overrides or {}, "a flag or an argument"),
    ):
        for path, value in _leaves(given):
            _set(tree, path, value)
            origins[path] = origin
    _reject_unknown_keys(tree, Settings, (), origins)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        shown = repr(first["input"]) if _may_be_shown(first["loc"], first["input"]) else "(hidden)"
        raise ConfigurationError(
            f"setting {where}: {shown} is not accepted: {first['msg']}. "
            f"Correct it in {_origin(first['loc'], origins)}."
        ) from None


_Origins = Mapping[tuple[str, ...], str]
"""Where each setting that is not a default was set, as people call it."""


def _called(config: str | Path) -> str:
    """What a preset or a file is called."""
    return f"the preset {str(config)!r}" if _is_preset(config) else f"the file {str(config)!r}"


def _is_preset(name: str | Path) -> bool:
    path = Path(name)
    return not (path.suffix or os.sep in str(name) or path.is_file())


def _origin(path: Sequence[str | int], origins: _Origins) -> str:
    """Where a setting, or what a section holds, was set."""
    wanted = tuple(map(str, path))
    found = (where for at, where in origins.items() if at[: len(wanted)] == wanted or wanted[: len(at)] == at)
    return " or ".join(dict.fromkeys(found)) or "the settings"


def _may_be_shown(path: Sequence[str | int], value: object) -> bool:
    """Whether a value that is not accepted holds no secret, as a section, an address or a key may."""
    if any(isinstance(part, Mapping) for part in (value if isinstance(value, list) else [value])):
        return False
    section: type[BaseModel] = Settings
    for part in path:
        field = section.model_fields.get(str(part))
        if field is None or part == "base_url":
            return False
        annotation = field.annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return SecretStr not in (annotation, *get_args(annotation))
        section = annotation
    return False


def _read_preset(name: str | Path) -> dict[str, Any]:
    path = Path(name)
    if _is_preset(name):
        path = resource("configs", f"{name}.toml")
        if not path.is_file():
            raise ConfigurationError(
                f"no preset {str(name)!r}: choose one of {', '.join(presets())}, "
                "or give the path of a TOML file"
            )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # tomllib raises all three
        reason = error.strerror if isinstance(error, OSError) else _without_names(str(error))
        raise ConfigurationError(f"cannot read settings file {str(path)!r}: {reason}") from None


def _without_names(reason: str) -> str:
    """What tomllib says of a name that is there twice, without the name, which may be a secret."""
    if not reason.startswith(("Cannot ", "Duplicate ")):
        return reason
    _, at, place = reason.rpartition(" (at ")
    return f"a name is there twice{at}{place if at else ''}"


def _environment_values(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, value in environment.items():
        if key.startswith(_PREFIX) and key != _PREFIX + "CONFIG":
            yield key[len(_PREFIX) :].lower(), parse_value(value)


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """The overrides that `KEY=VALUE` texts stand for, such as `retrieval.top_k=5`.

    Raises:
        ConfigurationError: a text is not written so.
    """
    tree: dict[str, Any] = {}
    for assignment in assignments:
        key, separator, value = assignment.partition("=")
        if not _KEY.fullmatch(key.strip()) or not separator:
            # the rest, as in `serve.token:c2VjcmV0=`, may be a key that was meant to be secret
            named = max((k for k in _all_keys(Settings) if assignment.strip().startswith(k)), default="")
            wrong = "names no setting before its" if separator else "has no"
            raise ConfigurationError(
                f"--set {named}… {wrong} `=`: write it as KEY=VALUE, such as retrieval.top_k=5"
            )
        _set(tree, key.strip().split("."), parse_value(value.strip()))
    return tree


def parse_value(text: str) -> Any:
    """A setting's value from text: a TOML list where it is one, else the text, which its field converts."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # a number of thousands of digits, a list of thousands of lists
        return text


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        elif value is not None:
            yield (*path, key), value


def _set(tree: dict[str, Any], path: tuple[str, ...] | list[str], value: Any) -> None:
    for key in path[:-1]:
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            raise ConfigurationError(f"setting {_named(path)}: a part of its name is a value, not a section")
        tree = branch
    tree[path[-1]] = value


def _reject_unknown_keys(
    tree: Mapping[str, Any], section: type[BaseModel], path: tuple[str, ...], origins: _Origins
) -> None:
    for key, value in tree.items():
        field = section.model_fields.get(key)
        if field is None:
            raise UnknownSettingError(_unknown_key_message(key, section, path, origins))
        annotation = field.annotation
        if isinstance(value, Mapping) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
            _reject_unknown_keys(value, annotation, (*path, key), origins)


def _unknown_key_message(key: str, section: type[BaseModel], path: tuple[str, ...], origins: _Origins) -> str:
    full = ".".join((*path, key))
    here = [".".join((*path, field)) for field in section.model_fields]
    near = difflib.get_close_matches(full, here, 1, 0.5)
    nearest = near[0] if near else max(_all_keys(Settings), key=lambda known: _likeness(full, known))
    told = _named((*path, key))
    return f"unknown setting {told!r} in {_origin((*path, key), origins)}: did you mean {nearest!r}?"


def _named(path: Sequence[str]) -> str:
    """A setting's name as it was written, also misspelt, but not what is like no name: it may be a secret.

    >>> _named(["retrieval", "topk"]), _named(["generator", "sk-a1b2c3d4"])
    ('retrieval.topk', 'generator.…')
    """
    section: Any = Settings
    for number, part in enumerate(path):
        field = section.model_fields.get(part) if _is_section(section) else None
        if field is None:
            written = ".".join(path)
            return written if _is_misspelt(written) else ".".join((*path[:number], "…"))
        section = field.annotation
    return ".".join(path)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_misspelt(written: str) -> bool:
    """Whether a name holds next to nothing that is not in the name of a setting, or in its last part."""
    known = [name for key in _all_keys(Settings) for name in (key, key.rpartition(".")[2])]
    return any(_excess(written, name) <= _SLIPS for name in known)


def _excess(written: str, known: str) -> int:
    """How many characters of a text are not those of another one, in its order."""
    blocks = difflib.SequenceMatcher(None, written, known, autojunk=False).get_matching_blocks()
    return len(written) - sum(block.size for block in blocks)


def _likeness(written: str, known: str) -> float:
    """How alike two settings are, by all of their names or by the last part, from 0 to 1."""
    last, last_known = written.rpartition(".")[2], known.rpartition(".")[2]
    return max(difflib.SequenceMatcher(None, a, b).ratio() for a, b in ((written, known), (last, last_known)))


def _all_keys(section: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    for key, field in section.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _all_keys(annotation, (*path, key))
        else:
            yield ".".join((*path, key))
