"""A small web service on a ledger: a form for each item, who acts from the office's sign-on, conflicts as 409.

Needs ``pip install plan-ledger fastapi uvicorn``, and a module that says where the ledger is and who is who::

    app = create_app("r5.db", {"tanaka": Person("田中 主査", id="tanaka", section="企画課")})
"""

import os
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from html import escape
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from plan_ledger import Commit, Ledger, Person, PlanLedgerError

STATUS = {"edit_conflict": 409, "unknown_item": 404, "key_used_otherwise": 409}
"""What the ledger's refusals are in HTTP; whatever else a user can cause is 422."""

PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1>
<form method="post">
<input type="hidden" name="expected" value="{seen}"><input type="hidden" name="key" value="{key}">
{fields}
<p><label>変更理由 <input name="reason"></label></p>
<button>記録する</button>
</form></html>"""
FIELD = '<p><label>{label}<br><textarea name="{key}">\n{text}</textarea></label></p>'


def create_app(url: str | os.PathLike[str], users: Mapping[str, Person]) -> FastAPI:
    """The service over the only plan of a ledger.

    Args:
        url: The ledger, which must exist.
        users: Who is who, by the name that the sign-on gives.
    """
    ledger = Ledger.open(url, must_exist=True)
    plan = ledger.plan()
    notices: deque[dict[str, object]] = deque(maxlen=100)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        ledger.close()

    app = FastAPI(lifespan=lifespan)

    def notify(commit: Commit) -> None:
        """After each commit. Quick, since the request waits for it."""
        notices.extend(entry.to_dict() for entry in commit.entries() if entry.item is not None)

    ledger.on_commit(notify)

    async def signed_on(x_remote_user: Annotated[str | None, Header()] = None) -> AsyncGenerator[Person]:
        """Who acts, for the whole request. The sign-on's proxy sets the header, and removes it from what comes in.

        Asynchronous, so that it runs in the request's own context: what is set in another thread does not arrive.
        """
        person = users.get(x_remote_user or "")
        if person is None:
            raise HTTPException(401, "サインオンしてください。")
        with ledger.acting(person, assurance="authenticated"):
            yield person

    async def form(request: Request) -> dict[str, str]:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))

    # The endpoints are no coroutines: the ledger writes to a disk, so that they belong into the pool of threads.

    @app.get("/items/{item}", response_class=HTMLResponse)
    def show(item: str) -> str:
        """The form. It carries the position that its reader saw, and a key for sending it once."""
        taken = plan.snapshot()
        found = taken.item(plan[item].id)
        if found is None:
            raise HTTPException(404, "取り下げられた行です。")
        level = taken.schema.level(found.level)
        fields = "\n".join(
            FIELD.format(label=escape(spec.label), key=spec.key, text=escape(found.text(spec.key)))
            for spec in (level.live_fields if level else ())
        )
        return PAGE.format(title=escape(found.title), seen=taken.moment.position, key=uuid4().hex, fields=fields)

    @app.post("/items/{item}", dependencies=[Depends(signed_on)])
    def change(item: str, sent: Annotated[dict[str, str], Depends(form)]) -> RedirectResponse:
        """Record what the form changed: all of it or nothing, once. A field that was left as it was is no change."""
        expected, key, reason = int(sent.pop("expected")), sent.pop("key", None), sent.pop("reason", "")
        with ledger.batch(reason=reason or None, key=key):
            plan[item].change(expected=expected, **sent)
        return RedirectResponse(f"/items/{item}", status_code=303)

    @app.get("/changes", response_class=HTMLResponse)
    def changes(since: str = "previous") -> str:
        """What changed since a meeting, old words struck through."""
        return plan.changes(since).to_html()

    @app.get("/notices")
    def latest() -> list[dict[str, object]]:
        """What was recorded through this process, newest first."""
        return list(reversed(notices))

    @app.exception_handler(PlanLedgerError)
    def refused(_: Request, error: PlanLedgerError) -> JSONResponse:
        """Nothing was recorded: the code, a message with place and remedy, of a conflict both texts."""
        return JSONResponse({"error": error.to_dict()}, STATUS.get(error.code, 422))

    return app
