"""What is measured beside each other, each in a process of its own: see benchmarks/peers.py."""
