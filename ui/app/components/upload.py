"""Bring files in: drag and drop, saved to the library's uploads folder, ingested in the background."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from ingest import FileResult
from ingest import safe_name as document_name
from ingest.archives import ArchiveLimits, Room, is_archive, is_locked, unpacked
from rag.errors import DocumentError
from ui.app.escaping import html_text
from ui.app.ingesting import IngestJob
from ui.app.session import session, texts
from ui.app.shared import Shared
from ui.app.shown_places import file_name
from ui.app.texts import Texts
from ui.uploads import distinct, save_upload

__all__ = ["KINDS", "duration_text", "job_views", "read_reports", "uploader"]

# fmt: off
KINDS: Final = [
    "pdf", "docx", "pptx", "xlsx", "odt", "ods", "odp", "rtf", "epub", "eml", "html", "md", "txt", "csv",
    "tsv", "json", "jsonl", "png", "jpg", "tiff", "webp",
]
"""The kinds that are named to people; more are read, such as source code, and all by their content."""
# fmt: on
_MOST_FILES: Final = 2_000
_MOST_TIMES_LIMIT: Final = 20
"""All files of an archive together may be this many times as large as one upload."""
_TICK_SECONDS: Final = 1.0
_SHOWN_OPEN: Final = 5
_GOOD: Final = 2


def uploader(shared: Shared) -> None:
    """A place to drop files; what is dropped is saved, queued, and let go from memory."""
    t = texts()
    state = session()
    limit = shared.library.settings.ui.max_upload_megabytes
    files = st.file_uploader(
        t.upload,
        accept_multiple_files=True,
        max_upload_size=limit,
        key=f"upload-{state.uploads}",
        help=t.upload_help.format(kinds=", ".join([*KINDS, "zip"]), megabytes=limit),
    )
    if not files:
        return
    _take_over(shared, files, limit * 1_000_000)
    _let_go(files)
    state.uploads += 1  # a new key: an empty uploader
    st.rerun()


def job_views(shared: Shared, first: bool = False, *, unread: bool = False) -> None:
    """The last uploads; drawn again by itself while one is at work, and once more when it is done.

    With `first` the library is empty, and the page is drawn again as soon as there is something to ask. With
    `unread` those are left out that this person has seen and gone on from.
    """
    if not _shown(shared, unread=unread):
        return
    if shared.queue.busy:
        st.fragment(_live, run_every=_TICK_SECONDS)(shared, first, unread)
    else:
        _jobs(shared, unread)


def read_reports(shared: Shared) -> None:
    """Whoever goes on to ask has read what became of the uploads."""
    session().reports_read.update(job for job in shared.queue.jobs() if job.done)


def _shown(shared: Shared, *, unread: bool) -> list[IngestJob]:
    read = session().reports_read if unread else ()
    return [job for job in shared.queue.jobs() if job not in read]


def _live(shared: Shared, first: bool, unread: bool) -> None:
    busy = shared.queue.busy
    _jobs(shared, unread)
    if not busy or (first and shared.library.documents()):
        st.rerun()  # the whole page, because the list of documents is another one now


def _jobs(shared: Shared, unread: bool) -> None:
    for number, job in enumerate(_shown(shared, unread=unread)):
        _job(shared, job, number)


def _job(shared: Shared, job: IngestJob, number: int) -> None:
    t = texts()
    with st.container(border=not job.done, key=f"job-{number}"):
        if job.done:
            _summary(shared, job, t)
        else:
            _progress(job, t)
            _table(job.outcomes, t)
        if job.error:
            st.error(t.upload_failed, icon=":material/error:")
            st.text(job.error)


def _progress(job: IngestJob, t: Texts) -> None:
    if not job.started:
        st.progress(0.0, text=t.waiting.format(files=t.count("file", len(job.sources))))
        return
    now = job.progress
    left = (
        t.reading if now.seconds_left is None else t.time_left.format(seconds=duration_text(now.seconds_left))
    )
    st.progress(
        now.fraction,
        text=t.progress.format(
            done=now.files_done,
            files=t.count("file", len(job.sources)),
            rate=f"{now.pages_per_second:.1f}",
            left=left,
        ),
    )
    st.button(t.stop_upload, key=f"stop-{id(job)}", icon=":material/stop_circle:", on_click=job.stop.set)


def _summary(shared: Shared, job: IngestJob, t: Texts) -> None:
    outcomes = sorted(job.outcomes, key=_gravity)
    kept = sum(outcome.status != "failed" for outcome in outcomes)
    needy = sum(_gravity(outcome) < _GOOD for outcome in outcomes)
    told = t.upload_done.format(files=t.count("file", kept), seconds=duration_text(job.progress.seconds))
    if needy:
        told = f"{told} · **{t.count('needy', needy)}**"
    is_open = (needy > 0 or len(outcomes) <= _SHOWN_OPEN) and job not in session().reports_read
    with st.expander(told, expanded=is_open):
        _table(outcomes, t)
        if job.locked:
            _ask_password(shared, job, t)
        with st.container(horizontal=True):
            if job.failed:
                st.button(
                    t.retry,
                    key=f"retry-{id(job)}",
                    type="tertiary",
                    icon=":material/refresh:",
                    on_click=shared.queue.retry,
                    args=(job,),
                )
            st.button(
                t.dismiss,
                key=f"dismiss-{id(job)}",
                type="tertiary",
                icon=":material/close:",
                on_click=shared.queue.forget,
                args=(job,),
            )


def _ask_password(shared: Shared, job: IngestJob, t: Texts) -> None:
    """A field for the password of protected files; what is typed leaves it when it is sent."""
    with st.form(f"unlock-{id(job)}", clear_on_submit=True, border=False):
        given = st.text_input(t.file_password, type="password", key=f"file-password-{id(job)}")
        if st.form_submit_button(t.unlock, icon=":material/lock_open:") and given:
            shared.queue.retry(job, [given])
            st.rerun()


def _gravity(outcome: FileResult) -> int:
    """What has to be looked at comes first: what failed, then what was read with a warning."""
    return 0 if outcome.status == "failed" else 1 if outcome.warnings else _GOOD


def _table(outcomes: list[FileResult], t: Texts) -> None:
    rows = "".join(_row_html(outcome, t) for outcome in outcomes)
    if rows:
        st.html(f'<div class="cw-files" role="table">{rows}</div>')


def _row_html(outcome: FileResult, t: Texts) -> str:
    counts = ""
    if outcome.status != "failed":
        pages, chunks = t.count("page", outcome.pages), t.count("chunk", outcome.chunks)
        counts = t.counts.format(pages=pages, chunks=chunks)
    notes = "".join(
        f'<div class="cw-file-note">{html_text(note)}</div>'
        for note in ([outcome.error] if outcome.error else []) + list(outcome.warnings)
    )
    return (
        f'<div class="cw-file" role="row">'
        f'<span class="cw-status cw-status-{html_text(outcome.status)}" role="cell">'
        f'{html_text(t.status[outcome.status])}</span><span class="cw-file-name" role="cell">'
        f'{html_text(file_name(outcome.source))}</span><span class="cw-file-counts" role="cell">'
        f"{html_text(counts)}</span>{notes}</div>"
    )


def _take_over(shared: Shared, files: Sequence[UploadedFile], limit_bytes: int) -> None:
    """Save what was dropped into a folder of its own and queue it."""
    folder = Path(tempfile.mkdtemp(dir=shared.uploads.path))
    limits = ArchiveLimits(
        limit_bytes, _MOST_TIMES_LIMIT * limit_bytes, _MOST_FILES, setting="ui.max_upload_megabytes"
    )
    room = Room.for_archives(limits, (file.size for file in files), folder)
    saved: dict[Path, str] = {}
    refused: list[FileResult] = []
    for number, file in enumerate(files):
        try:
            path = save_upload(file, file.name, folder / str(number), limit_bytes)
            for name, place in _inside(path, file.name, limits, room):
                if isinstance(place, Path):
                    saved[place] = distinct(document_name(name), saved.values())
                else:
                    refused.append(FileResult.failure(document_name(name), str(place), 0.0))
        except (DocumentError, OSError) as error:
            refused.append(FileResult.failure(document_name(file.name), str(error), 0.0))
    shared.queue.submit(saved, folder, refused)


def _let_go(files: Sequence[UploadedFile]) -> None:
    """Free the bytes that are on disk by now; Streamlit would keep them until the session ends."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _inside(
    path: Path, name: str, limits: ArchiveLimits, room: Room
) -> Iterator[tuple[str, Path | DocumentError]]:
    """The file itself, or what an archive holds; one that needs a password is unpacked where it is read."""
    if not is_archive(path) or is_locked(path):
        yield name, path
        return
    yield from unpacked(path, path.parent / "unpacked", limits, room)
    path.unlink()


def duration_text(seconds: float) -> str:
    """Seconds as people read them: `42 s`, `3:05 min`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min" if whole >= 60 else f"{max(seconds, 0):.0f} s"
