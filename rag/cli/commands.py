"""What `rag` can be told to do."""

from __future__ import annotations

import typer

from rag.cli import ask, evaluate, index, mcp, migrate, people, serve, worker

app = typer.Typer(
    name="rag",
    help="Chat with a corpus of articles and check every word of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(index.sync)
app.command()(index.add)
app.command()(ask.ask)
app.command()(ask.search)
app.command()(index.status)
app.command()(index.verify)
app.command()(worker.worker)
app.command("migrate")(migrate.migrate_index)
app.command("evaluate")(evaluate.evaluation)
app.command()(serve.serve)
app.command("mcp")(mcp.serve_mcp)
app.add_typer(people.app, name="user")
