"""The texts of the Library page and the pages of a document."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "LibraryTexts"]


@dataclass(frozen=True, kw_only=True)
class LibraryTexts:
    """The texts of the Library page and the pages of a document."""

    # uploads
    upload: str
    upload_help: str
    waiting: str
    progress: str
    time_left: str
    reading: str
    stop_upload: str
    upload_done: str
    upload_failed: str
    dismiss: str
    retry: str
    file_password: str
    page_password: str
    unlock: str
    counts: str
    # the library
    library_title: str
    library_counts: str
    no_documents: str
    find: str
    found: str
    order: str
    open: str
    delete: str
    delete_title: str
    delete_question: str
    delete_yes: str
    deleted: str
    cancel: str
    characters: str
    added: str
    back: str
    facts: str
    fact_title: str
    fact_source: str
    fact_kind: str
    fact_language: str
    fact_sha256: str
    chunks_here: str
    chunks_choice: str
    chunk: str
    same_file: str
    nearly_same: str
    collections: str
    collections_counted: str
    collection: str
    collection_new: str
    collection_any: str
    collection_name: str
    collection_members: str
    collection_members_none: str
    collection_save: str
    collection_remove: str
    collection_remove_help: str
    collection_choice: str
    table_rows: str
    table_rows_help: str
    status: Mapping[str, str]
    orders: Mapping[str, str]


ENGLISH: Final = LibraryTexts(
    # uploads
    upload="Drop documents here",
    upload_help="{kinds}; up to {megabytes} MB each. What a file is, is told by its content.",
    waiting="{files} waiting …",
    progress="{done} of {files} · {rate} pages/s · {left}",
    time_left="about {seconds} left",
    reading="reading …",
    stop_upload="Stop",
    upload_done="**{kept} in the library**, {failed} failed · {seconds}",
    upload_failed="The upload ended early; what was done is kept.",
    dismiss="Dismiss",
    retry="Retry what failed",
    file_password="Password of the protected files (it is not kept)",
    page_password="Password of this file, to see its pages (kept for this session only)",
    unlock="Open",
    counts="{pages} · {chunks}",
    # the library
    library_title="Library",
    library_counts="{documents} · {pages} · {chunks}",
    no_documents="There is nothing here yet. Drop some documents above.",
    find="Find by name or title",
    found="{n} of {documents}",
    order="Order",
    open="Open",
    delete="Delete",
    delete_title="Delete this document?",
    delete_question="**{name}** leaves the library with all its text. No later answer can cite it.",
    delete_yes="Delete",
    deleted="{name} is deleted",
    cancel="Cancel",
    characters="{n} characters",
    added="added {date}",
    back="All documents",
    facts="About this document",
    fact_title="Title",
    fact_source="Source",
    fact_kind="Kind",
    fact_language="Language",
    fact_sha256="SHA-256",
    chunks_here="{chunks} on this page",
    chunks_choice="{chunks} on this page; choose one to see it",
    chunk="Chunk",
    same_file="The same file as {name}",
    nearly_same="{percent} % the same text as {name}",
    collections="Collections",
    collections_counted="Collections ({n})",
    collection="Collection",
    collection_new="New collection …",
    collection_any="All collections",
    collection_name="Name",
    collection_members="Documents in it",
    collection_members_none="Choose documents",
    collection_save="Save",
    collection_remove="Forget this collection",
    collection_remove_help="The documents stay in the library",
    collection_choice="{name} ({documents})",
    table_rows="Tables on this page ({n} rows)",
    table_rows_help="Each row as it stands, and as it is read: its values with the names that they stand under.",
    status={"added": "added", "updated": "updated", "unchanged": "unchanged", "failed": "failed"},
    orders={
        "name": "By name",
        "newest": "Newest first",
        "pages": "Most pages first",
        "size": "Longest first",
    },
)

CHINESE: Final = LibraryTexts(
    # uploads
    upload="把文档拖到这里",
    upload_help="{kinds}；每个不超过 {megabytes} MB。文件类型按内容判断。",
    waiting="{files}等待处理……",
    progress="{done}/{files} · {rate} 页/秒 · {left}",
    time_left="大约还需 {seconds}",
    reading="正在读取……",
    stop_upload="停止",
    upload_done="**已收录 {kept} 个**，{failed} 个失败 · {seconds}",
    upload_failed="处理提前结束，已完成的部分均已保留。",
    dismiss="收起",
    retry="重试失败的文件",
    file_password="受保护文件的密码（不会保存）",
    page_password="此文件的密码，用于显示页面（仅在本次会话中保留）",
    unlock="打开",
    counts="{pages} · {chunks}",
    # the library
    library_title="文档库",
    library_counts="{documents} · {pages} · {chunks}",
    no_documents="这里还没有文档，请拖放到上方。",
    find="按名称或标题查找",
    found="{n} / {documents}",
    order="排序",
    open="打开",
    delete="删除",
    delete_title="删除这份文档？",
    delete_question="**{name}** 及其全部文本将移出文档库，之后的答案不会再引用它。",
    delete_yes="删除",
    deleted="{name} 已删除",
    cancel="取消",
    characters="{n} 字符",
    added="收录于 {date}",
    back="全部文档",
    facts="关于这份文档",
    fact_title="标题",
    fact_source="来源",
    fact_kind="类型",
    fact_language="语言",
    fact_sha256="SHA-256",
    chunks_here="本页有 {chunks}",
    chunks_choice="本页有 {chunks}，选择一个查看",
    chunk="块",
    same_file="与 {name} 是同一文件",
    nearly_same="与 {name} 有 {percent} % 的文字相同",
    collections="文档集",
    collections_counted="文档集（{n}）",
    collection="文档集",
    collection_new="新建文档集……",
    collection_any="全部文档集",
    collection_name="名称",
    collection_members="包含的文档",
    collection_members_none="选择文档",
    collection_save="保存",
    collection_remove="移除这个文档集",
    collection_remove_help="文档仍保留在文档库中",
    collection_choice="{name}（{documents}）",
    table_rows="本页的表格（{n} 行）",
    table_rows_help="每一行的原样，以及读法：数值与其所属的行列名称。",
    status={"added": "已收录", "updated": "已更新", "unchanged": "无变化", "failed": "失败"},
    orders={"name": "按名称", "newest": "最新在前", "pages": "页数多在前", "size": "篇幅长在前"},
)
