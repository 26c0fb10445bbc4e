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
    """Signing in: this process alone knows who did, until the password changes."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._secret = secrets.token_bytes(32)
        self._trying = anyio.CapacityLimiter(2)  # a try costs a fifth of a second of a core
        # By the digest of a session or of credentials: name, what was kept of the password, end.
        self._known: dict[bytes, tuple[str, str, float]] = {}

    async def identify(self, request: Request) -> User | None:
        """The user of a session, or of `Authorization: Basic` for programs."""
        if user := self._believed(_session(request)):
            return user
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        return await self._basic(credentials) if scheme.lower() == "basic" else None

    async def page(self, request: Request) -> Response:
        """The form, and what happens when it is sent."""
        say = texts_of(request)
        if request.method != "POST":
            return HTMLResponse(_form(say, ""))
        sent = parse_qs((await request.body()).decode(errors="replace"))
        name, password = (sent.get(key, [""])[0] for key in ("name", "password"))
        token = secrets.token_urlsafe(32)
        if not await self._check(name, password, f"session {token}", _SESSION_S):
            await anyio.sleep(_FAILED_LOGIN_S)
            return HTMLResponse(_form(say, say["login_failed"]), 403)
        answer = RedirectResponse(_wanted(request), 303)
        answer.set_cookie(
            _session_cookie(request),
            token,
            max_age=_SESSION_S,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    async def leave(self, request: Request) -> Response:
        """Signs out: the session ends, and the browser forgets it."""
        self._known.pop(self._digest(_session(request)), None)
        answer = RedirectResponse(f"{request.scope.get('root_path', '')}{LOGIN}", 303)
        answer.delete_cookie(_session_cookie(request))
        return answer

    async def _basic(self, credentials: str) -> User | None:
        claim = f"basic {credentials}"
        if user := self._believed(claim):
            return user
        try:
            name, _, password = base64.b64decode(credentials).decode().partition(":")
        except ValueError:
            return None
        return await self._check(name, password, claim, _BASIC_S)

    async def _check(self, name: str, password: str, claim: str, seconds: float) -> User | None:
        """The user, if the password is right: then the claim is believed for so long."""
        kept, now = self._people.kept(name), time.monotonic()
        user = await anyio.to_thread.run_sync(
            self._people.check, name, password, limiter=self._trying
        )
        if user:
            self._known = {key: each for key, each in self._known.items() if each[2] > now}
            self._known[self._digest(claim)] = (name, kept, now + seconds)
        return user

    def _believed(self, claim: str) -> User | None:
        """Who made a claim that was checked; nobody once the password is another one."""
        name, kept, until = self._known.get(self._digest(claim), ("", "", 0.0))
        is_valid = time.monotonic() < until and kept == self._people.kept(name)
        return self._people.get(name) if is_valid else None

    def _digest(self, claim: str) -> bytes:
        return hmac.digest(self._secret, claim.encode(), "sha256")


def _session(request: Request) -> str:
    """What a browser claims."""
    return f"session {request.cookies.get(_session_cookie(request), '')}"


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
