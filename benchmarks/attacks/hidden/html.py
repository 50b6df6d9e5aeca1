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


def _moving(rules: str, animation: str, base: str = "") -> tuple[str, str]:
    return f"<style>@keyframes k{{{rules}}}.note{{{base};animation:{animation}}}</style>", (
        '<div class="note">{secret}</div>'
    )


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
    "sheet in its own address": (
        '<link rel="stylesheet" href="data:text/css,.note{display:none}">',
        '<div class="note">{secret}</div>',
    ),
    "imported sheet in its own address": _classed(
        '@import "data:text/css;base64,Lm5vdGV7ZGlzcGxheTpub25lfQ==";'
    ),
    "sheet that is not for paper": (
        '<style media="not print">.note{display:none}</style>',
        '<div class="note">{secret}</div>',
    ),
    "sheet of a million letters": _classed("/*" + "x" * 1_000_000 + "*/.note{display:none}"),
    "range of widths": _classed("@media (400px <= width < 9000px){.note{display:none}}"),
    "one of two conditions": _classed("@media (width < 1px) or (orientation:landscape){.note{display:none}}"),
    "condition that is denied": _classed("@media not (max-width:1px){.note{display:none}}"),
    "deep at-rules": _classed("@media all{" * 20 + ".note{display:none}" + "}" * 20),
    "rule in a rule": _classed("body{color:#000;& .note{display:none}}"),
    "rule in a rule, without a sign": _classed("body{div.other,.note{display:none}}"),
    "query in a rule": _classed(".note{@media screen{display:none}}"),
    "what a variable falls back to": _inline("display:var(--unset,none)"),
    "variable in a colour": _classed(":root{--white:255}.note{color:rgb(var(--white) 255 255)}"),
    "layer that is weaker": _classed(
        "@layer a{#i{display:block}}.note{display:none}", '<p id="i" class="note">{secret}</p>'
    ),
    "layers in their order": _classed(
        "@layer b,a;@layer a{.note{display:none}}@layer b{#i{display:block}}",
        '<p id="i" class="note">{secret}</p>',
    ),
    "important in a weaker layer": _classed(
        "@layer a{.note{display:none!important}}#i{display:block!important}",
        '<p id="i" class="note">{secret}</p>',
    ),
    "off the screen by the direction of text": _inline("position:absolute;inset-inline-start:-9999px"),
    "far margin by the direction of text": _inline("margin-inline:-9999px 0"),
    "height 0 by the direction of text": _inline("block-size:0;overflow:hidden"),
    "indent of the whole width": _inline("text-indent:100%;white-space:nowrap;overflow:hidden"),
    "below the line that is shown": (
        "",
        '<p style="width:9em;height:1.2em;overflow:hidden">See table of berths.<br>{secret}</p>',
    ),
    "below the lines of a clamp": (
        "",
        '<p style="-webkit-line-clamp:1;overflow:hidden">See table of berths.<br>{secret}</p>',
    ),
    "for browsers without frames": ("", "<noframes>{secret}</noframes>"),
    "for browsers without plugins": ("", "<noembed>{secret}</noembed>"),
    "in a meter": ("", '<meter value=".5">{secret}</meter>'),
    "in a bar of progress": ("", '<progress value="1" max="2">{secret}</progress>'),
    "popover": ("", "<div popover>{secret}</div>"),
    "under a shadow root": (
        "",
        '<div><template shadowrootmode="open">See table of berths.</template>{secret}</div>',
    ),
    "white on a gradient that is clear": _inline("color:#fff;background:linear-gradient(#fff0,#0000)"),
    "shadow far away": _inline("color:transparent;text-shadow:9999px 0 #000"),
    "stroke of no width": _inline("color:#fff;-webkit-text-stroke:0 #000"),
    "filled with a white ground": _inline("background:#fff;-webkit-background-clip:text;color:transparent"),
    "white value of a field": ("", '<p>Name: <input value="{secret}" style="color:#fff"></p>'),
    "white links": ("<style>body{color:#000}</style>", '<p><a href="x" style="color:#fff">{secret}</a></p>'),
    "colour without its sign": ("", '<p><font color="ffffff">{secret}</font></p>'),
    "dots for letters": _inline("-webkit-text-security:disc"),
    "opacity calculated": _inline("opacity:calc(1 - 1)"),
    "smaller and smaller": (
        "",
        '<span style="font-size:smaller">' * 20 + "{secret}" + "</span>" * 20,
    ),
    "hidden cell": (
        "",
        '<table><tr><th>A<th>B</tr><tr><td>1<td><span style="display:none">{secret}</span></tr></table>',
    ),
    "hidden row": (
        "",
        '<table><tr><th>A<th>B</tr><tr style="display:none"><td>1<td>{secret}</tr></table>',
    ),
    **{
        f"by a style that shows nothing: {style}": _inline(style)
        for style in (
            "mask-image:linear-gradient(transparent,#0000)",
            "-webkit-mask:linear-gradient(#000,#000) 0 0/0 0 no-repeat",
            "mask-image:linear-gradient(#000,#000);mask-mode:luminance",
            "clip-path:polygon(0 0,100% 100%,0 0)",
            "clip-path:ellipse(50% 0)",
            "clip-path:circle(9px at -9999px 0)",
            "clip-path:xywh(0 0 0 0)",
            "-webkit-clip-path:inset(50%)",
            "scale:0%",
            "transform:scale(calc(1 - 1))",
            "transform:matrix(1,1,1,1,0,0)",
            "transform:matrix(1,0,0,1,-9999,0)",
            "transform:scale(99) translate(-99px)",
            "transform:matrix3d(0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1)",
            "transform:rotate3d(0,1,0,90deg)",
            "transform:rotateX(.25turn)",
            "transform:rotateX(45deg) rotateX(45deg)",
            "rotate:y 90deg",
            "transform:skew(90deg)",
            "-webkit-transform:scale(0)",
            "transform:rotateY(180deg);backface-visibility:hidden",
            "filter:blur(50px)",
            "-webkit-filter:opacity(0)",
            "contain:strict;height:0",
            "contain:paint;width:0;white-space:nowrap",
            "content-visibility:auto;height:0",
            "color:color-mix(in oklch,transparent 100%,red)",
            "color:rgb(from red r g b/0)",
            "position:fixed;top:99999px",
            "position:absolute;right:9999px",
        )
    },
    **{
        f"by a style that a value that is none does not undo: {style}": _inline(style)
        for style in (
            "display:none;display:bogus",
            "visibility:hidden;visibility:no",
            "opacity:0;opacity:red",
            "color:#fff;color:nonsense",
            "color:#fff;background:#000 bogus",
            "color:#fff;text-shadow:0 0 4px #000 bogus",
            "font-size:0;font-size:-5px",
            "position:absolute;left:-9999px;left:bogus",
            "clip-path:inset(50%);clip-path:foo(1)",
            "transform:scale(0);transform:scalr(1)",
            "height:0;overflow:hidden;height:red",
            "height:0;overflow:hidden;overflow:blah",
            "filter:opacity(0);filter:clear(1)",
        )
    },
    **{
        f"by an animation: {rules} {animation}": _moving(rules, animation)
        for rules, animation in (
            ("to{opacity:0}", "k .01s forwards"),
            ("100%{visibility:hidden}", "1ms both k"),
            ("50%{opacity:1}to{opacity:0;display:none}", "k 1s ease-in 2 forwards"),
            ("from{opacity:0}", "k 1s reverse both"),
            ("from{opacity:0}to{opacity:1}", "k 1s alternate 2 forwards"),
            ("from{opacity:0}", "k 1s paused"),
            ("from{opacity:0}", "k 9999999s"),
            ("from{opacity:0}", "k 1s 99999s backwards"),
            ("from{opacity:0}to{opacity:0}", "k 1s infinite"),
            ("0%,100%{transform:scale(0)}", "k 3s linear infinite alternate"),
            ("to{transform:translateX(-9999px)}", "'k' 0s both"),
            ("to{opacity:0}", "k 200s step-start"),
            ("to{opacity:0}", "k 1000s -999s paused"),
            ("from{color:#fff}to{color:#fff}", "none, k 5s infinite"),
            ("to{font-size:0}", "k cubic-bezier(0,0,1,1) .1s 1 normal forwards running"),
            ("to{clip-path:inset(50%)}", "k .1s .1s forwards"),
        )
    },
    **{
        f"by how it is blended: {style}": _inline(style)
        for style in (
            *(
                f"mix-blend-mode:{mode}"
                for mode in ("screen", "lighten", "color-dodge", "plus-lighter", "difference", "exclusion")
            ),
            *(f"mix-blend-mode:{mode}" for mode in ("overlay", "soft-light", "color-burn", "hue", "color")),
            "background:#000;color:#fff;mix-blend-mode:lighten",
            "color:#fff;background:#000;mix-blend-mode:screen",
            "color:#888;mix-blend-mode:screen;position:relative",
            "mix-blend-mode:difference;mix-blend-mode:bogus",
        )
    },
    "blended on a dark box": (
        "",
        '<div style="background:#000;color:#fff;isolation:isolate">'
        '<p style="mix-blend-mode:multiply">{secret}</p></div>',
    ),
    "blended above and below": (
        "",
        '<div style="mix-blend-mode:normal"><div style="mix-blend-mode:multiply">'
        '<p style="mix-blend-mode:normal;color:#fff">{secret}</p></div></div>',
    ),
    **{
        f"by perspective: {style}": _inline(style)
        for style in (
            "transform:perspective(1px) translateZ(-10000px)",
            "transform:perspective(100px) translateZ(101px)",
            "transform:perspective(1px) translateZ(-500px) translateX(9px)",
            "transform:perspective(100px) translateZ(99.9px) translateX(-20px)",
            "transform:matrix3d(1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,100)",
        )
    },
    "far from who looks": (
        "",
        '<div style="perspective:1px"><p style="transform:translateZ(-9000px)">{secret}</p></div>',
    ),
    "behind who looks": (
        "",
        '<div style="perspective:50px"><p style="transform:translateZ(60px)">{secret}</p></div>',
    ),
    "animation by its parts": _classed(
        "@-webkit-keyframes 'k k'{to{opacity:0}}"
        ".note{animation-name:'k k';animation-duration:10ms;-webkit-animation-fill-mode:forwards}"
    ),
    "animation that a later one does not undo": _classed(
        "@keyframes a{to{opacity:1}}@keyframes b{to{opacity:0}}.note{animation:a 1s both,b 1s both}"
    ),
    "important value that an animation does not undo": _classed(
        "@keyframes k{to{opacity:1}}.note{opacity:0!important;animation:k 1s both}"
    ),
    "keyframes in a query": _classed("@media screen{@keyframes k{to{opacity:0}}.note{animation:k 1s both}}"),
    "class that a value that is none does not undo": _classed(
        ".note{display:none}#i{display:shown}", '<p id="i" class="note">{secret}</p>'
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
    "hidden on paper only, by a sheet": (
        '<style media="print">.note{display:none}</style>',
        '<div class="note">{secret}</div>',
    ),
    "range that does not hold": _classed("@media (width < 400px){.note{display:none}}"),
    "condition denied, as it holds": _classed("@media not all and (min-width:1px){.note{display:none}}"),
    "rule in another rule": _classed(".other{& .note{display:none}}"),
    "variable that is set": _classed(":root{--way:block}.note{display:var(--way,none)}"),
    "layer that is stronger": _classed(
        "@layer a{.note{display:none}}@layer b{.note{display:block}}",
    ),
    "two lines of a box of three": (
        "",
        '<p style="height:3.6em;overflow:hidden">See table of berths.<br>{secret}</p>',
    ),
    "long list of a box": (
        "",
        '<div style="height:60px;overflow:hidden;display:flex">'
        + "<div>Berth</div>" * 12
        + "<p>{secret}</p></div>",
    ),
    "shadow root with a slot": (
        "",
        '<div><template shadowrootmode="open">See <slot></slot></template>{secret}</div>',
    ),
    "white with a shadow": _inline("color:#fff;text-shadow:0 0 4px #000"),
    "white with a stroke": _inline("color:#fff;-webkit-text-stroke:1px #000"),
    "filled with a dark ground": _inline("background:#123;-webkit-background-clip:text;color:transparent"),
    "field of a dark page": (
        "<style>body{background:#111;color:#eee}</style>",
        '<p>Name: <input value="{secret}" style="background:transparent;color:inherit"></p>',
    ),
    **{
        f"by a style that shows it: {style}": _inline(style)
        for style in (
            "mask:linear-gradient(#000,transparent)",
            "mask-image:url(x.png)",
            "mask:none",
            "mask-image:linear-gradient(lab(50% 90 90),transparent)",
            "clip-path:polygon(0 0,100% 0,100% 100%)",
            "clip-path:circle(50%)",
            "clip-path:xywh(0 0 100% 100%)",
            "scale:100%",
            "transform:scaleX(-1)",
            "transform:matrix3d(1,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1)",
            "transform:rotate(90deg)",
            "transform:rotate3d(0,0,1,90deg)",
            "transform:rotateY(180deg)",
            "transform:translate(-9999px) translate(9999px)",
            "transform:skew(20deg);backface-visibility:hidden",
            "transform:rotateX(45deg) rotateX(-45deg)",
            "filter:blur(1px) opacity(100%)",
            "mix-blend-mode:multiply",
            *(f"mix-blend-mode:{mode}" for mode in ("darken", "hard-light", "luminosity", "plus-darker")),
            "background:url(a.png);mix-blend-mode:difference;color:#fff",
            "color:#fff;mix-blend-mode:difference",
            "color:#fff;background:#fff;mix-blend-mode:difference;text-shadow:0 0 1px #000",
            "mix-blend-mode:screen;mix-blend-mode:normal",
            "transform:perspective(500px) rotateX(20deg)",
            "transform:perspective(500px) translateZ(100px)",
            "transform:perspective(none) translateZ(-9999px)",
            "transform:translateZ(-9999px)",
            "perspective:1px",
            "contain:layout;height:0",
            "color:color-mix(in srgb,black 50%,red)",
            "display:none;display:-webkit-box",
            "display:none;display:var(--x,block)",
            "display:none;display:inline flow-root",
            "display:none;all:unset",
            "opacity:0;opacity:calc(1/2)",
            "color:#fff;background:#000 no-repeat 0 0/cover",
            "font-size:0;font-size:clamp(1rem,2vw,2rem)",
            "position:absolute;left:-9999px;left:auto",
            "height:0;overflow:hidden;height:fit-content",
            "transform:scale(0);transform:none",
            "visibility:hidden;visibility:inherit",
        )
    },
    **{
        f"blended with nothing behind it: {style}": (
            "",
            f'<div style="{style}"><p style="mix-blend-mode:difference">{{secret}}</p></div>',
        )
        for style in (
            "isolation:isolate",
            "opacity:.9",
            "transform:scale(1)",
            "position:relative;z-index:1",
            "position:sticky",
            "contain:paint",
        )
    },
    "near to who looks": (
        "",
        '<div style="perspective:500px"><p style="transform:rotateY(30deg)">{secret}</p></div>',
    ),
    "perspective of a farther one": (
        "",
        '<div style="perspective:1px"><div><p style="transform:translateZ(-9000px)">{secret}</p></div></div>',
    ),
    **{
        f"by an animation that shows it: {rules} {animation} {base}": _moving(rules, animation, base)
        for rules, animation, base in (
            ("to{opacity:1}", "k 1s forwards", "opacity:0"),
            ("from{opacity:0}", "k 1s", ""),
            ("from{opacity:0}to{opacity:1}", "k 1s 3s both", "opacity:0"),
            ("to{opacity:0}", "k 1s", ""),
            ("to{opacity:0}", "k 1s 30s forwards", ""),
            ("50%{opacity:0}", "k 2s infinite", ""),
            ("0%,100%{opacity:1}", "k 9s 20s", "opacity:0"),
            ("50%{opacity:1}", "k 2s infinite", "opacity:0"),
            ("from{transform:translateX(-9999px)}", "k 20s linear infinite", ""),
            ("to{opacity:0}", "k 100000s", ""),
            ("to{opacity:0}", "other 1s forwards", ""),
            ("to{opacity:0}", "k 1s 0 forwards", ""),
            ("to{opacity:0!important}", "k 1s forwards", ""),
            ("to{opacity:0}", "k 1s forwards;animation:none", ""),
            ("from{opacity:0}to{opacity:1}", "k 1s both;animation-timeline:view()", "opacity:0"),
            ("from{opacity:0}", "k 1s both", ""),
        )
    },
    "old colour of any text": ("", '<p><font color="fff">{secret}</font></p>'),
    "link in white text": ("", '<p>See <span style="color:#fff"><a href="x">{secret}</a></span></p>'),
}


def page(trick: tuple[str, str], shown: str, secret: str, last: str) -> bytes:
    """A page that shows two sentences, with a third put in by a trick."""
    head, body = trick
    return _PAGE.format(head=head, body=body.replace("{secret}", secret), shown=shown, last=last).encode()
