"""``python -m flowent`` is the command ``flowent``."""

from flowent.cli import main

if __name__ == "__main__":
    main()
