"""Speed and quality, each one command; they read the public sets in ../shared/data."""
