"""The response headers that keep a browser from trusting what it is shown."""

from __future__ import annotations

import re
import secrets
from importlib.resources import files

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.ui.request import LANGUAGE_COOKIE, VISITOR_COOKIE, chosen_language, language_of
from rag.ui.texts import translated

_COOKIE = f"Path=/; SameSite=Lax; Max-Age={365 * 24 * 3600}"

#: Goes into the page, because Gradio would run a script of its user's with `eval`.
_SCRIPT = b"<script>%s</script></head>" % (files(__package__) / "page.js").read_bytes()

_SCRIPT_TAG = re.compile(rb"<script\b")


def content_security_policy(nonce: str) -> str:
    """A policy under which a page loads, sends and runs nothing but its own.

    Scripts need the nonce of this response, so markup that slips through an
    escape cannot run; styles may be inline because Gradio's components set them.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class SecurityHeaders:
    """ASGI middleware: a Content-Security-Policy on everything.

    Only the scripts of the page itself get the nonce. Any other HTML, such as a
    file somebody uploaded, stays without.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            send = _Sender(send, Request(scope) if scope["path"] == "/" else None)
        await self._app(scope, receive, send)


class _Sender:
    """Sends one response, with the headers; holds the page back until it is complete."""

    def __init__(self, send: Send, page_for: Request | None) -> None:
        self._send = send
        self._page_for = page_for
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = content_security_policy(self._nonce)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            if self._page_for and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if self._page_for and not message.get("more_body"):
                await self._send_page(self._start, self._page_for)
            return
        await self._send(message)

    async def _send_page(self, start: Message, request: Request) -> None:
        """The page in the reader's language, and its scripts with the nonce."""
        body = translated(self._body, language_of(request)).replace(b"</head>", _SCRIPT, 1)
        body = _SCRIPT_TAG.sub(b'<script nonce="%s"' % self._nonce.encode(), body)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        if chosen := chosen_language(request):
            headers.append("set-cookie", f"{LANGUAGE_COOKIE}={chosen}; {_COOKIE}")
        if VISITOR_COOKIE not in request.cookies:
            visitor = f"{VISITOR_COOKIE}={secrets.token_urlsafe(16)}; HttpOnly; {_COOKIE}"
            headers.append("set-cookie", visitor)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
