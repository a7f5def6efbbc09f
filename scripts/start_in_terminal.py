"""Start an installed `cockpit demo` in a terminal from an empty folder, look at Today, leave. Used by `make fresh`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from scripts.terminal import Terminal


def main() -> None:
    program = str(Path(sys.argv[1]).absolute())
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(
            [program, "demo", "--anchor", "2026-11-24"],
            columns=120,
            rows=36,
            env={"COCKPIT_HOME": folder, "HOME": folder},
        ) as terminal,
    ):
        terminal.wait_for(r"09:\d\d", limit=90)
        print(terminal.text)
        terminal.press("q")
        code = terminal.wait_end()
    print(f"started, shown, left with {code}")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
