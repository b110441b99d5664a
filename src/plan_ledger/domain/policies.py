"""A plan's policies: what must be said with a change. One page: the rules, the event that states them, the check.

Reason and approval number are said once a batch, a source with every change of a field. An import's document is the
source of all its cells; what undoes a batch takes back what was there, so that it needs no source of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast, get_args
from uuid import UUID

from attrs import field, frozen

from plan_ledger.domain.errors import PolicyInvalid
from plan_ledger.events import (
    BatchHeader,
    Event,
    FieldChanged,
    ItemEvent,
    MeetingReissued,
    PoliciesDeclared,
)
from plan_ledger.events.model import PolicyRule

Need = Literal["reason", "source", "approval"]
NEEDS: tuple[Need, ...] = get_args(Need)


def _needs(needs: str | Iterable[str]) -> tuple[Need, ...]:
    wanted = {needs} if isinstance(needs, str) else set(needs)
    if unknown := sorted(wanted.difference(NEEDS)):
        raise PolicyInvalid(unknown[0])
    return tuple(need for need in NEEDS if need in wanted)


def _heads_only(needs: str | Iterable[str]) -> tuple[Need, ...]:
    found = _needs(needs)
    if "source" in found:
        raise PolicyInvalid("source")
    return found


def _by_field(fields: Mapping[str, str | Iterable[str]]) -> Mapping[str, tuple[Need, ...]]:
    return {key: found for key in sorted(fields) if (found := _needs(fields[key]))}


@frozen
class Policies:
    """What must be said: ``"reason"`` (変更理由), ``"source"`` (根拠資料), ``"approval"`` (決裁番号); one or several.

    Attributes:
        everything: With whatever is recorded for the plan; a source with every change of a field.
        fields: With changes of these fields, by key (``{"budget": ("source", "approval")}``).
        corrections: With corrections of handed-out tables.
        reissues: With replacements of handed-out tables; these have no source.

    Raises:
        PolicyInvalid: Something else is asked for.
    """

    everything: tuple[Need, ...] = field(default=(), converter=_needs)
    fields: Mapping[str, tuple[Need, ...]] = field(factory=dict[str, tuple[Need, ...]], converter=_by_field)
    corrections: tuple[Need, ...] = field(default=(), converter=_needs)
    reissues: tuple[Need, ...] = field(default=(), converter=_heads_only)

    def __bool__(self) -> bool:
        """Whether anything must be said."""
        return bool(self.everything or self.fields or self.corrections or self.reissues)

    def to_dict(self) -> dict[str, object]:
        return {
            "everything": list(self.everything),
            "fields": {key: list(needs) for key, needs in self.fields.items()},
            "corrections": list(self.corrections),
            "reissues": list(self.reissues),
        }


NO_POLICIES = Policies()


def needed(policies: Policies, event: Event) -> tuple[Need, ...]:
    """What must be said with an event."""
    wanted: set[Need] = set(policies.everything)
    if isinstance(event, FieldChanged):
        wanted.update(policies.fields.get(event.field, ()))
    if isinstance(event, ItemEvent) and event.corrects is not None:
        wanted.update(policies.corrections)
    if isinstance(event, MeetingReissued):
        wanted.update(policies.reissues)
    if not isinstance(event, FieldChanged):
        wanted.discard("source")
    return tuple(need for need in NEEDS if need in wanted)


def missing(policies: Policies, event: Event, header: BatchHeader) -> tuple[Need, ...]:
    """What must be said with an event and is said neither with it nor with its batch."""
    return tuple(need for need in needed(policies, event) if not _said(need, event, header))


def _said(need: Need, event: Event, header: BatchHeader) -> bool:
    match need:
        case "reason":
            return _filled(header.reason)
        case "approval":
            return _filled(header.approval)
        case "source":
            source = event.source if isinstance(event, ItemEvent) else None
            own = source is not None and any(map(_filled, (source.sheet, source.cell, source.note)))
            return own or _filled(header.document) or header.undoes is not None


def _filled(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def declared(plan: UUID, policies: Policies) -> PoliciesDeclared:
    """The event that states the policies."""
    acts: tuple[tuple[Literal["everything", "correction", "reissue"], tuple[Need, ...]], ...] = (
        ("everything", policies.everything),
        ("correction", policies.corrections),
        ("reissue", policies.reissues),
    )
    rules = [PolicyRule(on=on, needs=needs) for on, needs in acts if needs]
    rules += [PolicyRule(on="field", field=key, needs=needs) for key, needs in policies.fields.items()]
    return PoliciesDeclared(originator_id=plan, rules=tuple(rules))


def policies_of(event: PoliciesDeclared) -> Policies:
    """The policies that an event states."""
    by_act = {rule.on: rule.needs for rule in event.rules if rule.on != "field"}
    return Policies(
        by_act.get("everything", ()),
        {cast(str, rule.field): rule.needs for rule in event.rules if rule.on == "field"},
        by_act.get("correction", ()),
        by_act.get("reissue", ()),
    )
