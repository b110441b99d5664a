"""What can go wrong with the storage, with the remedy in the message; never with a password in it."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError


class StoreError(PlanLedgerError):
    """Base of the storage's errors."""


@define(eq=False, slots=False)
class NotALedger(StoreError):
    """The file or database belongs to another application, or is no database."""

    code: ClassVar[str] = "not_a_ledger"
    ja: ClassVar[str] = "「{name}」は plan_ledger の台帳ではありません。台帳のファイルを指定してください。"
    en: ClassVar[str] = "{name!r} is not a plan_ledger ledger; name the ledger's file."

    name: str


@define(eq=False, slots=False)
class NewerFormat(StoreError):
    """The ledger was written by a newer version."""

    code: ClassVar[str] = "newer_format"
    ja: ClassVar[str] = (
        "「{name}」は新しい版の plan_ledger で作られています（形式{found}、この版は{known}まで）。更新してください。"
    )
    en: ClassVar[str] = "{name!r} has format {found}, this version reads up to {known}; upgrade plan-ledger."

    name: str
    found: int
    known: int


@define(eq=False, slots=False)
class NoSuchBackEnd(StoreError):
    """The address names a storage that there is none of. The address is not told: it may hold a password."""

    code: ClassVar[str] = "no_such_back_end"
    ja: ClassVar[str] = "「{scheme}」の台帳は開けません。ファイルのパスを指定してください。"
    en: ClassVar[str] = "There is no storage for {scheme!r}; give a file's path."

    scheme: str


@define(eq=False, slots=False)
class LedgerMissing(StoreError):
    """There is no ledger where one was to be read."""

    code: ClassVar[str] = "ledger_missing"
    ja: ClassVar[str] = "台帳「{name}」がありません。場所を確かめるか、plan-ledger init で作ってください。"
    en: ClassVar[str] = "There is no ledger at {name!r}; check the path, or make one with plan-ledger init."

    name: str


@define(eq=False, slots=False)
class NetworkShare(StoreError):
    """SQLite's write-ahead log is unsafe on a network share."""

    code: ClassVar[str] = "network_share"
    ja: ClassVar[str] = (
        "「{name}」は共有フォルダー（{filesystem}）にあります。SQLite の台帳はこのパソコンのディスクに置くか、"
        "皆で使うなら PostgreSQL の台帳にしてください。"
    )
    en: ClassVar[str] = "{name!r} is on a network share ({filesystem}); use a local disk, or a PostgreSQL ledger."

    name: str
    filesystem: str


@define(eq=False, slots=False)
class NotDurable(StoreError):
    """A setting without which an acknowledged change could be lost could not be had."""

    code: ClassVar[str] = "not_durable"
    ja: ClassVar[str] = "確実に保存するための設定（{setting}）が効きません（実際は{found}）。保存場所を変えてください。"
    en: ClassVar[str] = "The setting {setting} could not be had (it is {found}); choose another place."

    setting: str
    found: str


@define(eq=False, slots=False)
class SettingRefused(StoreError):
    """A setting of the layer below would break the ledger's rules."""

    code: ClassVar[str] = "setting_refused"
    ja: ClassVar[str] = "設定「{setting}」は台帳の決まりを破るので使えません。外してください。"
    en: ClassVar[str] = "The setting {setting!r} breaks the ledger's rules; remove it."

    setting: str


@define(eq=False, slots=False)
class DiskFull(StoreError):
    """No room; nothing of this write was kept, everything acknowledged before was."""

    code: ClassVar[str] = "disk_full"
    ja: ClassVar[str] = "ディスクに空きがなく、今回の変更は記録していません。空きを作ってからやり直してください。"
    en: ClassVar[str] = "The disk is full; this change was not recorded. Make room and try again."


@define(eq=False, slots=False)
class ReadOnlyLedger(StoreError):
    """The ledger can't be written to."""

    code: ClassVar[str] = "read_only"
    ja: ClassVar[str] = "台帳が読み取り専用のため、変更は記録していません。ファイルの書き込み権限を確かめてください。"
    en: ClassVar[str] = "The ledger is read-only; nothing was recorded. Check the file's permissions."


@define(eq=False, slots=False)
class LedgerBusy(StoreError):
    """Another writer kept the ledger for longer than the time allowed."""

    code: ClassVar[str] = "ledger_busy"
    ja: ClassVar[str] = "ほかの書き込みが終わらず、変更は記録していません。しばらくしてからやり直してください。"
    en: ClassVar[str] = "Another writer holds the ledger; nothing was recorded. Try again."


@define(eq=False, slots=False)
class StorageFault(StoreError):
    """The operating system or the database refused; this write was not kept."""

    code: ClassVar[str] = "storage_fault"
    ja: ClassVar[str] = "保存先の異常により、今回の変更は記録していません（{detail}）。"
    en: ClassVar[str] = "The storage failed ({detail}); this change was not recorded."

    detail: str


@define(eq=False, slots=False)
class LedgerDamaged(StoreError):
    """The database says that its own file is damaged."""

    code: ClassVar[str] = "ledger_damaged"
    ja: ClassVar[str] = "台帳のファイルが壊れています（{detail}）。控え（backup）から戻してください。"
    en: ClassVar[str] = "The ledger's file is damaged ({detail}); restore a backup."

    detail: str


@define(eq=False, slots=False)
class AppendOnly(StoreError):
    """Somebody tried to change or remove what is recorded."""

    code: ClassVar[str] = "append_only"
    ja: ClassVar[str] = "記録済みの内容は書き換えられません。"
    en: ClassVar[str] = "What is recorded can't be changed."


@define(eq=False, slots=False)
class PathRefused(StoreError):
    """The path can't name a ledger's file."""

    code: ClassVar[str] = "path_refused"
    ja: ClassVar[str] = "「{name}」は台帳のファイル名にできません。ファイルの場所を指定してください。"
    en: ClassVar[str] = "{name!r} can't name a ledger's file; give a file's path."

    name: str


@define(eq=False, slots=False)
class FolderMissing(StoreError):
    """The folder in which the ledger is to lie does not exist."""

    code: ClassVar[str] = "folder_missing"
    ja: ClassVar[str] = "フォルダー「{name}」がありません。場所を確かめるか、先にフォルダーを作ってください。"
    en: ClassVar[str] = "There is no folder {name!r}; check the path, or make the folder first."

    name: str


@define(eq=False, slots=False)
class TargetExists(StoreError):
    """A backup never overwrites a file."""

    code: ClassVar[str] = "target_exists"
    ja: ClassVar[str] = "「{name}」は既にあります。控えには、まだないファイル名を指定してください。"
    en: ClassVar[str] = "{name!r} exists already; give the backup a name that is free."

    name: str


@define(eq=False, slots=False)
class OtherProcess(StoreError):
    """The ledger was opened before the process was forked; a connection must not be used on both sides."""

    code: ClassVar[str] = "other_process"
    ja: ClassVar[str] = "台帳は親のプロセスで開かれたものです。このプロセスで開き直してください（Ledger.open）。"
    en: ClassVar[str] = "The ledger was opened by the parent process; open it again in this one."


@define(eq=False, slots=False)
class LedgerClosed(StoreError):
    """The ledger was closed."""

    code: ClassVar[str] = "ledger_closed"
    ja: ClassVar[str] = "台帳は閉じられています。開き直してください。"
    en: ClassVar[str] = "The ledger is closed; open it again."


@define(eq=False, slots=False)
class CommitUnknown(StoreError):
    """The connection was lost while the change was being committed: it is recorded whole, or not at all."""

    code: ClassVar[str] = "commit_unknown"
    ja: ClassVar[str] = (
        "記録を確定する途中で接続が切れたため、今回の変更が記録されたかどうか分かりません。受付番号（key）を付けた変更は、"
        "同じ番号でやり直せば二重になりません。付けていない変更は、変更履歴を確かめてからやり直してください。"
    )
    en: ClassVar[str] = (
        "The connection was lost during the commit; the change is either recorded whole or not at all. A change with an"
        " idempotency key can safely be tried again with the same key; without one, look at the audit first."
    )


@define(eq=False, slots=False)
class ServerUnreachable(StoreError):
    """The database server can't be reached, or went away before anything was committed."""

    code: ClassVar[str] = "server_unreachable"
    ja: ClassVar[str] = (
        "データベースのサーバーにつながりません。変更は記録していません。サーバーと場所を確かめて、やり直してください。"
    )
    en: ClassVar[str] = (
        "The database server can't be reached; nothing was recorded. Check the server and the address, then try again."
    )


@define(eq=False, slots=False)
class AccessRefused(StoreError):
    """The server knows no such user, password or database."""

    code: ClassVar[str] = "access_refused"
    ja: ClassVar[str] = "データベースのサーバーに断られました。利用者名、パスワード、データベース名を確かめてください。"
    en: ClassVar[str] = "The database server refused; check the user name, the password and the database's name."


@define(eq=False, slots=False)
class AddressRefused(StoreError):
    """The address can't be read. It is not repeated: it may hold a password."""

    code: ClassVar[str] = "address_refused"
    ja: ClassVar[str] = (
        "台帳の場所を読めません。postgresql://利用者@サーバー/データベース の形で指定してください。"
        "パスワードの @ : / などの記号は %40 のように書きます。"
    )
    en: ClassVar[str] = (
        "The ledger's address can't be read; write postgresql://user@host/database, and signs such as @ : / within"
        " a password as %40 and the like."
    )


@define(eq=False, slots=False)
class NotPermitted(StoreError):
    """The database role lacks the right."""

    code: ClassVar[str] = "not_permitted"
    ja: ClassVar[str] = "データベースのこの利用者には、その操作の権限がありません。管理者に確かめてください。"
    en: ClassVar[str] = "The database role has no right to do this; ask the administrator."


@define(eq=False, slots=False)
class NoFileBackup(StoreError):
    """A ledger on a server can't be copied into a file by this library."""

    code: ClassVar[str] = "no_file_backup"
    ja: ClassVar[str] = (
        "PostgreSQL の台帳の控えは、データベースの pg_dump で作るか、plan-ledger dump で書き出すか、"
        "plan-ledger copy でファイルに写してください。"
    )
    en: ClassVar[str] = (
        "Back up a ledger on PostgreSQL with pg_dump, write it out with plan-ledger dump, or copy it into a file with"
        " plan-ledger copy."
    )
