"""Opening: a fresh file, our file, somebody else's file, a newer one; the settings that make it durable."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from plan_ledger import Ledger
from plan_ledger.store import migrations
from plan_ledger.store.application import REFUSED_SETTINGS
from plan_ledger.store.errors import (
    LedgerDamaged,
    LedgerMissing,
    NetworkShare,
    NewerFormat,
    NotALedger,
    PathRefused,
    SettingRefused,
    StorageFault,
    StoreError,
)
from plan_ledger.store.places import network_filesystem
from plan_ledger.store.recorder import WriteOnlyThroughLedger


def filled(path: Path) -> Path:
    with Ledger.open(path) as ledger, ledger.acting("企画室"):
        ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
    return path


# --- durable -----------------------------------------------------------------------------------------------------


def test_a_file_is_in_wal_mode_with_full_synchronisation(tmp_path: Path) -> None:
    with Ledger.open(filled(tmp_path / "r5.db")) as ledger:
        found = ledger.settings()
        assert (found["journal_mode"], found["synchronous"]) == ("wal", 2)
        with ledger.store.writing() as tx:
            assert tx.one("PRAGMA synchronous") == (2,)
            assert tx.one("PRAGMA journal_mode") == ("wal",)
    header = (tmp_path / "r5.db").read_bytes()[18:20]
    assert header == b"\x02\x02", "the file itself says WAL"


def test_the_environment_does_not_reach_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSCODER_TOPIC", "no.such.module:Class")
    monkeypatch.setenv("PERSISTENCE_MODULE", "no.such.module")
    monkeypatch.setenv("PLAN_LEDGER_CIPHER_TOPIC", "no.such.module:Class")
    with Ledger.open(filled(tmp_path / "r5.db")) as ledger:
        assert ledger.verify()


@pytest.mark.parametrize("prefix", ["", "PLAN_LEDGER_"])
@pytest.mark.parametrize("name", sorted(REFUSED_SETTINGS))
def test_settings_that_break_the_rules_are_refused(name: str, prefix: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        Ledger.open(settings={prefix + name: "yes"})


def test_nothing_can_be_saved_past_the_ledger() -> None:
    from plan_ledger.events import ItemWithdrawn

    with Ledger.open() as ledger:
        with pytest.raises(WriteOnlyThroughLedger):
            ledger.store.events.put([ItemWithdrawn(originator_id=uuid4(), originator_version=1)])
        assert ledger.head == 0


# --- whose file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("mark", [0, 0x12345678])
def test_a_database_of_another_application_is_left_as_it_is(tmp_path: Path, mode: str, mark: int) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute(f"PRAGMA application_id = {mark}")
        database.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NotALedger, match=r"other\.db"):
            Ledger.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 5000)
    with pytest.raises(NotALedger, match=r"plan\.xlsx"):
        Ledger.open(path)
    assert path.read_bytes() == b"PK\x03\x04" + b"x" * 5000


def test_a_newer_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = filled(tmp_path / "r5.db")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA user_version = {migrations.LATEST + 1}")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerFormat) as caught:
            Ledger.open(path, read_only=read_only)
        assert (caught.value.found, caught.value.known) == (migrations.LATEST + 1, migrations.LATEST)
    assert path.read_bytes() == before


@pytest.mark.parametrize("options", [{"must_exist": True}, {"read_only": True}])
def test_what_is_not_there_is_told_and_not_made(tmp_path: Path, options: dict[str, bool]) -> None:
    with pytest.raises(LedgerMissing):
        Ledger.open(tmp_path / "none.db", **options)  # type: ignore[arg-type]  # one of two bools
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["", "  ", "a\0b"])
def test_a_path_that_names_no_file_is_refused(path: str) -> None:
    with pytest.raises((NotALedger, PathRefused)):
        Ledger.open(path)


@pytest.mark.parametrize(
    "name", ["file:plan#1.db", "a:memory:b.db", "計画　令和５年度.db", "plan?mode=memory", "%41.db"]
)
def test_odd_names_are_names_and_nothing_else(tmp_path: Path, name: str) -> None:
    filled(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0
    with Ledger.open(tmp_path / name, must_exist=True) as ledger:
        assert ledger.plan()["戦略1"]


def test_a_missing_folder_and_a_folder_in_place_of_a_file_are_typed_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "r5.db", tmp_path):
        with pytest.raises(StoreError):
            Ledger.open(path)
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_is_damaged_not_empty(tmp_path: Path) -> None:
    path = filled(tmp_path / "r5.db")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    try:
        with Ledger.open(path) as ledger:
            sound = bool(ledger.verify())
    except (LedgerDamaged, StorageFault):
        sound = False
    assert not sound


def test_a_relative_path_stays_the_same_file_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    monkeypatch.chdir(tmp_path / "one")
    with Ledger.open("r5.db") as ledger:
        monkeypatch.chdir(tmp_path / "two")
        with ledger.acting("企画室"):
            ledger.open_plan("計画", fiscal_year=2023).add("strategy", "戦略1")
        assert ledger.verify()
        with ledger.reading() as one, ledger.reading() as two, ledger.reading() as three:
            assert one.one("SELECT count(*) FROM items") == two.one("SELECT count(*) FROM items") == (1,)
            assert three.one("SELECT 1")
    assert list((tmp_path / "two").iterdir()) == []


def test_a_link_and_its_file_share_one_lock(tmp_path: Path) -> None:
    real = filled(tmp_path / "real.db")
    link = tmp_path / "link.db"
    link.symlink_to(real)
    with Ledger.open(link) as ledger, ledger.acting("企画室"):
        ledger.plan().add("strategy", "戦略2")
    assert not (tmp_path / "link.db-lock").exists()
    assert (tmp_path / "real.db-lock").exists()


# --- network shares ----------------------------------------------------------------------------------------------

MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / {share} rw,relatime shared:1 - {kind} //server/share rw
31 30 8:2 / {share}/local rw,relatime - ext4 /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("kind", "refused"), [("cifs", True), ("nfs4", True), ("fuse.sshfs", True), ("ext4", False), ("tmpfs", False)]
)
@pytest.mark.parametrize("name", ["share folder", "共有フォルダー", "a\\b"])
def test_a_mounted_share_is_recognised(tmp_path: Path, kind: str, refused: bool, name: str) -> None:
    share = tmp_path / name
    (share / "local").mkdir(parents=True)
    mounts = tmp_path / "mountinfo"
    written = str(share).replace("\\", "\\134").replace(" ", "\\040")
    mounts.write_text(MOUNTS.format(share=written, kind=kind))
    assert network_filesystem(share / "r5.db", mounts) == (kind if refused else None)
    assert network_filesystem(share / "local" / "r5.db", mounts) is None
    assert network_filesystem(tmp_path / "r5.db", mounts) is None


MAC_MOUNTS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//me@server/share on {share} ({kind}, nodev, nosuid, mounted by me)
/dev/disk4s1 on {share}/local (apfs, local, journaled)
"""


@pytest.mark.parametrize(("kind", "refused"), [("smbfs", True), ("nfs", True), ("webdav", True), ("hfs", False)])
@pytest.mark.parametrize("name", ["share", "共有 on (2023) フォルダー"])
def test_a_share_mounted_on_a_mac_is_recognised(tmp_path: Path, kind: str, refused: bool, name: str) -> None:
    share = tmp_path / name
    (share / "local").mkdir(parents=True)
    command = tmp_path / "mount"
    command.write_text(f"#!/bin/sh\ncat <<'END'\n{MAC_MOUNTS.format(share=share, kind=kind)}END\n")
    command.chmod(0o755)
    nowhere = tmp_path / "no such table"
    assert network_filesystem(share / "r5.db", nowhere, str(command)) == (kind if refused else None)
    assert network_filesystem(share / "local" / "r5.db", nowhere, str(command)) is None
    assert network_filesystem(tmp_path / "r5.db", nowhere, str(command)) is None


def test_where_nothing_tells_what_is_mounted_nothing_is_refused(tmp_path: Path) -> None:
    assert network_filesystem(tmp_path / "r5.db", tmp_path / "no table", str(tmp_path / "no command")) is None


def test_a_link_into_a_share_is_followed(tmp_path: Path) -> None:
    share = tmp_path / "share"
    (share / "local").mkdir(parents=True)
    (tmp_path / "r5.db").symlink_to(share / "r5.db")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(share=share, kind="nfs"))
    assert network_filesystem(tmp_path / "r5.db", mounts) == "nfs"


def test_a_share_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plan_ledger.store.places.network_filesystem", lambda path: "cifs")
    with pytest.raises(NetworkShare, match="PostgreSQL"):
        Ledger.open(tmp_path / "r5.db")
    assert list(tmp_path.iterdir()) == []
