"""A web page -> its article: text, title, date, authors, address."""

from rag.load.html.page import Page, parse, read_html, read_page, whole_text

__all__ = ["Page", "parse", "read_html", "read_page", "whole_text"]
