"""`python -m cockpit` and the console script. `--version` is answered before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cockpit import __version__

        sys.stdout.write(f"cockpit {__version__}\n")
        raise SystemExit(0)
    from cockpit.cli.main import run

    raise SystemExit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
