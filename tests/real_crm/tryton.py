"""Tryton 8.2 on SQLite. `python -m tests.real_crm.tryton PARTIES OPPORTUNITIES` serves one until a key is pressed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cockpit.crm.tryton.rpc import day, decimal
from tests.crm.tryton_desk import Desk
from tests.real_crm.servers import free_port, installed, run, serving

MODULES = ("party", "company", "sale_opportunity", "party_relationship")
PACKAGES = ("trytond==8.2.*", *(f"trytond_{name}==8.2.*" for name in MODULES))
DATABASE = "crm"
ADMIN = "admin-of-tests-1"
GROUPS = ("Sales", "Sale Opportunity", "Party Administration")
BULK = 500


@dataclass(frozen=True)
class Tryton:
    """A running server: who may sign in (admin, ana, bo) and how, and the ids of the people."""

    url: str
    secrets: Mapping[str, str]
    people: Mapping[str, str]

    def desk(self) -> Desk:
        return Desk(self.url, password=ADMIN)

    def add(self, parties: int, deals: int) -> None:
        """That many customers and deals, in bulk."""
        desk = self.desk()
        known = [int(party) for party in desk.rows("account")]
        for start in range(0, parties, BULK):
            batch = range(start, min(start + BULK, parties))
            phone = {"type": "phone", "value": "+86 21 5555 0100"}
            values = [{"name": f"客户 {n:05}", "contact_mechanisms": [["create", [phone]]]} for n in batch]
            known += desk.call("party.party.create", values)
        people = [int(person) for person in self.people.values()]
        for start in range(0, deals, BULK):
            batch = range(start, min(start + BULK, deals))
            made = [_deal(n, known[n % len(known)], people[n % len(people)]) for n in batch]
            desk.call("sale.opportunity.create", made)
        desk.close()


def _deal(number: int, party: int, person: int) -> dict[str, object]:
    fixed = {"start_date": day("2026-09-01"), "end_date": day("2026-12-15"), "conversion_probability": 0.3}
    return {
        "description": f"商机 {number:05}",
        "party": party,
        "employee": person,
        "amount": decimal(number * 1_000),
        **fixed,
    }


@contextmanager
def tryton() -> Iterator[Tryton]:
    """Raises CannotRun."""
    binaries = installed("tryton-8.2", PACKAGES, (3, 11))
    with tempfile.TemporaryDirectory(prefix="cockpit-tryton-") as name:
        folder, port = Path(name), free_port()
        url = f"http://127.0.0.1:{port}"
        settings = folder / "trytond.conf"
        settings.write_text(f"[web]\nlisten = 127.0.0.1:{port}\n[database]\nuri = sqlite://\npath = {folder}\n")
        _prepare(binaries, folder, settings)
        command = [str(binaries / "trytond"), "-c", str(settings), "-d", DATABASE]
        with serving(command, {}, f"{url}/rpc/", folder / "log"):
            yield Tryton(url, *_found(url))


def _prepare(binaries: Path, folder: Path, settings: Path) -> None:
    """The tables, made once: they take a minute."""
    file, empty = folder / f"{DATABASE}.sqlite", binaries.parent / "empty.sqlite"
    if not empty.exists():
        file.touch()
        (folder / "password").write_text(ADMIN)
        environment = {"TRYTONPASSFILE": str(folder / "password")}
        admin = [str(binaries / "trytond-admin"), "-c", str(settings), "-d", DATABASE]
        run([*admin, "--all", "--email", "admin@example.com", "-l", "en"], environment, limit_s=600)
        run([*admin, "-u", *MODULES, "--activate-dependencies"], environment, limit_s=600)
        shutil.move(file, empty)
    shutil.copy(empty, file)


def _found(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """A company with two reps, who may sign in."""
    desk = Desk(url, password=ADMIN)
    [currency] = desk.call(
        "currency.currency.create",
        [{"name": "Yuan", "symbol": "Y", "code": "CNY", "digits": 2, "rounding": decimal(1)}],
    )
    [own] = desk.call("party.party.create", [{"name": "Linjiang Ltd"}])
    [company] = desk.call("company.company.create", [{"party": own, "currency": currency}])
    groups = [row["id"] for row in desk.read("res.group", [], "name") if row["name"] in GROUPS]
    secrets, people = {"admin": f"admin:{ADMIN}"}, {}
    for name in ("ana", "bo"):
        [party] = desk.call("party.party.create", [{"name": name.title()}])
        [employee] = desk.call("company.employee.create", [{"party": party, "company": company}])
        secrets[name], people[name] = f"{name}:Rep-of-tests-{name}-1", str(employee)
        belongs = {"companies": [["add", [company]]], "company": company, "employee": employee}
        user = {"name": name, "login": name, "password": secrets[name].partition(":")[2], **belongs}
        desk.call("res.user.create", [{**user, "employees": [["add", [employee]]], "groups": [["add", groups]]}])
    [admin] = desk.call("res.user.search", [["login", "=", "admin"]], 0, None, None)
    desk.call("res.user.write", [admin], {"companies": [["add", [company]]], "company": company})
    desk.close()
    return secrets, people


def main() -> None:
    parties, deals = (int(word) for word in [*sys.argv[1:], "0", "0"][:2])
    with tryton() as server:
        server.add(parties, deals)
        print(f"{server.url}/{DATABASE}", server.secrets["admin"], flush=True)
        sys.stdin.read(1)


if __name__ == "__main__":
    main()
