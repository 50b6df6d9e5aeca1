"""The example pool: a JSONL file, one worked question-passages-answer example a line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rag.errors import ConfigurationError
from rag.resources import resource
from rag.schema import Example

__all__ = ["PoolFile", "as_fields", "load_pool", "parse_example"]

_REQUIRED: Final = ("question", "answer")
_FIELDS: Final = ("example_id", "question", "passages", "answer", "label")
_A_LINE: Final = 'write an object a line, such as {"question": "When was it built?", "answer": "1884"}'


class PoolFile:
    """A pool that is read again only when its file has changed, for who asks for it at every question."""

    def __init__(self, name: str) -> None:
        """Take the name or path of the pool; nothing is read yet."""
        self._name = name
        self._read: tuple[object, tuple[Example, ...]] | None = None

    def examples(self) -> tuple[Example, ...]:
        """The examples as the file holds them now: the same object while it stays as it is.

        Raises:
            ConfigurationError: as `load_pool` does.
        """
        stamp = _stamp(_pool_path(self._name))
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, load_pool(self._name))
        return self._read[1]


def load_pool(name: str) -> tuple[Example, ...]:
    """Read a pool by the name of a file in `data/examples/`, or by the path of a JSONL file.

    Each line is an object with `question` and `answer` and, where known, `passages` (a list of
    texts), `label` and `example_id`. Blank lines are skipped.

    Raises:
        ConfigurationError: no such pool, or a line is not an example; the message names the line.
    """
    path = _pool_path(name)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"cannot read example pool {str(path)!r}: {reason}") from None
    examples: list[Example] = []
    first_line: dict[str, int] = {}
    for number, fields in _objects(text, path):
        example = parse_example(fields, f"example pool {path}, line {number}")
        seen = first_line.setdefault(example.example_id, number)
        if seen != number:
            raise ConfigurationError(
                f"example pool {path}, line {number}: {example.example_id!r} is in line {seen} already: "
                "remove one, or give it another example_id"
            )
        examples.append(example)
    return tuple(examples)


def parse_example(fields: Mapping[str, Any], where: str = "example") -> Example:
    """Check the fields of one example; `where` opens every message.

    An example without `example_id` is named by a hash of its question, passages and answer, so that
    the same example twice is the same id twice. Keys that a pool does not have are
    refused, since they are mostly misspelt.

    Raises:
        ConfigurationError: a field is missing, empty, unknown or of the wrong type.
    """
    unknown = [key for key in fields if key not in _FIELDS]
    if unknown:
        raise ConfigurationError(
            f"{where}: unknown field {unknown[0]!r}; an example has {', '.join(_FIELDS)}"
        )
    for key in _REQUIRED:
        if not isinstance(fields.get(key), str) or not fields[key].strip():
            raise ConfigurationError(
                f"{where}: {key!r} must be a text that is not empty, not {fields.get(key)!r}"
            )
    for key in ("label", "example_id"):
        if not isinstance(fields.get(key, ""), str):
            raise ConfigurationError(f"{where}: {key!r} must be a text, not {fields[key]!r}")
    passages = fields.get("passages", ())
    if not isinstance(passages, list | tuple) or not all(isinstance(passage, str) for passage in passages):
        raise ConfigurationError(f"{where}: 'passages' must be a list of texts, not {passages!r}")
    question, answer = fields["question"], fields["answer"]
    return Example(
        example_id=fields.get("example_id") or _content_id(question, *passages, answer),
        question=question,
        answer=answer,
        passages=tuple(passages),
        label=fields.get("label", ""),
    )


def as_fields(example: Example) -> dict[str, Any]:
    """The example as the plain dictionary that a pool line holds and that LangChain templates take."""
    fields = {key: getattr(example, key) for key in _FIELDS}
    return fields | {"passages": list(example.passages)}


def _pool_path(name: str) -> Path:
    path = Path(name)
    if path.suffix or os.sep in name or path.is_file():
        return path
    shipped = resource("data", "examples", f"{name}.jsonl")
    if not shipped.is_file():
        known = sorted(file.stem for file in shipped.parent.glob("*.jsonl"))
        raise ConfigurationError(
            f"no example pool {name!r}: choose one of {', '.join(known)}, or give the path of a JSONL file"
        )
    return shipped


def _stamp(path: Path) -> object:
    """What differs when a file was rewritten; a file that is not there is for `load_pool` to tell."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (path, status.st_ino, status.st_mtime_ns, status.st_size)


def _objects(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    # not splitlines(): that also breaks at U+2028 and its like, which JSON allows inside a string
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            at = f"at column {error.colno}, {error.msg}" if isinstance(error, json.JSONDecodeError) else error
            wrong = f"not JSON {at}: {_A_LINE}"
            raise ConfigurationError(f"example pool {path}, line {number}: {wrong}") from None
        if not isinstance(fields, dict):
            raise ConfigurationError(
                f"example pool {path}, line {number}: not a JSON object: {line:.80}: {_A_LINE}"
            )
        yield number, fields


def _content_id(*texts: str) -> str:
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]
