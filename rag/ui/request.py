"""What a request says about who is reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from starlette.requests import Request

from rag.people import User
from rag.ui.texts import Texts, languages, preferred, texts

if TYPE_CHECKING:
    import gradio as gr

LANGUAGE_COOKIE = "lang"

#: Names a browser where people do not sign in, so that each has a history of its own.
VISITOR_COOKIE = "visitor"

#: Where the guard of the server puts the `User` who sent a request.
USER_KEY = "rag.user"


#: Gradio's request, which makes copies of what it wraps, has the server's own inside.
AnyRequest: TypeAlias = "Request | gr.Request"


def chosen_language(request: AnyRequest) -> str:
    """The language that the page's own link asks for; empty if it is not that link."""
    chosen = _plain(request).query_params.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in languages() else ""


def language_of(request: AnyRequest) -> str:
    """The language of the page: the one chosen there, else what the browser asks for."""
    if chosen := chosen_language(request):
        return chosen
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return (
        chosen if chosen in languages() else preferred(request.headers.get("accept-language", ""))
    )


def texts_of(request: AnyRequest) -> Texts:
    """The texts in that language."""
    return texts(language_of(request))


def user_of(request: AnyRequest) -> str:
    """Whose history a request is about: who signed in, else the browser; empty if unknown."""
    if user := signed_in(request):
        return f"user:{user.name}"
    visitor = _plain(request).cookies.get(VISITOR_COOKIE, "")
    return f"visitor:{visitor}" if visitor else ""


def signed_in(request: AnyRequest) -> User | None:
    """Who signed in, as the guard of the server found."""
    user = _plain(request).scope.get(USER_KEY)
    return user if isinstance(user, User) else None


def _plain(request: AnyRequest) -> Request:
    inner = getattr(request, "request", request)
    assert isinstance(inner, Request)
    return inner
