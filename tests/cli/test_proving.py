"""The verbs around unsent work: list, save, take back in, prove, copy, restore, answer; in both languages and forms."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.storage.database import Database
from cockpit.storage.tables import OutboxRow
from cockpit.sync import outbox
from cockpit.sync.conflicts import open_conflict
from tests.cli.conftest import Cockpit
from tests.support.company import ME, Company

SAVED = "phone of 恒泰"


@pytest.fixture
def busy(account_file: Path) -> Path:
    """An account with one change that waits, one that was refused with one behind it, and one in conflict."""
    company = Company(Database.at(account_file), rev=10_000)
    company.account("恒泰机械", phone="1")
    company.account("明远物流", phone="1")
    company.account("嘉禾食品", phone="1", address="old")
    for number, label in ((1, SAVED), (2, "refused"), (2, "behind"), (3, "asked")):
        with company.database.write() as session:
            edit = outbox.Edit("account", f"account-{number}", "patch", {"phone": f"mine {label}"})
            outbox.submit(session, [edit], actor_id=ME, label=label, now=clock.now())
    with company.database.write() as session:
        by_label = {m.label: m for m in session.exec(select(OutboxRow))}
        by_label["refused"].status, by_label["refused"].error_text = "parked", "too long"
        by_label["behind"].status = "blocked"
        open_conflict(
            session, by_label["asked"], now=clock.now(), field="phone", base="1", mine="mine asked", theirs="9"
        )
    company.database.close()
    return account_file


def test_the_queue_is_listed_in_every_form(cockpit: Cockpit, busy: Path) -> None:
    found = cockpit("outbox", "--json").json["mutations"]
    assert [item["state"] for item in found] == ["saved", "parked", "blocked", "conflict"]
    assert found[2]["blocked_by"] == found[1]["mutation_id"]
    plain = cockpit("outbox", "--plain").out
    assert all(words in plain for words in (SAVED, found[0]["mutation_id"], "too long", "blocked"))
    assert cockpit("outbox", "--csv").out.startswith("mutation_id,label,entity,occurred_at,attempts,state,error\n")
    assert "受阻" in cockpit("outbox", "--plain", "--lang", "zh").out


def test_unsent_work_goes_out_and_comes_back(cockpit: Cockpit, busy: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    done = cockpit("outbox", "export", str(target))
    assert (done.code, done.out, done.err) == (0, "", f"4 unsent changes saved in {target}.\n")
    lines = cockpit("outbox", "export").out.splitlines()
    assert [json.loads(line).get("label") for line in lines] == [None, SAVED, "refused", "behind", "asked"]
    again = cockpit("outbox", "import", str(target))
    assert again.out == "0 changes queued; 4 were queued already, 0 had ended already.\n"
    assert cockpit("outbox", "export", str(target)).code == 2
    target.write_text(target.read_text("utf-8") + "{broken\n", "utf-8")
    bad = cockpit("outbox", "import", str(target))
    assert bad.code == 2
    assert "Line 6: it is not JSON. Nothing was taken." in bad.err


def test_a_file_of_a_newer_program_is_refused_but_gives_its_work(cockpit: Cockpit, busy: Path) -> None:
    raw = sqlite3.connect(busy)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    refused = cockpit("outbox", "--plain")
    assert refused.code == 5
    assert "cockpit outbox export" in refused.err
    assert len(cockpit("outbox", "export").out.splitlines()) == 5


def test_the_proof_is_a_verb(cockpit: Cockpit, busy: Path) -> None:
    good = cockpit("verify", "--json")
    assert good.code == 0
    shape = good.json
    parts = ("receipts", "queue", "conflicts", "parked", "blocked", "discarded", "undone", "answered")
    assert shape["ops"] == sum(shape[name] for name in parts) == 4
    assert (shape["is_ok"], shape["lost"], shape["doubled"]) == (True, 0, 0)
    assert shape["proved_at"] is not None
    plain = cockpit("verify", "--plain").out
    assert "local ops 4 = receipts 0 + queue 1 + conflicts 1 + parked 1 + blocked 1" in plain
    assert "lost 0  doubled 0" in plain
    assert "本机操作 4 = 回执 0 + 队列 1 + 冲突 1 + 搁置 1 + 受阻 1" in cockpit("verify", "--lang", "zh").out


def test_a_change_that_is_lost_is_named(cockpit: Cockpit, busy: Path) -> None:
    raw = sqlite3.connect(busy)
    (lost,) = raw.execute("SELECT mutation_id FROM outbox WHERE label = ?", (SAVED,)).fetchone()
    raw.execute("DELETE FROM outbox WHERE mutation_id = ?", (lost,))
    raw.commit()
    raw.close()
    bad = cockpit("verify")
    assert bad.code == 1
    assert "lost 1  doubled 0" in bad.out
    assert f"lost: {lost}" in bad.out
    assert cockpit("verify", "--json").json["lost_ids"] == [lost]


def test_a_change_that_counts_twice_is_named(cockpit: Cockpit, busy: Path) -> None:
    raw = sqlite3.connect(busy)
    (twice,) = raw.execute("SELECT mutation_id FROM outbox WHERE label = ?", (SAVED,)).fetchone()
    columns = [row[1] for row in raw.execute("PRAGMA table_info(outbox_done)")]
    taken = {"result": "'applied'", "rev": "1", "generation": "1", "ended_at": "occurred_at"}
    values = ", ".join(taken.get(name, name) for name in columns)
    raw.execute(
        f"INSERT INTO outbox_done ({', '.join(columns)}) SELECT {values} FROM outbox WHERE mutation_id = ?", (twice,)
    )
    raw.commit()
    raw.close()
    bad = cockpit("verify", "--json")
    assert (bad.code, bad.json["is_ok"], bad.json["doubled_ids"]) == (1, False, [twice])


def test_a_copy_and_the_way_back(cockpit: Cockpit, busy: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    made = cockpit("backup", str(target), "--json").json
    assert (made["unsent"], made["parked"], made["conflicts"]) == (4, 1, 1)
    assert cockpit("backup").code == 0, "beside the data, when nobody says where"
    assert len(list((busy.parent / "backups").iterdir())) == 1
    assert cockpit("backup", str(target)).code == 2
    cockpit("conflicts", "answer", cockpit("conflicts", "--json").json["conflicts"][0]["id"], "mine")
    refused = cockpit("restore", str(target))
    assert refused.code == 2
    assert "1 unsent changes are not in the backup" in refused.err
    done = cockpit("restore", str(target), "--discard-unsent")
    assert done.code == 0
    assert "The file from before is kept:" in done.out
    assert "1 unsent changes are only in that file." in done.out
    assert len(cockpit("conflicts", "--json").json["conflicts"]) == 1
    assert cockpit("verify").code == 0


def test_conflicts_are_listed_and_answered(cockpit: Cockpit, busy: Path) -> None:
    (found,) = cockpit("conflicts", "--json").json["conflicts"]
    assert (found["base"], found["mine"], found["theirs"], found["subject"]) == ("1", "mine asked", "9", "嘉禾食品")
    listed = cockpit("conflicts")
    plain = listed.out
    assert (listed.code, "`cockpit conflicts answer ID mine`" in listed.err) == (3, True)
    assert all(words in plain for words in (found["id"], "嘉禾食品", "phone", "mine asked", "9"))
    for words in (("answer", found["id"]), ("answer", found["id"], "perhaps"), ("answer", "none", "mine")):
        assert cockpit("conflicts", *words).code == 2
    assert "There is no conflict none" in cockpit("conflicts", "answer", "none", "mine").err
    assert "One answer is enough" in cockpit("conflicts", "answer", found["id"], "mine", "--value", "42").err
    assert "Only a long text can keep both" in cockpit("conflicts", "answer", found["id"], "both").err
    assert (
        cockpit("conflicts", "answer", found["id"], "--value", "42").out == "Answered: a third value, 嘉禾食品, phone\n"
    )
    done = cockpit("conflicts")
    assert (done.code, "No conflicts." in done.out) == (0, True)
    queued = cockpit("outbox", "--json").json["mutations"]
    assert queued[-1]["state"] == "saved"
    assert cockpit("undo").code == 0
    assert cockpit("conflicts", "--json").json["conflicts"][0]["id"] == found["id"]


def test_refused_changes_are_sent_again_typed_anew_or_ended(cockpit: Cockpit, busy: Path) -> None:
    (refused,) = [item for item in cockpit("outbox", "--json").json["mutations"] if item["state"] == "parked"]
    assert [field["name"] for field in refused["fields"]] == ["phone"]
    for words in (("--set", "phone"), ("--set", "rev=1"), ("--set", "phone=mine refused")):
        assert cockpit("outbox", "retry", refused["mutation_id"], *words).code == 2
    done = cockpit("outbox", "retry", refused["mutation_id"], "--set", "phone=42")
    assert done.out == "Corrected and queued again: refused\n"
    assert [item["state"] for item in cockpit("outbox", "--json").json["mutations"]] == [
        *("saved", "saved", "saved", "conflict")
    ]
    assert cockpit("undo").code == 0
    assert cockpit("outbox", "retry", refused["mutation_id"]).out == "Queued again: refused\n"
    assert cockpit("undo").code == 0
    assert cockpit("outbox", "discard", refused["mutation_id"]).out == "Discarded: refused\n"
    assert cockpit("outbox", "discard", refused["mutation_id"]).code == 2
    assert cockpit("verify", "--json").json["discarded"] == 1


@pytest.mark.parametrize(
    ("kind", "text", "english", "chinese"),
    [
        ("validation", "account.phone: not in the expected form", "phone: not in the expected form", "电话：格式不符"),
        ("validation", "account.phone: at most 40 signs fit", "phone: at most 40 signs fit", "电话：at most"),
        ("permission", "the row is not yours to change", "the row is not yours to change", "这条记录不归您修改"),
        ("backdate", "account.closed_on: more than 14 days ago", "closed on: it lies further back", "日期太早"),
        ("missing-parent", "account_id account-9 is not here", "is not at the hub", "不在中心"),
    ],
)
def test_a_refusal_names_the_field_and_speaks_the_readers_language(
    cockpit: Cockpit, busy: Path, kind: str, text: str, english: str, chinese: str
) -> None:
    database = Database.at(busy)
    with database.write() as session:
        refused = session.exec(select(OutboxRow).where(OutboxRow.status == "parked")).one()
        refused.error_type, refused.error_text = kind, text
    database.close()
    for lang, words in (("en", english), ("zh", chinese)):
        listed = cockpit("outbox", "--json", "--lang", lang).json["mutations"]
        assert words in listed[1]["error"]
        assert [item["error"] for item in listed if item["state"] != "parked"] == ["", "", ""]


def test_a_sync_that_leaves_refused_changes_says_so(cockpit: Cockpit, busy: Path) -> None:
    (found,) = cockpit("conflicts", "--json").json["conflicts"]
    assert "1 conflicts wait" in cockpit("sync", "--offline").err
    assert cockpit("conflicts", "answer", found["id"], "mine").code == 0
    done = cockpit("sync", "--offline")
    assert (done.code, "`cockpit outbox retry ID`" in done.err) == (3, True)


def test_where_nobody_ever_signed_in_nothing_is_said_to_be_at_the_hub_or_in_question(cockpit: Cockpit) -> None:
    for verb in (("outbox",), ("conflicts",), ("sync", "--offline")):
        done = cockpit(*verb)
        assert (done.code, done.out) == (4, "")


def test_the_reason_of_a_blocked_change_names_what_it_waits_for(cockpit: Cockpit, busy: Path) -> None:
    blocked = cockpit("outbox", "--json").json["mutations"][2]["mutation_id"]
    assert ["waits behind", "refused"] in cockpit("why", f"queued:{blocked}", "--json").json["inputs"]


@pytest.mark.parametrize(
    ("hours", "words", "state"),
    [(1, "4 queued", "ok"), (25, "4 unsent since 25h", "warn"), (80, "4 UNSENT since 3d", "bad")],
)
def test_the_status_line_says_how_long_work_is_unsent(
    cockpit: Cockpit, busy: Path, hours: int, words: str, state: str
) -> None:
    database = Database.at(busy)
    with database.write() as session:
        for mutation in session.exec(select(OutboxRow)):
            mutation.occurred_at = clock.now() - timedelta(hours=hours)
    database.close()
    assert words in cockpit("status").out
    assert "parked 1" in cockpit("status").out
    shape: dict[str, Any] = cockpit("status", "--json").json
    assert (shape["unsent"], shape["blocked"], shape["parked"]) == (state, 1, 1)
