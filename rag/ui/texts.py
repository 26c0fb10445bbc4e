"""The page's own words. A language is one entry here."""

from __future__ import annotations

#: By language, then by key; every language has the keys of English.
TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "# Ask the articles",
        "intro": "Every answer quotes the articles word for word; a marker such as [1] leads to "
        "the passage. If the articles do not answer, it says so.",
        "question": "Your question",
        "placeholder": "Ask in any language",
        "ask": "Ask",
        "examples": "Examples",
        "chat": "Conversation",
        "sources": "## Passages",
        "no_sources": "The passages behind an answer appear here.",
    },
    "fr": {
        "title": "# Interroger les articles",
        "intro": "Chaque réponse cite les articles mot pour mot ; un repère comme [1] mène au "
        "passage. Si les articles ne répondent pas, c’est dit.",
        "question": "Votre question",
        "placeholder": "Posez votre question dans n’importe quelle langue",
        "ask": "Demander",
        "examples": "Exemples",
        "chat": "Conversation",
        "sources": "## Passages",
        "no_sources": "Les passages à l’appui d’une réponse apparaissent ici.",
    },
}

#: Questions to the articles that come with the project.
EXAMPLES = (
    "Qui a co-présidé la session ?",
    "Who co-chaired the session?",
    "Où la session s’est-elle déroulée ?",
    "Where did the session take place?",
    "What is the capital of Japan?",
)
