"""The texts of what stands around every page, and at the door."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "FrameTexts"]


@dataclass(frozen=True, kw_only=True)
class FrameTexts:
    """The texts of what stands around every page, and at the door."""

    # navigation and frame
    language_name: str
    language: str
    about: str
    nav_ask: str
    nav_library: str
    nav_document: str
    nav_why: str
    nav_status: str
    trouble: str
    password: str
    enter: str
    wrong_password: str
    door_closed: str
    # access
    sign_in: str
    sign_in_text: str
    sign_in_missing: str
    sign_out: str
    not_invited: str
    signed_in_as: str
    # things counted: for one, and for any other number
    units: Mapping[str, tuple[str, str]]

    def count(self, unit: str, number: int) -> str:
        """A number of `document page chunk passage file` in words: `1 page`, `2 pages`."""
        return self.units[unit][number != 1].format(n=number)


ENGLISH: Final = FrameTexts(
    # navigation and frame
    language_name="English",
    language="Language",
    about="**Citewell {version}**: ask your own documents; every sentence of an answer can be checked on the page.",
    nav_ask="Ask",
    nav_library="Library",
    nav_document="Document",
    nav_why="Why",
    nav_status="Status",
    trouble="This did not work.",
    password="Password",
    enter="Enter",
    wrong_password="This is not the password.",
    door_closed="Too many wrong passwords were tried. Try again in {minutes} min.",
    # access
    sign_in="Sign in",
    sign_in_text="This library asks you to sign in.",
    sign_in_missing="Signing in is switched on (`ui.oidc`), but no provider is set: put an `[auth]` section into `.streamlit/secrets.toml`, and install `citewell[oidc]`.",
    sign_out="Sign out ({name})",
    not_invited="This library is not open to the address you signed in with. Ask who runs it to let you in, or sign in with another.",
    signed_in_as="Signed in as {name}",
    units={
        "document": ("{n} document", "{n} documents"),
        "page": ("{n} page", "{n} pages"),
        "chunk": ("{n} chunk", "{n} chunks"),
        "passage": ("{n} passage", "{n} passages"),
        "file": ("{n} file", "{n} files"),
    },
)

CHINESE: Final = FrameTexts(
    # navigation and frame
    language_name="中文",
    language="语言",
    about="**Citewell {version}**：向自己的文档提问，答案的每一句都能在原页上核对。",
    nav_ask="提问",
    nav_library="文档库",
    nav_document="文档",
    nav_why="依据",
    nav_status="状态",
    trouble="操作未能完成。",
    password="密码",
    enter="进入",
    wrong_password="密码不正确。",
    door_closed="密码错误次数过多，请在 {minutes} 分钟后再试。",
    # access
    sign_in="登录",
    sign_in_text="使用此文档库需要登录。",
    sign_in_missing="已启用登录（`ui.oidc`），但没有设置提供方：请在 `.streamlit/secrets.toml` 中写入 `[auth]` 部分，并安装 `citewell[oidc]`。",
    sign_out="退出登录（{name}）",
    not_invited="您登录所用的邮箱无权进入此文档库。请联系管理者开通，或换一个账户登录。",
    signed_in_as="已登录：{name}",
    units={
        "document": ("{n} 份文档", "{n} 份文档"),
        "page": ("{n} 页", "{n} 页"),
        "chunk": ("{n} 块", "{n} 块"),
        "passage": ("{n} 个段落", "{n} 个段落"),
        "file": ("{n} 个文件", "{n} 个文件"),
    },
)
