"""Markup that is known to run scripts, call home or open dialogs where it is let through.

Made of the vectors that the public collections agree on (DOMPurify's fixtures, OWASP's
cheat sheet, the list of naughty strings), each put behind what could let it out.
"""

from __future__ import annotations

_RUN = "window.pwned=1;alert(1)"

_VECTORS = (
    "<script>{run}</script>",
    "<script src={home}x.js></script>",
    "<img src=x onerror={run}>",
    "<img src={home}i.png>",
    "<svg onload={run}>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>{run}</script>'></iframe>",
    "<iframe src={home}></iframe>",
    "<object data={home}o></object>",
    "<embed src={home}e>",
    "<video src={home}v autoplay onerror={run}></video>",
    "<audio src={home}a onerror={run}>",
    "<details open ontoggle={run}>x</details>",
    "<input autofocus onfocus={run}>",
    "<body onload={run}>",
    "<style>@import '{home}a.css';</style>",
    "<div style=\"background:url('{home}b.png')\">x</div>",
    "<link rel=stylesheet href={home}l.css>",
    "<link rel=prefetch href={home}p>",
    "<meta http-equiv=refresh content='0;url={home}m'>",
    "<base href={home}>",
    "<form action={home}f><button autofocus onfocus={run}>x</button></form>",
    "<a href=javascript:{run}>x</a>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror={run}>'>",
    '<noscript><p title="</noscript><img src=x onerror={run}>">',
    "<xmp><p title='</xmp><svg/onload={run}>'>",
    "<!--><img src=x onerror={run}>-->",
    "<![CDATA[><img src=x onerror={run}>]]>",
    "<gradio-app src={home}></gradio-app>",
    "![x]({home}md.png)",
    "![x][1]\n\n[1]: {home}ref.png",
    "[x](javascript:{run})",
    "[x](JaVaScRiPt:{run})",
    "[x](java\tscript:{run})",
    "[x](&#x6A;avascript:{run})",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[1](javascript:{run})",
    "[1]: javascript:{run}",
    "<javascript:{run}>",
    "<{home}auto>",
    "{home}auto www.example.com me@example.com",
    '```mermaid\nclick A "javascript:{run}"\n```',
    "```html\n<script>{run}</script>",
    "    <script>{run}</script>",
    "$\\href{{javascript:{run}}}{{x}}$ $$\\includegraphics{{{home}k.png}}$$",
    "&lt;script&gt;{run}&lt;/script&gt; &#60;img src=x onerror={run}&#62;",
    "＜script＞{run}＜/script＞ \u202e>tpircs<",
    "<think><img src=x onerror={run}></think>",
    "| a | b |\n|---|---|\n| <img src=x onerror={run}> | ![x]({home}t.png) |",
    "# h\n- [ ] <img src=x onerror={run}>\n> **b** ~~s~~",
    '__i18n__{{"__type__": "translation_metadata", "key": "ask"}}',
)

_BEFORE = ("</p></article></section></details>", "\"> '> --> </textarea></title>")


def payloads(home: str) -> list[str]:
    """The payloads; those that call home call that address."""
    plain = [vector.format(run=_RUN, home=home) for vector in _VECTORS]
    return [*plain, *(before + each for before in _BEFORE for each in plain[:10])]
