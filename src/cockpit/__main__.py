"""`python -m cockpit` and the console script. `--version` is answered before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cockpit import __version__

        sys.stdout.write(f"cockpit {__version__}\n")
        raise SystemExit(0)
    os.umask(0o077)  # whatever is written holds customers: for this user alone
    # What imports build stays: looking for garbage in it costs a third of the processor time of a short command.
    gc.set_threshold(100_000, 10, 10)
    from cockpit.cli.main import run

    code = run(sys.argv[1:])
    gc.freeze()  # nor is it looked through at the end
    raise SystemExit(code)


if __name__ == "__main__":
    main()
