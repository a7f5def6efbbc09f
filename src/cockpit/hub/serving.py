"""Run the hub: in the foreground, or embedded in another process that it must not outlive."""

from __future__ import annotations

import errno
import gc
import json
import os
import socket
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import uvicorn
from sqlalchemy.engine import make_url

from cockpit.errors import BadUse, PortRefused, PortTaken
from cockpit.hub import running
from cockpit.hub.app import create_app
from cockpit.hub.limits import Rate
from cockpit.hub.upstream import opening
from cockpit.i18n import _
from cockpit.storage.database import Database

_GRACE_S = 3


def open_database(database_url: str) -> Database:
    """The hub's database, made or upgraded where needed. Takes an SQLAlchemy URL or the path of a SQLite file."""
    if "://" not in database_url:
        database = Database.at(Path(database_url).expanduser())
    else:
        parsed = make_url(database_url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise BadUse("the hub keeps its data in SQLite or PostgreSQL")
        is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
        database = Database.at(Path(parsed.database or "")) if is_file else Database(database_url)
    database.prepare()
    return database


def serve(
    database_url: str, host: str = "127.0.0.1", port: int = 0, is_embedded: bool = False, upstream: str = ""
) -> None:
    """Serve until told to stop. Prints one JSON line `{"url", "pid"}` on stdout once connections are taken.

    Embedded, it also stops when its standard input ends, which the kernel sees to even when the parent
    is killed, and it writes nothing else. `upstream` names the connection to the CRM it is joined to. Raises PortTaken,
    PortRefused, and for a connection that cannot be used BadUse, ConfigError, SignInNeeded.
    """
    database = open_database(database_url)
    app = create_app(database, rate=None if is_embedded else Rate())
    joined = opening.join(app.state.hub, upstream) if upstream else None
    config = uvicorn.Config(
        app,
        log_level="critical" if is_embedded else "info",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = uvicorn.Server(config)
    gc.freeze()  # what imports built is not searched for garbage again and again: 0.1 s each time
    with _listen(host, port) as listener:
        name, number = listener.getsockname()[:2]
        shown = f"[{name}]" if ":" in name else name
        url = f"http://{shown}:{number}"
        with ExitStack() as ending:
            if joined is not None:  # said before the address is: who reads that may look it up at once
                ending.enter_context(running.told(database, upstream, url, ends=is_embedded))
            sys.stdout.write(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
            sys.stdout.flush()
            if is_embedded:
                threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
            if joined is not None:
                ending.callback(joined.stop)
                joined.start()
            server.run(sockets=[listener])
    database.close()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise BadUse(_("{port} is not a port: 0 to 65535.").format(port=port))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns off Nagle's delay on each connection: 40 ms an answer otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        kind = PortTaken if error.errno == errno.EADDRINUSE else PortRefused
        raise kind(host=host, port=port) from error
    return listener


def _end_with_stdin(server: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True
    timer = threading.Timer(_GRACE_S + 2, os._exit, (0,))
    timer.daemon = True
    timer.start()
