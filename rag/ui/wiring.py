"""How the page's small events are sent."""

from __future__ import annotations

from typing import Any, Final

#: For what answers at once and is nobody else's business. It goes past the queue, whose
#: stream the browser closes when its last event ends: a question that was asked at that
#: very moment would wait for ever.
UNQUEUED: Final[dict[str, Any]] = {"queue": False, "api_visibility": "private"}

#: The same where nobody has to see that something is at work.
QUIET: Final[dict[str, Any]] = {**UNQUEUED, "show_progress": "hidden"}

#: For a question and its answer. Values pass as they are: Gradio would otherwise hand each one
#: over to a thread and back, which costs more than all else that the page does for an answer.
ASKING: Final[dict[str, Any]] = {
    "preprocess": False,
    "postprocess": False,
    "api_visibility": "private",
}
