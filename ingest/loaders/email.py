"""Messages by the standard library's email package: who, when, what, and the attachments that can be read.

The package parses what mail programs write, also where they break the rules. A message is the first
page; each attachment of a known kind follows on pages of its own, others are named in a warning.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Final

from ingest.files import safe_name
from ingest.heartbeat import heartbeat
from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.email_thread import Paragraph, html_paragraphs, plain_paragraphs, thread
from ingest.loaders.html import write_html
from ingest.loaders.text_decoding import decode
from ingest.media_type import describe, media_type_of
from rag.errors import DocumentError, EmptyDocumentError
from rag.schema import PAGE_BREAK, BlockKind, Document
from rag.settings import IngestSettings
from rag.temporary import TemporaryFolder

__all__ = ["LOADER", "EmailLoader"]

_MAILBOX: Final = re.compile(rb"(?:\A|(?<=\n)\r?\n)From [^\n]{1,200}\d{4}[^\n]{0,40}\n")
_MOST_ATTACHMENTS: Final = 100
_FIELDS: Final = ("From", "To", "Cc", "Date", "Subject")
_DEEPEST: Final = 3
_EARLIER: Final = "Quoted"
_LOWEST: Final = 6
_LONGEST_OPENING: Final = 400
_GREETING: Final = 2
"""Words that a plain part may begin with and the HTML not: they make no statement."""
_ADDRESS: Final = re.compile(r"<?\b(?:https?|mailto|ftp):\S+|\[(?:image|cid)[^\[\]]{0,200}\]")
_WORDS: Final = re.compile(r"\w+")
_SENTENCE_ENDS: Final = (".", "!", "?", "。", "！", "？")


class EmailLoader:
    """Reads a message as saved by a mail program, or a mailbox with a page for each of its messages."""

    media_types: tuple[str, ...] = ("message/rfc822",)
    version: int = 6

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a message whole.

        Raises:
            EmptyDocumentError: there is neither a message nor an attachment that can be read.
        """
        messages = list(_messages(path))
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        builder.tells_properties = False  # its head tells them
        if len(messages) == 1:
            builder.title = _header(messages[0], "Subject")
            builder.describe("author", _header(messages[0], "From"))
            builder.describe("date", _date(messages[0]))
        for number, message in enumerate(messages):
            heartbeat()
            if number:
                builder.page_break()
            if len(messages) > 1:
                builder.page_details(f"message {_header(message, 'Subject')}".strip())
            _write(message, builder, settings)
        if not builder.has_blocks:
            raise EmptyDocumentError(f"{source} holds no message: there is nothing to index")
        return builder.build()


def _messages(path: Path) -> Iterator[EmailMessage]:
    """The message of a file, or each of a mailbox, whose messages begin with a line `From …`."""
    data = path.read_bytes()
    for part in _MAILBOX.split(data)[1:] if _MAILBOX.match(data) else [data]:
        message = BytesParser(policy=policy.default).parsebytes(part)
        assert isinstance(message, EmailMessage)
        yield message


def _write(
    message: EmailMessage, builder: DocumentBuilder, settings: IngestSettings, depth: int = _DEEPEST
) -> None:
    subject = _header(message, "Subject")
    builder.block(subject, BlockKind.HEADING, 1)
    for name in _FIELDS:
        value = _header(message, name)
        builder.block(f"{name}: {value}" if value else "")
    builder.block(_told_sender(message), BlockKind.HEADING, 2)
    _write_body(message, builder)
    for number, attachment in enumerate(_attachments(message)):
        name = safe_name(_file_name(attachment))
        if number >= _MOST_ATTACHMENTS:
            builder.warnings.append(f"more than {_MOST_ATTACHMENTS} attachments: the rest is left out")
            break
        heartbeat()
        inner = _inner_message(attachment)
        if inner is not None and depth:
            builder.page_break()
            builder.page_details(f"attached message {_header(inner, 'Subject')}".strip())
            _write(inner, builder, settings, depth - 1)
        elif inner is None:
            _write_attachment(attachment, name, builder, settings)


def _told_sender(message: EmailMessage) -> str:
    """Who sent a message when, as its heading; empty where neither is told."""
    name, address = parseaddr(_header(message, "From"))
    sender, day = name or address, _day(message)
    return " ".join(filter(None, ("Message", sender and f"from {sender}", day and f"sent on {day}"))) * bool(
        sender or day
    )


def _write_body(message: EmailMessage, builder: DocumentBuilder) -> None:
    try:
        bodies = _bodies(message)
    except (KeyError, AttributeError, LookupError):  # headers that contradict the message's structure
        return
    if not bodies:
        return
    plain = next((part for part in reversed(bodies) if part.get_content_type() == "text/plain"), None)
    body = bodies[-1] if plain is None else plain
    kinds = [part.get_content_type() for part in bodies]
    if len(set(kinds)) < len(kinds):
        builder.warnings.append("of several versions of the text, the one that mail programs show is read")
    data, charset = _content(body), body.get_content_charset()
    if body.get_content_type() == "text/html":
        _write_thread(*html_paragraphs(data, charset, builder), builder)
        return
    decoded = decode(data, charset)
    shown = bodies[-1]
    if shown is not body:
        seen = DocumentBuilder("message", "", "text/html")
        write_html(_content(shown), seen, shown.get_content_charset())
        if _tells_other(decoded.text, seen.written):
            builder.warnings.append(
                "the plain part says something else than the HTML that people see: HTML read"
            )
            _write_thread(*html_paragraphs(_content(shown), shown.get_content_charset(), builder), builder)
            return
        builder.leave_out(seen.hidden)
    builder.warnings.extend(decoded.warnings)
    _write_thread(decoded.text, plain_paragraphs(decoded.text), builder)


def _bodies(part: MIMEPart) -> list[MIMEPart]:
    """The versions of a message's text; of alternatives mail programs show the last (RFC 2046, 5.1.4)."""
    if part.get_content_disposition() == "attachment":
        return []
    if part.get_content_type() in ("text/plain", "text/html"):
        return [part]
    parts = [child for child in part.iter_parts() if isinstance(child, MIMEPart)]
    match part.get_content_subtype():
        case "alternative":
            return [body for child in parts for body in _bodies(child)]
        case "related":
            start = part.get_param("start")
            root = next((child for child in parts if start and child.get("Content-ID") == start), None)
            return _bodies(root or parts[0]) if parts else []
    found: list[MIMEPart] = []
    for child in parts:
        kinds = {body.get_content_type() for body in found}
        new = [body for body in _bodies(child) if body.get_content_type() not in kinds]
        # parts of a row are all shown: the HTML is taken to be the text
        is_html = any(body.get_content_type() == "text/html" for body in new)
        found = [*found, *new] if is_html else [*new, *found]
    return found


def _tells_other(plain: str, seen: str) -> bool:
    """Whether the plain part says what the HTML does not, but for whom it greets, or much less than it."""
    one, other = _word_runs(plain), _word_runs(seen)
    new = set(one[_GREETING:]) - set(other)
    left_out = set(other) - set(one)
    return bool(new) or len(left_out) > len(other) // 4


def _word_runs(text: str) -> list[tuple[str, ...]]:
    """All runs of three words, but for addresses, which plain text spells out and HTML does not."""
    words = _WORDS.findall(_ADDRESS.sub(" ", text.casefold()))
    return list(zip(words, words[1:], words[2:], strict=False))


def _write_thread(text: str, paragraphs: Sequence[Paragraph], builder: DocumentBuilder) -> None:
    """Write what is new, then what is quoted: each earlier message under a heading that tells whose it is.

    Who wrote it stands also before its first sentence, for that is what people quote.
    """
    lead = ""
    for paragraph in thread(paragraphs):
        if paragraph.leads:
            told = paragraph.text.rstrip(":： ")
            builder.block(f"{_EARLIER}: {told}", BlockKind.HEADING, min(paragraph.depth + 1, _LOWEST))
            lead = f"{told}: "
            continue
        if (block := paragraph.block) is not None:
            builder.block(lead)
            lead = ""
            builder.write_block(text[block.start : block.end], block.kind, block.level, block.header)
            continue
        line = lead + paragraph.text.replace("\n", " ") if lead else paragraph.text
        if lead and not line.rstrip().endswith(_SENTENCE_ENDS) and len(line) < _LONGEST_OPENING:
            lead = f"{line} "  # a salutation
            continue
        builder.block(line)
        lead = ""
    builder.block(lead)


def _attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    """Attached files; pictures inside the message's HTML are decoration."""
    try:
        parts = list(message.iter_attachments())
    except (KeyError, AttributeError, TypeError):  # headers that contradict the message's structure
        return
    for part in parts:
        inline = part.get_content_disposition() != "attachment" and part.get("Content-ID") is not None
        if isinstance(part, EmailMessage) and not (inline and part.get_content_maintype() == "image"):
            yield part


def _inner_message(attachment: EmailMessage) -> EmailMessage | None:
    if attachment.get_content_type() != "message/rfc822":
        return None
    payload = attachment.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    return inner if isinstance(inner, EmailMessage) else None


def _write_attachment(
    attachment: EmailMessage, name: str, builder: DocumentBuilder, settings: IngestSettings
) -> None:
    """Write what an attachment holds on pages of its own, or say why it is not read."""
    from ingest.loaders import load_document, supported_media_types

    with TemporaryFolder() as folder:
        path = Path(folder, f"attachment{Path(name).suffix[:16]}")
        path.write_bytes(_content(attachment))
        kind = media_type_of(path).name
        if kind not in supported_media_types():
            builder.warnings.append(f"attachment {name} is not read: it holds {describe(kind)}")
            return
        try:
            document = load_document(path, settings, name)
        except DocumentError as error:
            builder.warnings.append(f"attachment {name} is not read: {error}")
            return
    builder.warnings.extend(f"attachment {name}: {warning}" for warning in document.warnings)
    starts = [block.start for block in document.blocks]
    for page in document.pages:
        builder.page_break()
        label = f"{name}, page {page.number}" if len(document.pages) > 1 else name
        builder.page_details(label, warnings=page.warnings)
        blocks = [
            replace(block, start=block.start - page.start, end=block.end - page.start)
            for block in document.blocks[bisect_left(starts, page.start) : bisect_left(starts, page.end)]
            if block.end <= page.end
        ]
        builder.verbatim(document.text[page.start : page.end].removesuffix(PAGE_BREAK), blocks)


def _content(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or "unnamed"
    except (LookupError, ValueError, TypeError):
        return "unnamed"


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except (LookupError, ValueError, TypeError, AttributeError, IndexError):  # headers that break the rules
        return ""
    return " ".join(str(value).split()) if value is not None else ""


def _day(message: EmailMessage) -> str:
    try:
        when = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return ""
    return f"{when.day} {when:%B %Y}"


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


LOADER: Loader = EmailLoader()
