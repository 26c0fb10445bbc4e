"""The chat page and the HTTP routes beside it."""
