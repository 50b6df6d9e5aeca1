"""Where settings come from: flags, the environment, a file or preset, the defaults, in this order.

Read by pydantic and tomllib alone: pydantic-settings passes over an environment variable that names
no setting, and here a misspelt key is an error wherever it stands.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from rag.errors import ConfigurationError, UnknownSettingError
from rag.resources import resource
from rag.settings.tree import Settings

__all__ = ["load_settings", "parse_assignments", "parse_value", "presets"]

_PREFIX: Final = "CITEWELL_"


def load_settings(
    config: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read a preset by name or a file by path, then the environment, then `overrides`.

    `overrides` is nested (`{"retrieval": {"top_k": 3}}`); values of None are left out.

    Raises:
        ConfigurationError: the file cannot be read or a value is out of range.
        UnknownSettingError: a key does not exist; the message names the nearest right one.
    """
    environment = os.environ if environment is None else environment
    name = config if config is not None else environment.get(_PREFIX + "CONFIG", "default")
    tree = _read_preset(name)
    for key, value in _environment_values(environment):
        _set(tree, key.split("__"), value)
    for path, value in _leaves(overrides or {}):
        _set(tree, path, value)
    _reject_unknown_keys(tree, Settings, (), str(name))
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        shown = repr(first["input"]) if _may_be_shown(first["loc"]) else "(hidden)"
        raise ConfigurationError(
            f"setting {where}: {shown} is not accepted: {first['msg']}. "
            f"Correct it in {name}, the environment or the flag."
        ) from None


def _may_be_shown(path: Sequence[str | int]) -> bool:
    """Whether a value that is not accepted holds no secret, as a section, an address or a key may."""
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


def presets() -> list[str]:
    """The names of the presets that ship with the program."""
    return sorted(path.stem for path in resource("configs").glob("*.toml"))


def _read_preset(name: str | Path) -> dict[str, Any]:
    path = Path(name)
    if not (path.suffix or os.sep in str(name) or path.is_file()):
        path = resource("configs", f"{name}.toml")
        if not path.is_file():
            raise ConfigurationError(
                f"no preset {str(name)!r}: choose one of {', '.join(presets())}, "
                "or give the path of a TOML file"
            )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"cannot read settings file {str(path)!r}: {reason}") from None


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
        if not separator or not key.strip():
            # the rest may be a key that was meant to be secret
            named = max((k for k in _all_keys(Settings) if assignment.strip().startswith(k)), default="")
            raise ConfigurationError(
                f"--set {named}… has no `=`: write it as KEY=VALUE, such as retrieval.top_k=5"
            )
        _set(tree, key.strip().split("."), parse_value(value.strip()))
    return tree


def parse_value(text: str) -> Any:
    """A setting's value from text: a TOML list where it is one, else the text, which its field converts."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
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
            raise ConfigurationError(f"setting {'.'.join(path)}: {key!r} is a value, not a section")
        tree = branch
    tree[path[-1]] = value


def _reject_unknown_keys(
    tree: Mapping[str, Any], section: type[BaseModel], path: tuple[str, ...], name: str
) -> None:
    for key, value in tree.items():
        field = section.model_fields.get(key)
        if field is None:
            raise UnknownSettingError(_unknown_key_message(key, section, path, name))
        annotation = field.annotation
        if isinstance(value, Mapping) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
            _reject_unknown_keys(value, annotation, (*path, key), name)


def _unknown_key_message(key: str, section: type[BaseModel], path: tuple[str, ...], name: str) -> str:
    full = ".".join((*path, key))
    here = [".".join((*path, field)) for field in section.model_fields]
    nearest = difflib.get_close_matches(full, here, 1, 0.5) or difflib.get_close_matches(
        key, list(_all_keys(Settings)), 1, 0.0
    )
    return f"unknown setting {full!r} in {name} or a {_PREFIX}… variable: did you mean {nearest[0]!r}?"


def _all_keys(section: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    for key, field in section.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _all_keys(annotation, (*path, key))
        else:
            yield ".".join((*path, key))
