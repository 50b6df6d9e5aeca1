"""More ways to hide a sentence in a page of HTML, and their twins: selectors, shadow roots, newer styles."""

from __future__ import annotations

from typing import Final

__all__ = ["HIDDEN", "SEEN"]

_PIXEL: Final = "data:image/png;base64,iVBORw0KGgo="


def _inline(style: str) -> tuple[str, str]:
    return "", f'<div style="{style}">{{secret}}</div>'


def _classed(rules: str, body: str = '<div class="note">{secret}</div>') -> tuple[str, str]:
    return f"<style>{rules}</style>", body


def _rooted(root: str, inner: str = "<p>{secret}</p>") -> tuple[str, str]:
    return "", f'<div><template shadowrootmode="open">{root}</template>{inner}</div>'


HIDDEN: Final[dict[str, tuple[str, str]]] = {
    **{
        f"by a selector: {rules}": _classed(rules, body)
        for rules, body in (
            (":dir(rtl){display:none}", '<div dir="rtl"><p>{secret}</p></div>'),
            ("x-y:not(:defined){display:none}", "<x-y>{secret}</x-y>"),
            (".note:read-only{display:none}", '<p class="note">{secret}</p>'),
            (".note:not(:read-write){display:none}", '<p class="note">{secret}</p>'),
            (
                "input:placeholder-shown + p{display:none}",
                '<div><input placeholder="x"><p>{secret}</p></div>',
            ),
            ("input:blank ~ p{display:none}", "<div><input><p>{secret}</p></div>"),
            ("input:invalid + p{display:none}", "<div><input required><p>{secret}</p></div>"),
            ("input:optional + p{display:none}", "<div><input><p>{secret}</p></div>"),
            ("div:not(:popover-open){display:none}", '<div class="note">{secret}</div>'),
            ("section:not(:fullscreen,:modal){display:none}", "<section>{secret}</section>"),
            ("b:-webkit-any(.note,i){display:none}", '<p><b class="note">{secret}</b></p>'),
            (".note,p::placeholder{display:none}", '<div class="note">{secret}</div>'),
            (".note,p::-webkit-scrollbar{display:none}", '<div class="note">{secret}</div>'),
            (".note,p:state(x){display:none}", '<div class="note">{secret}</div>'),
        )
    },
    "by the colour of its first line": _classed(".note::first-line{color:white}"),
    "by the size of its first line": _classed(".note:first-line{font-size:0}"),
    **{
        f"by a newer style: {style}": _inline(style)
        for style in (
            "filter:invert(1)",
            "filter:brightness(0) invert(1)",
            "filter:brightness(99) contrast(0) brightness(9)",
            "color:red;filter:grayscale(1) brightness(9)",
            "background:#fff;color:#999;filter:contrast(0)",
            "backdrop-filter:invert(1)",
            "color:rgb(from white r g b)",
            "color:rgb(from black calc(255 - r) calc(255 - g) 255)",
            "color:hsl(from red h s 100%)",
            "color:hwb(from red h 100% 0)",
            "color:oklch(from white l c h)",
            "color:lab(from red 100 0 0)",
            "color:env(x, white)",
            "left:env(safe-area-inset-left, 0);color:env(none-such,#fff)",
            "background:currentColor",
            "background:linear-gradient(currentColor,currentColor)",
            "color:#333;background-color:rgb(from currentColor r g b)",
            "color:#333;background:color-mix(in srgb,currentColor 100%,red)",
            "position:fixed;left:100vw",
            "position:fixed;left:100%",
            "position:fixed;top:100vh",
            "position:fixed;bottom:101%",
            "position:absolute;right:100vw",
            "contain:size;overflow:clip",
            "contain:strict",
            f"content:url({_PIXEL})",
            "content:linear-gradient(red,red)",
            "letter-spacing:9999px;white-space:nowrap;overflow:hidden",
        )
    },
    "by the size of the root": _classed("html{font-size:1px}body{font-size:16px}.note{font-size:.5rem}"),
    "by a variable that has a value from the beginning": _classed(
        "@property --c{syntax:'<color>';inherits:false;initial-value:white}.note{color:var(--c)}"
    ),
    "by a variable that is not inherited": _classed(
        "@property --c{syntax:'*';inherits:false;initial-value:white}body{--c:black}.note{color:var(--c)}"
    ),
    "filtered about": _classed(
        ".a{filter:invert(1)}", '<div class="a"><section><p>{secret}</p></section></div>'
    ),
    "for a slot that is not there": _rooted("<slot></slot>", '<span slot="q">{secret}</span>'),
    "for a slot of another name": _rooted('<slot name="q"></slot>', "{secret}"),
    "root with a style for its host": _rooted("<style>:host{display:none}</style><slot></slot>", "{secret}"),
    "root with a style for some hosts": (
        "",
        '<div class="a"><template shadowrootmode="open"><style>:host(.a){opacity:0}</style><slot></slot>'
        "</template>{secret}</div>",
    ),
    "root with a style for what is in slots": _rooted(
        "<style>::slotted(*){display:none}</style><slot></slot>"
    ),
    "root with a style for slots": _rooted("<style>slot{display:none}</style><slot></slot>"),
    "root with a hidden slot": _rooted('<div style="visibility:hidden"><slot></slot></div>'),
    "root with a style for what it holds": _rooted(
        "<style>:host p{visibility:hidden}</style><p>{secret}</p>", ""
    ),
}
"""By name: what goes into the head, and into the body."""

SEEN: Final[dict[str, tuple[str, str]]] = {
    **{
        f"by a selector: {rules}": _classed(rules, body)
        for rules, body in (
            (":dir(rtl){display:none}", "<p>{secret}</p>"),
            ("p:dir(rtl){display:none}", '<div dir="rtl"><p dir="ltr">{secret}</p></div>'),
            (":not(:defined){visibility:hidden}", "<p>{secret}</p>"),
            ("x-y:not(:defined){display:none}", "<script>define()</script><x-y>{secret}</x-y>"),
            ("input:placeholder-shown + p{display:none}", '<div><input value="x"><p>{secret}</p></div>'),
            (":fullscreen p{display:none}", "<p>{secret}</p>"),
            (".note:popover-open{display:none}", '<p class="note">{secret}</p>'),
            (".note::selection{color:#fff}", '<p class="note">{secret}</p>'),
            (".note::placeholder{display:none}", '<p class="note">{secret}</p>'),
            (".note,p::none-such{display:none}", '<div class="note">{secret}</div>'),
            (".note,p:none-such{display:none}", '<div class="note">{secret}</div>'),
            (":host{display:none}", "<div>{secret}</div>"),
            (".note:read-write{display:none}", '<p class="note">{secret}</p>'),
        )
    },
    "large first letter": _classed(".note::first-letter{font-size:3em;color:#fff}"),
    "bold first line": _classed(".note::first-line{font-weight:bold;color:#123}"),
    **{
        f"by a newer style: {style}": _inline(style)
        for style in (
            "filter:grayscale(1)",
            "filter:drop-shadow(0 0 2px #000)",
            "background:#fff;filter:invert(1)",
            "color:#fff;filter:invert(1)",
            "filter:brightness(.9) contrast(1.1) saturate(2)",
            "filter:invert(1) invert(1)",
            "backdrop-filter:blur(4px)",
            "color:rgb(from black r g b)",
            "color:hsl(from red h s l)",
            "color:oklch(from red .4 c h)",
            "color:env(x, black)",
            "background:#eee;border-color:currentColor",
            "position:fixed;left:90vw",
            "position:fixed;top:0;left:50%",
            "position:absolute;right:50vw",
            "contain:size;height:5em;overflow:clip",
            "contain:strict;position:absolute;inset:0",
            "contain:content",
            "contain:size",
            "content:normal",
            "letter-spacing:.5em",
        )
    },
    "of a small root and a large size": _classed("html{font-size:62.5%}.note{font-size:1.6rem}"),
    "variable that has another value": _classed(
        "@property --c{syntax:'<color>';inherits:true;initial-value:white}"
        "body{--c:black}.note{color:var(--c)}"
    ),
    "item that its holder gives a height": (
        "",
        '<div style="display:flex;height:9em"><p style="contain:strict;width:9em">{secret}</p></div>',
    ),
    "dark page that is filtered": (
        "<style>html{filter:invert(1)}body{background:#111;color:#eee}</style>",
        "<p>{secret}</p>",
    ),
    "in its slot": _rooted("<slot></slot>"),
    "in a slot of its name": _rooted('<b>x</b><slot name="q"></slot>', '<span slot="q">{secret}</span>'),
    "root with a style for other things": _rooted("<style>p{display:none}</style><slot></slot>"),
    "root beside one whose host is hidden": (
        "",
        '<section><template shadowrootmode="open"><style>:host{display:none}</style></template></section>'
        '<div><template shadowrootmode="open"><slot></slot></template>{secret}</div>',
    ),
    "root that holds it": _rooted("<style>:host{color:#000}</style><p>{secret}</p>", ""),
    "style in a template": (
        "<template><style>.note{display:none}</style></template>",
        '<p class="note">{secret}</p>',
    ),
    "white where a script may load a sheet": (
        '<noscript><link rel="stylesheet" href="a.css"></noscript>',
        '<p style="color:#fff">{secret}</p>',
    ),
    "style for browsers without scripts": (
        "<noscript><style>.note{display:none}</style></noscript>",
        '<p class="note">{secret}</p>',
    ),
}
