"""What a request must be to be let in: of its own origin, of bearable size, and signed in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from html import escape
from typing import Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.people import People, User
from rag.ui.request import USER_KEY, texts_of
from rag.ui.texts import Texts

#: Gives who sent a request; None if nobody may be.
Identify: TypeAlias = Callable[[Request], Awaitable["User | None"]]

MAX_HEADERS: Final = 100
MAX_BODY: Final = 2**20
_UPLOAD: Final = "/gradio_api/upload"
_JOIN: Final = "/gradio_api/queue/join"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_SESSION_COOKIE: Final = "session"
_SESSION_S: Final = 7 * 24 * 3600
_LOGIN: Final = "/login"
_OPEN: Final = (_LOGIN, "/health")
_FAILED_LOGIN_S: Final = 1.0

#: How long right credentials of a program are believed without computing their hash again.
_BASIC_S: Final = 300.0

_STYLE: Final = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 24rem; margin: 15vh auto; padding: 1rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
label, button { margin-top: 1rem; }
input, button { padding: .5rem; }
"""


class Guard:
    """ASGI middleware that refuses what nobody who uses the page would send."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_upload: int = 0,
        identify: Identify | None = None,
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        """What to let in.

        Args:
            app: What is guarded.
            max_upload: In bytes; 0 allows none.
            identify: Without it everybody may come in.
            is_full: Whether so many questions wait that the page takes no more.
        """
        self._app = app
        self._max_upload = max_upload
        self._identify = identify
        self._is_full = is_full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or refuses it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope)
        is_upload = scope["path"].rstrip("/") == _UPLOAD
        limit = self._max_upload if is_upload else MAX_BODY
        refusal = _refusal(request, limit) or await self._stranger(request) or self._busy(request)
        if refusal:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, limit), send)

    async def _stranger(self, request: Request) -> Response | None:
        """What somebody is told who has not signed in; notes who has."""
        if self._identify is None:
            return None
        user = await self._identify(request)
        if user:
            request.scope[USER_KEY] = user
        elif request.url.path not in _OPEN:
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("login", 303)
            return _refuse(401, "sign in first", {"WWW-Authenticate": 'Basic realm="corpus-chat"'})
        return None

    def _busy(self, request: Request) -> Response | None:
        """What a reader is told when the queue is full, in the language of the page.

        Gradio says it in English only, and to programs, which send no origin, in their way.
        """
        if request.url.path != _JOIN or "origin" not in request.headers or not self._is_full():
            return None
        return _refuse(429, texts_of(request)["busy"], {"Retry-After": "2"})


class _Limited:
    """Receives a body of at most so many bytes; a longer one is cut off as if its sender left."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


class SignIn:
    """Signing in with a name and a password, kept in a cookie that only this process made."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._secret = secrets.token_bytes(32)
        self._trying = anyio.CapacityLimiter(2)  # a try costs a fifth of a second of a core
        self._known: dict[bytes, tuple[str, float]] = {}

    async def identify(self, request: Request) -> User | None:
        """The user of a session, or of `Authorization: Basic` for programs."""
        if name := self._signed(request.cookies.get(_SESSION_COOKIE, "")):
            return self._people.get(name)
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        return await self._basic(credentials) if scheme.lower() == "basic" else None

    async def _basic(self, credentials: str) -> User | None:
        key = hmac.digest(self._secret, credentials.encode(), "sha256")
        known, until = self._known.get(key, ("", 0.0))
        if time.monotonic() < until:
            return self._people.get(known)
        try:
            name, _, password = base64.b64decode(credentials).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        user = await self._check(name, password)
        if user:
            self._known[key] = (name, time.monotonic() + _BASIC_S)
        return user

    async def _check(self, name: str, password: str) -> User | None:
        return await anyio.to_thread.run_sync(
            self._people.check, name, password, limiter=self._trying
        )

    async def page(self, request: Request) -> Response:
        """The form, and what happens when it is sent."""
        say = texts_of(request)
        if request.method == "GET":
            return HTMLResponse(_form(say, ""))
        sent = parse_qs((await request.body()).decode(errors="replace"))
        name, password = (sent.get(key, [""])[0] for key in ("name", "password"))
        user = await self._check(name, password)
        if user is None:
            await anyio.sleep(_FAILED_LOGIN_S)
            return HTMLResponse(_form(say, say["login_failed"]), 403)
        answer = RedirectResponse("./", 303)
        answer.set_cookie(
            _SESSION_COOKIE,
            self._token(user.name),
            max_age=_SESSION_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    def _token(self, name: str) -> str:
        text = f"{int(time.time()) + _SESSION_S}.{name.encode().hex()}"
        return f"{text}.{self._mac(text)}"

    def _signed(self, token: str) -> str:
        """The name that a session was made for; empty if it was not, or is over."""
        text, _, mac = token.rpartition(".")
        if not text or not hmac.compare_digest(mac.encode(), self._mac(text).encode()):
            return ""
        until, _, name = text.partition(".")
        return bytes.fromhex(name).decode() if int(until) > time.time() else ""

    def _mac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def by_header(name: str, people: People | None) -> Identify:
    """Believes a header that a reverse proxy sets; roles come from the users, if there are any."""

    async def identify(request: Request) -> User | None:
        user = request.headers.get(name, "").strip()
        if not user:
            return None
        return (people and people.get(user)) or User(user, "reader")

    return identify


def _refusal(request: Request, limit: int) -> Response | None:
    """What is answered to a request that nobody who uses the page would send."""
    if len(request.scope["headers"]) > MAX_HEADERS:
        return _refuse(431, f"at most {MAX_HEADERS} headers are accepted")
    if request.method in _SAFE:
        return None
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return _refuse(403, "the request comes from another site")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        return _refuse(413, f"at most {limit:,} bytes are accepted")
    return None


def _refuse(status: int, error: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": error}, status, headers)


def _form(say: Texts, error: str) -> str:
    note = f'<p role="alert">{escape(error)}</p>' if error else ""
    return (
        f'<!doctype html><html lang="{say["code"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(say['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(say['title'])}</h1>{note}"
        '<form method="post" action="login">'
        f'<label>{escape(say["login_name"])} <input name="name" autocomplete="username" '
        "required autofocus></label>"
        f'<label>{escape(say["login_password"])} <input name="password" type="password" '
        'autocomplete="current-password" required></label>'
        f"<button>{escape(say['login'])}</button></form></main></body></html>"
    )
