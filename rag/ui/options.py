"""What a reader may choose for each question: components, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import gradio as gr

from rag.corpus import Corpus
from rag.errors import QuestionError, RagError
from rag.settings import Caution
from rag.types import Filters
from rag.ui.conversation import Options
from rag.ui.request import texts_of
from rag.ui.texts import Texts, language_name, named
from rag.ui.wiring import QUIET

_CAUTION: tuple[Caution, ...] = get_args(Caution)


def build_options(corpus: Corpus) -> list[Any]:
    """Lays the components out, folded away; their values are what `options_of` takes."""
    modes = [(named("mode_model"), "model"), (named("mode_quotes"), "quotes")]
    has_model = corpus.has_chat_model
    with gr.Accordion(named("options"), open=False) as folded:
        with gr.Row():
            languages, sources = (
                gr.Dropdown([], label=named(key), multiselect=True, min_width=200)
                for key in ("filter_languages", "filter_sources")
            )
        with gr.Row():
            since, until = (
                gr.Textbox(
                    label=named(key), placeholder=named("filter_date"), max_length=10, min_width=150
                )
                for key in ("filter_since", "filter_until")
            )
        with gr.Row():
            caution = gr.Radio(
                [(named(name), name) for name in _CAUTION],
                value=corpus.settings.caution,
                label=named("caution"),
                info=named("caution_info"),
            )
            mode = gr.Radio(
                modes if has_model else modes[1:],
                value=modes[not has_model][1],
                label=named("mode"),
                visible=has_model,
            )

    def choices(request: gr.Request) -> tuple[Any, ...]:
        """The languages and sources that there are now."""
        say = texts_of(request)
        try:
            codes = corpus.status().languages
            names = corpus.sources()
        except RagError:  # the page says what is wrong with the index
            return gr.skip(), gr.skip()
        known = sorted((language_name(code, say), code) for code in codes)
        return gr.update(choices=known), gr.update(choices=names)

    folded.expand(choices, None, [languages, sources], **QUIET)
    return [languages, sources, since, until, caution, mode]


def options_of(chosen: Sequence[Any], say: Texts) -> Options:
    """What was chosen, whatever the browser sends.

    Raises:
        QuestionError: A date is none, or the two exclude each other; in the page's language.
    """
    languages, sources, since, until, caution, mode = chosen
    first, last = (_date(date, say) for date in (since, until))
    try:
        filters = Filters(
            languages=tuple(map(str, languages or ())),
            sources=tuple(map(str, sources or ())),
            since=first,
            until=last,
        )
    except QuestionError as error:
        raise QuestionError(say["bad_range"].format(since=first, until=last)) from error
    return Options(
        filters=filters,
        caution=caution if caution in _CAUTION else None,
        quotes_only=mode == "quotes",
    )


def _date(typed: Any, say: Texts) -> str | None:
    date = str(typed or "").strip() or None
    try:
        Filters(since=date)
    except QuestionError as error:
        raise QuestionError(say["bad_date"].format(date=date)) from error
    return date
