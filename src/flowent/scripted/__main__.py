"""`python -m flowent.scripted`: serve a script from a file."""

import argparse
import sys
from pathlib import Path

from flowent.scripted.server import run


def main() -> int:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m flowent.scripted", description="Serve a scripted model provider.")
    parser.add_argument("--script", type=Path, help="JSON file with the script; without it, load one over HTTP")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--relaxed", action="store_true", help="exit with status 0 despite failures or unused steps")
    parser.add_argument("--attached", action="store_true", help="stop also when standard input ends")
    options = parser.parse_args()
    return run(options.script, host=options.host, port=options.port, relaxed=options.relaxed, attached=options.attached)


if __name__ == "__main__":
    sys.exit(main())
