"""A web page -> its article: text, title, date, authors, address."""

from rag.load.html.page import read_html, read_page, whole_body, whole_text

__all__ = ["read_html", "read_page", "whole_body", "whole_text"]
