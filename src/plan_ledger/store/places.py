"""Where a file lies: SQLite's write-ahead log needs memory shared on one machine, which a network share can't give."""

from __future__ import annotations

import sys
from pathlib import Path

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "webdav", "davfs", "9p"}
    | {"fuse.sshfs", "fuse.davfs2", "fuse.rclone"}
)
_MOUNTS = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


def network_filesystem(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The name of the network file system that holds the file; None for a local disk, or where it can't be told."""
    folder = path.resolve().parent  # where the file is, not where a link to it is
    if sys.platform == "win32":
        return _windows_share(folder)
    if not mounts.exists():
        return None
    best, kind = -1, ""
    for line in mounts.read_text("utf-8", "surrogateescape").splitlines():
        fields, _, rest = line.partition(" - ")
        mount = fields.split()[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        if folder.is_relative_to(mount) and len(mount) > best:
            best, kind = len(mount), rest.split()[0]
    return kind if kind in NETWORK else None


def _windows_share(folder: Path) -> str | None:
    if folder.drive.startswith("\\\\"):
        return folder.drive
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(f"{folder.drive}\\") == _DRIVE_REMOTE:
            return folder.drive
    return None
