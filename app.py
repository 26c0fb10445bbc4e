"""The chat page: `python app.py` is `rag serve`, options included."""

import sys

if __name__ == "__main__":
    from rag.cli import main

    sys.argv.insert(1, "serve")
    main()
