"""A proposal says what importing a sheet would record, and records that and nothing else when it is applied."""

from __future__ import annotations

import hashlib
import json

import pytest
from proposals import HEADER, ROWS, edited, filled, opened, sheet, table, told

from plan_ledger import Ledger, PlanLedgerError
from plan_ledger.ledger.importing import ProposalStale, plan_from_sheet
from plan_ledger.sheets import NamedBytes

TWO_MORE = [*ROWS[:2], ("", "周遊券事業", "50", "R5.8 発売", ""), *ROWS[2:], ("③ 福祉", "見守り事業", "10", "", "")]


def test_a_new_plan_gets_every_row_of_its_sheet_in_order_and_to_the_letter() -> None:
    with opened() as plan:
        assert table(plan) == filled(ROWS)
        assert [item.title for item in plan.snapshot().level("measure")] == ["① 観光", "② 産業"]


def test_nothing_is_written_before_the_proposal_is_applied() -> None:
    with opened(()) as plan:
        before = plan.ledger.head
        proposal = plan.propose(sheet())
        assert len(proposal.of("added")) == 15
        assert plan.ledger.head == before
        assert proposal.apply()
        assert plan.ledger.head > before


def test_the_same_sheet_again_proposes_nothing() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet())
        assert not proposal
        assert proposal.unchanged == 15
        assert not proposal.apply()


def test_a_changed_cell_is_one_change_with_its_place() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(1, 2, "950")))
        assert told(proposal) == [("changed", "案内板整備事業", "budget", "800", "950")]
        entry = proposal.entries[0]
        assert (str(entry.source), entry.base) == ("様式.tsv C7", "800")
        assert [(segment.kind, segment.text) for segment in entry.segments] == [("removed", "800"), ("added", "950")]
        proposal.apply()
        assert table(plan) == filled(edited(1, 2, "950"))


def test_every_event_names_document_hash_sheet_and_cell() -> None:
    document = sheet(edited(1, 2, "950"))
    with opened() as plan:
        plan.propose(document).apply()
        row = list(plan.audit(field="budget"))[-1].to_dict()
        assert row["source"] == "様式.tsv C7"
        assert row["document_sha256"] == hashlib.sha256(document.data).hexdigest()
        assert row["actor"]["name"] == "企画課"


def test_one_import_is_one_batch_that_can_be_undone() -> None:
    with opened() as plan:
        receipt = plan.propose(sheet([*edited(0, 2, "1,300"), ["", "新事業", "5", "", ""]])).apply()
        assert receipt.batch is not None
        plan.undo(receipt.batch)
        assert table(plan) == filled(ROWS)


def test_an_emptied_cell_is_told_apart_from_a_changed_one() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(0, 3, "")))
        assert told(proposal) == [("emptied", "周遊バス事業", "progress", "R5.4 準備 R5.6 運行", "")]
        proposal.apply()
        assert table(plan)[0][3] == ""


def test_new_rows_stand_where_the_sheet_has_them() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet([("⓪ 総務", "庁内事業", "1", "", ""), *TWO_MORE]))
        assert {entry.title for entry in proposal.of("added")} == {
            "⓪ 総務",
            "庁内事業",
            "周遊券事業",
            "③ 福祉",
            "見守り事業",
        }
        proposal.apply()
        assert table(plan) == filled([("⓪ 総務", "庁内事業", "1", "", ""), *TWO_MORE])


def test_missing_rows_stay_and_are_listed() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(ROWS[:3]))
        assert told(proposal) == [("missing", "研究会運営事業", None, "研究会運営事業", "")]
        assert not proposal.apply()
        assert len(table(plan)) == 4


def test_missing_rows_go_when_that_is_said() -> None:
    with opened() as plan:
        plan.propose(sheet(ROWS[:2]), withdraw_missing=True).apply()
        assert table(plan) == filled(ROWS[:2])
        assert [item.title for item in plan.snapshot().items] == ["① 観光", "周遊バス事業", "案内板整備事業"]


def test_one_missing_row_can_be_let_go() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet([ROWS[0], ROWS[2]]))
        gone = next(entry for entry in proposal.entries if entry.title == "研究会運営事業")
        proposal.accept(gone).apply()
        assert [row[1] for row in table(plan)] == ["周遊バス事業", "案内板整備事業", "商談会開催事業"]


def test_a_partial_sheet_proposes_neither_missing_nor_reordered() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet([ROWS[2], ("① 観光", *ROWS[1][1:])]), partial=True)
        assert not proposal


def test_a_new_row_of_a_partial_sheet_comes_behind_its_neighbour() -> None:
    with opened() as plan:
        plan.propose(sheet([ROWS[0], ("", "周遊券事業", "50", "", "")]), partial=True).apply()
        assert [row[1] for row in table(plan)][:3] == ["周遊バス事業", "周遊券事業", "案内板整備事業"]


def test_a_partial_sheet_may_leave_columns_out() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet([("② 産業", "商談会開催事業", "2,400")], header=HEADER[:3]), partial=True)
        assert told(proposal) == [("changed", "商談会開催事業", "budget", "2,000", "2,400")]


def test_another_order_needs_the_fewest_moves() -> None:
    rows = [("① 観光", f"事業{n}", "", "", "") for n in range(5)]
    shuffled = [rows[4], *rows[:4]]
    with opened(rows) as plan:
        proposal = plan.propose(sheet(shuffled))
        assert told(proposal) == [("reordered", "事業4", None, "事業3", "（先頭）")]
        proposal.apply()
        assert table(plan) == shuffled
        assert not plan.propose(sheet(shuffled))


def test_a_row_under_another_parent_is_moved_and_keeps_its_history() -> None:
    moved = [ROWS[0], ("② 産業", *ROWS[2][1:]), ROWS[3], ("", *ROWS[1][1:])]
    with opened() as plan:
        before = plan["案内板整備事業"].id
        proposal = plan.propose(sheet(moved))
        assert told(proposal) == [("moved", "案内板整備事業", None, "① 観光", "② 産業")]
        proposal.apply()
        assert table(plan) == filled(moved)
        assert plan["案内板整備事業"].id == before


def test_numbering_width_and_budget_categories_do_not_make_another_item() -> None:
    rows = [("①観光", "【拡充】周遊ﾊﾞｽ事業", *ROWS[0][2:]), *ROWS[1:]]
    with opened() as plan:
        proposal = plan.propose(sheet(rows))
        assert [(entry.kind, entry.title, entry.new, entry.layout_only) for entry in proposal.entries] == [
            ("changed", "① 観光", "①観光", True),
            ("changed", "周遊バス事業", "【拡充】周遊ﾊﾞｽ事業", False),
        ]


def test_a_possible_rename_waits_with_everything_about_that_row() -> None:
    rows = edited(0, 1, "周遊バス運行事業", edited(0, 2, "1,500"))
    with opened() as plan:
        proposal = plan.propose(sheet(rows))
        assert told(proposal) == [
            ("renamed", "周遊バス事業", "title", "周遊バス事業", "周遊バス運行事業"),
            ("changed", "周遊バス事業", "budget", "1,200", "1,500"),
        ]
        assert not proposal.apply()
        assert table(plan) == filled(ROWS)


@pytest.mark.parametrize("how", ["accept_renames", "accept"])
def test_a_rename_that_is_accepted_keeps_the_item(how: str) -> None:
    rows = edited(0, 1, "周遊バス運行事業", edited(0, 2, "1,500"))
    with opened() as plan:
        before = plan["周遊バス事業"].id
        proposal = plan.propose(sheet(rows), accept_renames=how == "accept_renames")
        if how == "accept":
            proposal = proposal.accept(*proposal.of("renamed"))
        proposal.apply()
        assert table(plan) == filled(rows)
        assert plan["周遊バス運行事業"].id == before


def test_a_new_row_in_place_of_another_is_no_rename() -> None:
    rows = [*ROWS[:3], ("", "海外展示会出展支援事業", "9,000", "R6.1 台北で開催", "未着手")]
    with opened() as plan:
        proposal = plan.propose(sheet(rows))
        assert {(entry.kind, entry.title) for entry in proposal.entries} == {
            ("added", "海外展示会出展支援事業"),
            ("missing", "研究会運営事業"),
        }


def test_white_space_and_width_are_told_apart_and_can_be_left_out() -> None:
    rows = edited(0, 2, "１，２００", edited(1, 2, "900"))
    with opened() as plan:
        proposal = plan.propose(sheet(rows))
        assert [(entry.old, entry.new) for entry in proposal.layout_only] == [("1,200", "１，２００")]
        found = proposal.to_dict()
        assert [len(found[key]) for key in ("changed", "layout_only")] == [1, 1]
        proposal.apply(accept_layout=False)
        assert table(plan) == filled(edited(1, 2, "900"))


def test_a_flattened_line_break_is_no_change_and_survives_an_edit_elsewhere_in_the_cell() -> None:
    with opened() as plan:
        plan["周遊バス事業"].change(progress="R5.4 準備\nR5.6 運行\nR6.3 報告")
        assert not plan.propose(sheet(edited(0, 3, "R5.4 準備 R5.6 運行 R6.3 報告")))
        proposal = plan.propose(sheet(edited(0, 3, "R5.4 準備 R5.7 運行 R6.3 報告")))
        assert [entry.new for entry in proposal.entries] == ["R5.4 準備\nR5.7 運行\nR6.3 報告"]


def test_rejected_entries_are_not_recorded() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(0, 2, "1,300", edited(1, 2, "900"))))
        proposal = proposal.reject(proposal.entries[0])
        assert [entry["new"] for entry in proposal.to_dict()["changed"]] == ["900"]
        proposal.apply()
        assert table(plan) == filled(edited(1, 2, "900"))


def test_a_new_item_without_its_parent_is_not_added() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(TWO_MORE))
        measure = next(entry for entry in proposal.entries if entry.title == "③ 福祉")
        proposal.reject(measure).apply()
        assert [row[1] for row in table(plan)] == [row[1] for row in TWO_MORE[:-1]]


def test_entries_of_another_proposal_can_not_be_decided() -> None:
    with opened() as plan:
        other = plan.propose(sheet(edited(0, 2, "1,300")))
        with pytest.raises(ValueError, match="not of this proposal"):
            plan.propose(sheet()).accept(*other.entries)


def test_a_proposal_is_refused_when_the_ledger_moved_on_in_what_it_touches() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(0, 2, "1,300")))
        plan["周遊バス事業"].change(budget="1,250")
        with pytest.raises(ProposalStale) as caught:
            proposal.apply()
        assert "周遊バス事業・予算額" in str(caught.value)
        assert table(plan)[0][2] == "1,250"


def test_a_proposal_holds_when_the_ledger_moved_on_elsewhere() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(0, 2, "1,300")))
        plan["商談会開催事業"].change(budget="2,100")
        proposal.apply()
        assert [row[2] for row in table(plan)] == ["1,300", "800", "2,100", "300"]


def test_a_proposal_is_applied_once() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(TWO_MORE))
        proposal.apply()
        with pytest.raises(ProposalStale):
            proposal.apply()
        assert table(plan) == filled(TWO_MORE)


def test_json_has_the_documented_keys() -> None:
    with opened() as plan:
        proposal = plan.propose(sheet(edited(0, 2, "1,300")))
        found = json.loads(proposal.to_json())
        assert list(found) == [
            "added",
            "changed",
            "moved",
            "renamed",
            "emptied",
            "missing",
            "conflicts",
            "layout_only",
            "unchanged",
        ]
        assert found["changed"] == [
            {
                "path": ["① 観光", "周遊バス事業"],
                "field": "budget",
                "old": "1,200",
                "new": "1,300",
                "source": "様式.tsv C6",
            }
        ]


def test_printed_it_counts_and_shows_every_entry_with_its_place() -> None:
    with opened() as plan:
        shown = str(plan.propose(sheet([*edited(0, 2, "1,300")[:3], ["③ 福祉", "見守り事業", "10", "", ""]])))
    assert shown.splitlines() == [
        "取込内容（確認用）：様式.tsv → 令和5年度試験計画（基準：現在の台帳）",
        "追加 2件　変更 1件　移動 0件　名称変更 0件　空欄化 0件　記載なし 1件　要確認 0件　変更なし 12欄　表記のみ 0件",
        "",
        "【追加】",
        "・③ 福祉（様式.tsv A9）",
        "・③ 福祉 ＞ 見守り事業（様式.tsv B9）",
        "    予算額：10",
        "",
        "【変更】",
        "・① 観光 ＞ 周遊バス事業 予算額（様式.tsv C6）",
        "    1,200 → 1,300",
        "",
        "【記載なし】台帳に残します。掲載を終えるなら --withdraw-missing",
        "・② 産業 ＞ 研究会運営事業",
    ]


def test_several_documents_are_one_proposal_and_a_batch_each() -> None:
    one, two = sheet(edited(0, 2, "1,300")[:2], name="観光.tsv"), sheet(edited(2, 2, "2,100")[2:], name="産業.tsv")
    with opened() as plan:
        proposal = plan.propose([one, two])
        assert [str(entry.source) for entry in proposal.entries] == ["観光.tsv C6", "産業.tsv C6"]
        proposal.apply()
        rows = list(plan.audit(field="budget"))[-2:]
        assert [row.to_dict()["document"] for row in rows] == ["観光.tsv", "産業.tsv"]


def test_documents_that_change_a_cell_differently_are_refused() -> None:
    one, two = sheet(edited(0, 2, "1,300"), name="甲.tsv"), sheet(edited(0, 2, "1,400"), name="乙.tsv")
    with opened() as plan, pytest.raises(PlanLedgerError) as caught:
        plan.propose([one, two])
    assert caught.value.code == "sheets_disagree"
    assert str(caught.value).startswith("乙.tsv C6")


def test_the_title_line_says_what_plan_to_open() -> None:
    with Ledger.open(":memory:") as ledger, ledger.acting("企画課"):
        title, fiscal_year, meeting = plan_from_sheet(ledger, sheet())
        assert (title, fiscal_year, meeting) == ("令和5年度試験計画", 2023, "第2回PT")
        ledger.open_plan("試験計画", fiscal_year=2023)
        assert plan_from_sheet(ledger, sheet())[0] == "試験計画"


def test_a_sheet_without_a_title_names_no_plan() -> None:
    with Ledger.open(":memory:") as ledger, pytest.raises(PlanLedgerError) as caught:
        plan_from_sheet(ledger, NamedBytes("表.tsv", "戦略名\tKPI\t事業名\na\tb\tc\n".encode()))
    assert caught.value.code == "title_line_missing"
