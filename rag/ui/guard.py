"""What a request must be to be let in: of its own origin, of bearable size, and signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.people import People, User
from rag.ui.request import USER_KEY, texts_of
from rag.ui.signin import LOGIN

#: Gives who sent a request; None if nobody may be.
Identify: TypeAlias = Callable[[Request], Awaitable["User | None"]]

MAX_HEADERS: Final = 100
MAX_BODY: Final = 2**20
_UPLOAD: Final = "/gradio_api/upload"
_JOIN: Final = "/gradio_api/queue/join"
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_OPEN: Final = (LOGIN, "/health")

#: A browser sends one of these with what a page asks for, a program none.
_OF_A_PAGE: Final = ("origin", "referer", "sec-fetch-mode")


class Guard:
    """ASGI middleware that refuses what nobody who uses the page would send."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_upload: int = 0,
        identify: Identify | None = None,
        is_full: Callable[[], bool] = lambda: False,
        only_loopback: bool = False,
    ) -> None:
        """What to let in.

        Args:
            app: What is guarded.
            max_upload: In bytes; 0 allows none.
            identify: Without it everybody may come in.
            is_full: Whether so many questions wait that the page takes no more.
            only_loopback: Refuse requests for another name than this machine's own, which
                another site can give its page to be let in as.
        """
        self._app = app
        self._max_upload = max_upload
        self._identify = identify
        self._is_full = is_full
        self._only_loopback = only_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or refuses it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope)
        is_upload = scope["path"].rstrip("/") == _UPLOAD
        limit = self._max_upload if is_upload else MAX_BODY
        refusal = (
            self._misled(request)
            or _refusal(request, limit)
            or await self._stranger(request)
            or self._busy(request)
        )
        if refusal:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, limit), send)

    def _misled(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if not self._only_loopback or is_loopback(_parts(f"//{host}").hostname or ""):
            return None
        return _refuse(403, "this server is for localhost; another name needs --auth or a --host")

    async def _stranger(self, request: Request) -> Response | None:
        """What somebody is told who has not signed in; notes who has."""
        if self._identify is None:
            return None
        user = await self._identify(request)
        if user:
            request.scope[USER_KEY] = user
        elif request.url.path not in _OPEN:
            if "text/html" in request.headers.get("accept", ""):
                return _to_sign_in(request)
            if any(name in request.headers for name in _OF_A_PAGE):
                # Asked for credentials, a browser would open a box of its own for them.
                return _refuse(401, texts_of(request)["signed_out"])
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
    if origin is not None and _parts(origin).netloc != request.headers.get("host"):
        return _refuse(403, "the request comes from another site")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        return _refuse(413, f"at most {limit:,} bytes are accepted")
    return None


def is_loopback(host: str) -> bool:
    """Whether a name or an address is that of the machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parts(address: str) -> SplitResult:
    """Of an address; all empty if it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _to_sign_in(request: Request) -> Response:
    """To the form, and from there to what was asked for."""
    url = request.url
    wanted = urlencode({"next": f"{url.path}?{url.query}" if url.query else url.path})
    return RedirectResponse(f"{request.scope.get('root_path', '')}{LOGIN}?{wanted}", 303)


def _refuse(status: int, error: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": error}, status, headers)
