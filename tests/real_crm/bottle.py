"""BottleCRM 1.35 on PostgreSQL. `python -m tests.real_crm.bottle ACCOUNTS DEALS` serves one until a key is pressed."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tests.real_crm.servers import free_port, installed, last_json, run, serving
from tests.support.postgres import cluster

PACKAGES = ("django-crm==1.35.0",)
_INSIDE = Path(__file__).parent / "inside"


@dataclass(frozen=True)
class Bottle:
    """A running server: tokens and people's ids by name (lead, ana; bo has no token)."""

    url: str
    tokens: Mapping[str, str]
    people: Mapping[str, str]
    python: str
    environment: Mapping[str, str]

    def add(self, accounts: int, deals: int) -> None:
        """That many accounts, as many contacts, and deals, past the API and its feed."""
        run([self.python, str(_INSIDE / "bottle_found.py"), str(accounts), str(deals)], self.environment, limit_s=600)

    def passing(self) -> str:
        """A token of Ana's that may be revoked."""
        return str(last_json(self._inside("token")))

    def revoke(self) -> None:
        """End every token of that kind."""
        self._inside("revoke")

    def _inside(self, what: str) -> str:
        return run([self.python, str(_INSIDE / "bottle_token.py"), what], self.environment, limit_s=300)


@contextmanager
def bottle() -> Iterator[Bottle]:
    """Raises CannotRun."""
    binaries = installed("bottlecrm-1.35.0", PACKAGES, (3, 12))
    with cluster() as postgres, tempfile.TemporaryDirectory(prefix="cockpit-bottle-") as name:
        postgres.create("crm")
        environment = {
            "DJANGO_SETTINGS_MODULE": "bottle_settings",
            "PYTHONPATH": str(_INSIDE),
            "SITE_FOLDER": name,
            "ENV_TYPE": "dev",
            "SECRET_KEY": "only-for-tests-on-loopback-0123456789-0123456789",
            "CELERY_BROKER_URL": "memory://",
            "CELERY_RESULT_BACKEND": "cache+memory://",
            "DBHOST": str(postgres.folder),
            "DBPORT": "5432",
            "DBUSER": postgres.user,
            "DBPASSWORD": "none",
            "DBNAME": "crm",
        }
        python = str(binaries / "python")
        script = str(_INSIDE / "bottle_found.py")
        made = cast(dict[str, dict[str, str]], last_json(run([python, script], environment, limit_s=300)))
        url = f"http://127.0.0.1:{free_port()}"
        gunicorn = [python, "-m", "gunicorn", "crm.wsgi:application", "-b", url.removeprefix("http://"), "-w", "2"]
        with serving([*gunicorn, "--threads", "4"], environment, f"{url}/healthz/", Path(name) / "log"):
            yield Bottle(url, made["tokens"], made["people"], python, environment)


def main() -> None:
    accounts, deals = (int(word) for word in [*sys.argv[1:], "0", "0"][:2])
    with bottle() as server:
        if accounts or deals:
            server.add(accounts, deals)
        print(server.url, server.tokens["lead"], flush=True)
        sys.stdin.read(1)


if __name__ == "__main__":
    main()
