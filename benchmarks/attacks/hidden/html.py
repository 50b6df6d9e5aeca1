"""Ways to hide a sentence in a page of HTML, and their twins that can be seen."""

from __future__ import annotations

from typing import Final

__all__ = ["HIDDEN", "SEEN"]

_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Harbour</title>{head}</head><body>"
    "<h1>Harbour</h1><p>{shown}</p>{body}<p>{last}</p></body></html>"
)


def _inline(style: str) -> tuple[str, str]:
    return "", f'<div style="{style}">{{secret}}</div>'


def _classed(rules: str, body: str = '<div class="note">{secret}</div>') -> tuple[str, str]:
    return f"<style>{rules}</style>", body


HIDDEN: Final[dict[str, tuple[str, str]]] = {
    "inline display none": _inline("display:none"),
    "comment in a property": _inline("display:/* x */none"),
    "escaped property": _inline(r"d\69splay:none"),
    "class": _classed(".note{display:none}"),
    "identifier, important": _classed(
        "#a{display:none!important}", '<div id="a" style="display:block">{secret}</div>'
    ),
    "descendant selector": _classed(
        "main > section p{visibility:hidden}", "<main><section><p>{secret}</p></section></main>"
    ),
    "attribute selector": _classed('[data-x="1"]{display:none}', '<p data-x="1">{secret}</p>'),
    "nth child": _classed("ul li:nth-child(2){display:none}", "<ul><li>One</li><li>{secret}</li></ul>"),
    "media query that holds": _classed("@media screen and (min-width:600px){.note{display:none}}"),
    "variable": _classed(":root{--ink:#fff}.note{color:var(--ink)}"),
    "hidden attribute": ("", "<p hidden>{secret}</p>"),
    "visibility": _inline("visibility:hidden"),
    "content visibility": _inline("content-visibility:hidden"),
    "size 0": _inline("font-size:0"),
    "size of a pixel": _inline("font-size:1px"),
    "size 0 by the shorthand": _inline("font:0/0 serif"),
    "size by em of a small parent": (
        "",
        '<div style="font-size:2px"><span style="font-size:.2em">{secret}</span></div>',
    ),
    "calculated size": _inline("font-size:calc(1px - 1px)"),
    "white on white": _inline("color:white"),
    "white in other notation": _inline("color:hsl(0 0% 100%)"),
    "nearly white": _inline("color:#fdfdfd"),
    "white by class": _classed(".note{color:#fff}"),
    "font tag": ("", '<p><font color="#ffffff">{secret}</font></p>'),
    "black on black": _inline("background:#000;color:#010101"),
    "the colour of a row": (
        "",
        '<table><tr bgcolor="#336699"><td>Berth<td><span style="color:#336699">{secret}</span></tr></table>',
    ),
    "transparent colour": _inline("color:rgba(0,0,0,.01)"),
    "transparent fill": _inline("-webkit-text-fill-color:transparent"),
    "opacity": _inline("opacity:0"),
    "opacity of parents": (
        "",
        '<div style="opacity:.2"><div style="opacity:.2"><p style="opacity:20%">{secret}</p></div></div>',
    ),
    "filter": _inline("filter:opacity(0%)"),
    "off the screen to the left": _inline("position:absolute;left:-9999px"),
    "off the screen above": _inline("position:fixed;top:-200em"),
    "off the screen to the right": _inline("position:absolute;left:500vw"),
    "far margin": _inline("margin-left:-9999px"),
    "indent": _inline("text-indent:-9999px"),
    "height 0": _inline("height:0;overflow:hidden"),
    "width 0 by class": _classed(".note{max-width:0;overflow-x:hidden;white-space:nowrap}"),
    "for screen readers only": _classed(
        ".note{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}"
    ),
    "clip": _inline("position:absolute;clip:rect(0 0 0 0)"),
    "clip path": _inline("clip-path:inset(50%)"),
    "clip circle": _inline("clip-path:circle(0)"),
    "scaled to nothing": _inline("transform:scale(0)"),
    "scaled to a hair": _inline("transform:scale(.01)"),
    "moved by transform": _inline("transform:translateX(-9999px)"),
    "turned edge-on": _inline("transform:rotateY(90deg)"),
    "squeezed letters": _inline("letter-spacing:-1em"),
    "zoom": _inline("zoom:.01"),
    "hidden heading": ("", '<h2 style="display:none">{secret}</h2>'),
    "hidden cell": (
        "",
        '<table><tr><th>A<th>B</tr><tr><td>1<td><span style="display:none">{secret}</span></tr></table>',
    ),
    "hidden row": (
        "",
        '<table><tr><th>A<th>B</tr><tr style="display:none"><td>1<td>{secret}</tr></table>',
    ),
}
"""By name: what goes into the head, and into the body."""

SEEN: Final[dict[str, tuple[str, str]]] = {
    "white on a dark box": _inline("background:#123;color:white"),
    "white on a picture": _inline("background:url(sky.jpg);color:#fff"),
    "white on a gradient": _inline("background:linear-gradient(#000,#444);color:#fff"),
    "white over a picture": (
        "",
        '<div><img src="a.png"><p style="position:absolute;top:9px;color:#fff">{secret}</p></div>',
    ),
    "dark page": ("<style>body{background:#111;color:#eee}</style>", "<p>{secret}</p>"),
    "hidden on paper only": _classed("@media print{.note{display:none}}"),
    "hidden on small screens only": _classed("@media (max-width:600px){.note{display:none}}"),
    "shown again": ("", '<div style="visibility:hidden"><p style="visibility:visible">{secret}</p></div>'),
    "sized again": ("", '<div style="font-size:0"><p style="font-size:16px">{secret}</p></div>'),
    "overruled": _classed("div.note{display:block}.note{display:none}"),
    "other class": _classed(".other{display:none}"),
    "hanging indent": _inline("text-indent:-2em;padding-left:2em"),
    "small print": _inline("font-size:6px;color:#999"),
    "centred by transform": _inline("position:absolute;left:50%;transform:translate(-50%,-50%)"),
    "half opaque": _inline("opacity:.6"),
    "grey": _inline("color:#aaa"),
    "height 0 that lets text out": _inline("height:0"),
    "gradient text": _inline(
        "background:linear-gradient(#000,#00f);-webkit-background-clip:text;color:transparent"
    ),
    "tight letters": _inline("letter-spacing:-.05em"),
    "link in white text": ("", '<p>See <span style="color:#fff"><a href="x">{secret}</a></span></p>'),
}


def page(trick: tuple[str, str], shown: str, secret: str, last: str) -> bytes:
    """A page that shows two sentences, with a third put in by a trick."""
    head, body = trick
    return _PAGE.format(head=head, body=body.replace("{secret}", secret), shown=shown, last=last).encode()
