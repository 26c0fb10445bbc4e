"""Signing in with a name and a password: the form, the session, and the credentials of programs."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from html import escape
from typing import Final
from urllib.parse import parse_qs

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from rag.people import People, User
from rag.ui.html import html_page
from rag.ui.request import texts_of
from rag.ui.texts import Texts

LOGIN: Final = "/login"
LOGOUT: Final = "/logout"

_SESSION_S: Final = 7 * 24 * 3600
_FAILED_LOGIN_S: Final = 1.0

#: How long right credentials of a program are believed without computing their hash again.
_BASIC_S: Final = 300.0

_STYLE: Final = """
body { max-width: 24rem; margin: 15vh auto; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
label, button { margin-top: 1rem; }
input, button { padding: .5rem; }
"""


class SignIn:
    """Signing in, kept in a cookie that only this process made, until the password changes."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._secret = secrets.token_bytes(32)
        self._trying = anyio.CapacityLimiter(2)  # a try costs a fifth of a second of a core
        self._known: dict[bytes, tuple[str, str, float]] = {}

    async def identify(self, request: Request) -> User | None:
        """The user of a session, or of `Authorization: Basic` for programs."""
        if name := self._signed(request.cookies.get(_session_cookie(request), "")):
            return self._people.get(name)
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        return await self._basic(credentials) if scheme.lower() == "basic" else None

    async def page(self, request: Request) -> Response:
        """The form, and what happens when it is sent."""
        say = texts_of(request)
        if request.method != "POST":
            return HTMLResponse(_form(say, ""))
        sent = parse_qs((await request.body()).decode(errors="replace"))
        name, password = (sent.get(key, [""])[0] for key in ("name", "password"))
        user = await self._check(name, password)
        if user is None:
            await anyio.sleep(_FAILED_LOGIN_S)
            return HTMLResponse(_form(say, say["login_failed"]), 403)
        answer = RedirectResponse(_wanted(request), 303)
        answer.set_cookie(
            _session_cookie(request),
            self._token(user.name),
            max_age=_SESSION_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    async def leave(self, request: Request) -> Response:
        """Signs out: the browser forgets its session."""
        answer = RedirectResponse(f"{request.scope.get('root_path', '')}{LOGIN}", 303)
        answer.delete_cookie(_session_cookie(request))
        return answer

    async def _basic(self, credentials: str) -> User | None:
        key = hmac.digest(self._secret, credentials.encode(), "sha256")
        known, kept, until = self._known.get(key, ("", "", 0.0))
        if time.monotonic() < until and kept == self._people.kept(known):
            return self._people.get(known)
        try:
            name, _, password = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            return None
        kept = self._people.kept(name)
        user = await self._check(name, password)
        if user:
            self._known[key] = (name, kept, time.monotonic() + _BASIC_S)
        return user

    async def _check(self, name: str, password: str) -> User | None:
        return await anyio.to_thread.run_sync(
            self._people.check, name, password, limiter=self._trying
        )

    def _token(self, name: str) -> str:
        text = f"{int(time.time()) + _SESSION_S}.{name.encode().hex()}"
        return f"{text}.{self._mac(text, name)}"

    def _signed(self, token: str) -> str:
        """The name that a session was made for; empty if it was not, or is over."""
        text, _, mac = token.rpartition(".")
        until, _, name_in_hex = text.partition(".")
        try:
            name, is_over = bytes.fromhex(name_in_hex).decode(), int(until) <= time.time()
        except ValueError:
            return ""
        is_own = hmac.compare_digest(mac.encode(), self._mac(text, name).encode())
        return name if is_own and not is_over else ""

    def _mac(self, text: str, name: str) -> str:
        """Over the kept password too, so that another one ends the sessions."""
        signed = f"{text}.{self._people.kept(name)}"
        return hmac.digest(self._secret, signed.encode(), "sha256").hex()


def _session_cookie(request: Request) -> str:
    """The name of the cookie: servers on one machine, whose ports cookies ignore, have each one."""
    _, port = request.scope.get("server") or ("", "")
    return f"session-{port}"


def _wanted(request: Request) -> str:
    """What somebody came for who had to sign in: a path of this server, never another one's."""
    wanted = request.query_params.get("next", "")
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        return wanted
    return f"{request.scope.get('root_path', '')}/"


def _form(say: Texts, error: str) -> str:
    note = f'<p role="alert">{escape(error)}</p>' if error else ""
    body = (
        f"<main><h1>{escape(say['title'])}</h1>{note}"
        '<form method="post">'
        f'<label>{escape(say["login_name"])} <input name="name" autocomplete="username" '
        "required autofocus></label>"
        f'<label>{escape(say["login_password"])} <input name="password" type="password" '
        'autocomplete="current-password" required></label>'
        f"<button>{escape(say['login'])}</button></form></main>"
    )
    return html_page(say["title"], body, language=say["code"], style=_STYLE)
