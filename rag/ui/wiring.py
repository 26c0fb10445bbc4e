"""How the page's small events are sent."""

from __future__ import annotations

from typing import Any, Final

#: For what answers at once and is nobody else's business. It goes past the queue, whose
#: stream the browser closes when its last event ends: a question that was asked at that
#: very moment would wait for ever.
UNQUEUED: Final[dict[str, Any]] = {"queue": False, "api_visibility": "private"}
