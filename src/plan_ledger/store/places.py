"""Where a file lies: SQLite's write-ahead log needs memory shared on one machine, which a network share can't give."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from plan_ledger.store import errors

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "webdav", "davfs", "9p"}
    | {"fuse.sshfs", "fuse.davfs2", "fuse.rclone"}
)
_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_COMMAND = "/sbin/mount"
_DRIVE_REMOTE = 4
_OCTAL = re.compile(r"\\([0-7]{3})")  # how mountinfo writes a space, a tab, a line feed and a backslash
_MOUNTED = re.compile(r".*? on (/.*) \(([\w.]+)[,)].*")  # ``//me@server/share on /Volumes/share (smbfs, nodev)``


def network_filesystem(path: Path, mounts: Path = _MOUNTS, command: str = _MOUNT_COMMAND) -> str | None:
    """The name of the network file system that holds the file.

    Linux, Windows and macOS tell what is mounted where. None for a local disk, and where it can't be told: on another
    system, and for a share behind a file system in user space that has no name of its own (``macfuse``, ``fuse``).
    """
    folder = path.resolve().parent  # where the file is, not where a link to it is
    if sys.platform == "win32":
        return _windows_share(folder)
    if mounts.exists():
        return _network_kind(folder, _linux_mounts(mounts.read_text("utf-8", "surrogateescape")))
    return _network_kind(folder, _bsd_mounts(_output(command)))


def _network_kind(folder: Path, mounted: Iterable[tuple[str, str]]) -> str | None:
    best, kind = -1, ""
    for mount, found in mounted:
        if folder.is_relative_to(mount) and len(mount) > best:
            best, kind = len(mount), found
    return kind if kind in NETWORK else None


def _linux_mounts(table: str) -> Iterator[tuple[str, str]]:
    for line in table.splitlines():
        fields, _, rest = line.partition(" - ")
        yield _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields.split(" ")[4]), rest.split()[0]


def _bsd_mounts(table: str) -> Iterator[tuple[str, str]]:
    """Mount points and kinds as ``mount`` prints them on macOS and the BSDs; lines of another form are passed over."""
    for line in table.splitlines():
        if found := _MOUNTED.fullmatch(line):
            yield found[1], found[2]


def _output(command: str) -> str:
    import subprocess

    try:
        done = subprocess.run([command], capture_output=True, timeout=10, check=False)  # noqa: S603 - a fixed path
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape")


def _windows_share(folder: Path) -> str | None:
    if folder.drive.startswith("\\\\"):
        return folder.drive
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(f"{folder.drive}\\") == _DRIVE_REMOTE:
            return folder.drive
    return None


def ledger_file(path: str) -> str:
    """A ledger's file under its one real name, whatever link or working directory it is reached through.

    The sidecar lock and the connections that are opened later depend on it.

    Raises:
        PathRefused, FolderMissing, NetworkShare: No ledger can lie there.
        OSError: It can't be looked at.
    """
    if not path.strip() or "\0" in path:
        raise errors.PathRefused(path)
    file = Path(path).resolve()
    if file.is_dir():
        raise errors.PathRefused(path)
    if not file.parent.is_dir():
        raise errors.FolderMissing(str(file.parent))  # the sidecar lock would make it
    if filesystem := network_filesystem(file):
        raise errors.NetworkShare(path, filesystem)
    return str(file)
