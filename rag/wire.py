"""Results as plain JSON values: what `--json` prints and what the HTTP routes answer.

A document is named, not repeated: its text is left out of hits and citations.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    Document,
    Event,
    Passages,
    SearchResult,
    SyncReport,
    TextDelta,
    Verification,
)

if TYPE_CHECKING:
    from rag.plan import Plan


def document_json(document: Document) -> dict[str, Any]:
    """Everything but the text and the map of its places."""
    return {
        field.name: getattr(document, field.name)
        for field in fields(document)
        if field.name not in ("text", "places")
    }


def result_json(result: SearchResult) -> dict[str, Any]:
    """A passage: its document, its place, its score, and why it stands where it stands."""
    document, chunk = result.document, result.chunk
    return {
        "document": document_json(document),
        "place": document.place(chunk.start, chunk.end),
        "chunk": asdict(chunk),
        "score": result.score,
        "legs": {name: asdict(leg) for name, leg in result.legs.items()},
        "explanation": asdict(result.explanation) if result.explanation else None,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A quote and where it stands."""
    return {
        "marker": citation.marker,
        "document": document_json(citation.document),
        "start": citation.start,
        "end": citation.end,
        "place": citation.place,
        "quote": citation.quote,
        "focus": citation.focus._asdict() if citation.focus else None,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer with its citations and passages."""
    return {
        "question": answer.question,
        "text": answer.text,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "language": answer.language,
        "citations": [citation_json(citation) for citation in answer.citations],
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "dropped_markers": answer.dropped_markers,
        "notice": answer.notice,
        "nearest": [citation_json(citation) for citation in answer.nearest],
        "passages": [result_json(result) for result in answer.passages],
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event of a stream; its `type` says which."""
    match event:
        case Passages(results):
            return {"type": "passages", "passages": [result_json(each) for each in results]}
        case TextDelta(text):
            return {"type": "text", "text": text}
        case CheckedSentence():
            return {"type": "sentence", **asdict(event)}
        case Answer():
            return {"type": "answer", **answer_json(event)}


def report_json(report: SyncReport) -> dict[str, Any]:
    """A sync report; failures as objects with `path` and `reason`."""
    return {**asdict(report), "failed": [failure._asdict() for failure in report.failed]}


def plan_json(plan: Plan) -> dict[str, Any]:
    """What a sync would do, by document id; `renamed` gives the old id of a new one."""
    return {
        "added": sorted(plan.added),
        "updated": sorted(plan.updated),
        "removed": sorted(plan.removed),
        "renamed": dict(sorted(plan.renamed.items())),
        "unchanged": plan.unchanged,
        "failed": [failure._asdict() for failure in plan.failed],
    }


def verification_json(found: Verification) -> dict[str, Any]:
    """The problems of an index; `repaired` is the report of the sync that mended them."""
    return {
        "problems": list(found.problems),
        "repaired": report_json(found.repaired) if found.repaired else None,
    }
