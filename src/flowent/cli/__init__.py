"""The terminal."""

import sys


def main() -> None:
    """Run the command line; whatever goes wrong in a way that was foreseen is one plain sentence, never a traceback."""
    from flowent.cli.app import app
    from flowent.cli.errors import CommandError
    from flowent.config import ConfigError
    from flowent.store.base import StoreError

    try:
        app()
    except (CommandError, ConfigError, StoreError) as error:
        sys.stderr.write(f"flowent: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
