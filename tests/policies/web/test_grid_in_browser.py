"""The matrix grid in a real browser, by keyboard alone (UX 6.6): no step of it needs a pointer."""

from collections.abc import Callable
from typing import Any

import pytest

from policies.models import PolicyVersion
from policies.selectors import build_matrix
from tests.factories import Company, company
from tests.policies.factories import MANAGER, add_rule, draft, long_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
HEIGHTS = {390: 844, 1366: 900}
GAP = "Any site, above 5,000.00 up to 6,000.00: nobody decides."


class Grid:
    """The grid under somebody's hands on the keys."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys = page, page.keyboard

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.press(key)

    def tab_to(self, label: str) -> None:
        """Press Tab until what a reader would call so has the focus."""
        for _ in range(80):
            self.press("Tab")
            if self.focused() == label:
                return
        raise AssertionError(f"Tab never reaches “{label}”")

    def focused(self) -> str:
        name: str = self.page.evaluate(
            "(a => a.getAttribute('aria-label') || (a.labels && a.labels[0] ? a.labels[0].textContent.trim() : a.textContent.trim()))"
            "(document.activeElement)"
        )
        return name

    def write(self, text: str) -> None:
        """Type over what stands in the cell, as in a spreadsheet."""
        self.press("Control+A")
        self.keys.type(text)

    def paste(self, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.press("Control+V")

    def column(self, name: str) -> list[str]:
        values: list[str] = self.page.eval_on_selector_all(
            f"td > input[name=g-{name}]", "all => all.map(one => one.value)"
        )
        return values

    def finding(self, text: str, state: str = "visible") -> None:
        self.page.locator("#grid-findings").get_by_text(text).first.wait_for(state=state)

    def says(self) -> str:
        text: str = self.page.locator("#grid-state").inner_text()
        return text


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def grid(page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], made: Company) -> Grid:
    draft(made)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    sign_in(page, made.polly)
    page.goto(live_server.url + "/settings/approvals/2/grid/")
    return Grid(page)


def test_matrix_is_changed_tested_and_saved_by_keyboard_alone(grid: Grid) -> None:
    grid.tab_to("Name, row 1")

    # A limit moves, the gap shows while typing, and the neighbour's limit mends it.
    grid.press("ArrowDown", "ArrowDown", "ArrowRight")
    assert grid.focused() == "Above, row 3"
    grid.write("6000")
    grid.finding(GAP)
    assert (grid.focused(), grid.says()) == ("Above, row 3", "1 row not saved.")
    grid.press("ArrowUp", "ArrowRight")
    grid.write("6000")
    grid.press("Enter")
    assert grid.focused() == "Up to, row 3"
    grid.finding(GAP, "detached")

    # Three rows from a spreadsheet, beyond the last row; then a column filled down.
    grid.press("ArrowDown", "Control+Enter")
    assert grid.focused() == "Name, row 5"
    grid.paste(
        "Hull services\t\t2,500\t\tsite manager\nHull travel\t\t100\t\tsite manager\nHull books\t\t50\t\tsite manager"
    )
    assert (
        grid.page.locator("#paste-preview").inner_text().startswith("Paste 3 rows: 9 cells change, 2 rows are added.")
    )
    grid.press("Enter")
    assert grid.column("name")[4:] == ["Hull services", "Hull travel", "Hull books"]
    grid.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab")
    assert grid.focused() == "Sites, row 5"
    grid.write("hull")
    grid.press("Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    assert grid.column("sites")[4:] == ["hull", "hull", "hull"]
    grid.finding("Row 5 never decides")

    # Rows below never decide, so the first of them goes to the top.
    for _ in range(4):
        grid.press("Alt+ArrowUp")
    assert grid.column("name")[0] == "Hull services"
    assert grid.focused() == "Sites, row 1"

    # A case on the grid as it stands: the row lights up and names stand there.
    grid.press("F6")
    assert grid.focused() == "Amount"
    grid.write("7200")
    grid.press("Enter")
    grid.page.locator("#case-outcome").get_by_text("Row 4 decides: 5,000 to 25,000").wait_for()
    assert grid.page.locator("tr.hit").get_attribute("id") == "row-4"
    assert "Harry" in grid.page.locator("#case-outcome").inner_text()

    grid.press("Control+s")
    grid.page.get_by_text("Saved at").wait_for()
    assert grid.says() == "Everything is saved."
    grid.page.reload()
    assert grid.column("amount_to")[:4] == ["2,500", "1,000", "6,000", "25,000"]
    assert grid.column("sites") == ["Hull", "", "", "", "", "Hull", "Hull"]
    rules = build_matrix(PolicyVersion.objects.get(kind="approval", number=2).pk).rules
    assert [rule.name for rule in rules][:2] == ["Hull services", "Catalogue items up to 1,000, nothing unusual"]


def test_what_was_pasted_filled_moved_and_removed_is_taken_back(grid: Grid) -> None:
    before = grid.column("name"), grid.column("amount_to")
    grid.tab_to("Name, row 1")

    grid.press("Alt+ArrowDown")
    grid.press("ArrowDown", "Alt+Delete")
    grid.press("ArrowUp", "Control+Shift+Enter")
    grid.write("New name")
    grid.press("ArrowDown", "Control+d")
    grid.paste("a\nb\nc\nd")
    grid.press("Enter")
    changed = grid.column("name")
    for _ in range(6):
        grid.press("Control+z")

    assert changed != before[0]
    assert (grid.column("name"), grid.column("amount_to")) == before
    assert grid.says() == "Everything is saved."


def test_paste_that_does_not_fit_says_where_and_changes_nothing(grid: Grid) -> None:
    before = grid.column("name")
    grid.tab_to("Name, row 1")

    grid.paste("Fits\n" + "\t".join(f"c{n}" for n in range(1, 31)))
    refused = grid.page.locator("#paste-preview").inner_text()
    grid.press("Escape")
    grid.paste("=A1\tx\n@B2\t5")
    warned = grid.page.locator("#paste-preview").inner_text()
    grid.press("Enter")
    grid.page.locator("#grid-findings [data-fault]").nth(2).wait_for()
    faults = grid.page.locator("#grid-findings [data-fault]").all_inner_texts()

    assert refused.startswith("Nothing was pasted: not everything fits.")
    assert "Row 2, column 30 of what was copied: “c30” would stand beyond the last column, Urgency." in refused
    assert "Row 1, column 1 of what was copied (Name): “=A1” is a formula." in warned
    assert [text.split(":")[0].split("\n")[-1] for text in faults] == ["Row 1, Name", "Row 1, Above", "Row 2, Name"]
    assert grid.page.locator("#row-1 td .why").count() == 2
    assert grid.page.locator("td > input[aria-invalid]").count() == 3
    assert before[2:] == grid.column("name")[2:]


def test_copied_columns_find_their_own_by_their_heads(grid: Grid) -> None:
    before = grid.column("name")
    grid.tab_to("Above, row 3")

    # As an exported sheet heads them, in another order than the grid's, with its number; pasted from any column.
    grid.paste("Row\tUp to and including\tName\n3\t6,000\tRenamed\n4\t26,000\tAlso renamed")
    told = grid.page.locator("#paste-preview").inner_text()
    grid.press("Enter")
    names, ends = grid.column("name"), grid.column("amount_to")
    grid.paste("Name\tColour\tSupplier risk\tAdds to any row\nx\tred\thigh\tyes")
    refused = grid.page.locator("#paste-preview").inner_text()
    grid.press("Escape")

    assert told.startswith("Paste 2 rows by their heads: 4 cells change.")
    assert (names, ends[2:4]) == ([*before[:2], "Renamed", "Also renamed"], ["6,000", "26,000"])
    assert "Row 2, column 2 of what was copied: “red” stands under “Colour”, which is no column of the grid." in refused
    assert "column 3 of what was copied: “high” stands in a column that is not on screen." in refused
    assert "“yes” says whether the row adds to any row, which is not so of the rows here." in refused
    assert grid.column("name") == names


def test_example_of_a_finding_is_tried_and_its_row_is_reached(grid: Grid) -> None:
    grid.tab_to("Above, row 3")
    grid.write("6000")
    grid.finding(GAP)

    grid.page.get_by_role("button", name="Test this case").first.focus()
    grid.press("Enter")
    grid.page.locator("#case-outcome").get_by_text("No row takes it").wait_for()

    assert grid.page.input_value("#id_amount") == "6000"
    assert grid.page.locator("tr.hit").count() == 0


def test_rows_are_saved_without_a_case_and_a_conflict_shows_both(
    grid: Grid, made: Company, clean_console: list[str]
) -> None:
    grid.tab_to("Name, row 2")
    grid.press("ArrowRight", "ArrowRight")
    grid.write("4000")
    version = PolicyVersion.objects.get(kind="approval", number=2)
    add_rule(made, version, "Written elsewhere", MANAGER)

    grid.press("Control+s")
    grid.page.get_by_text("changed this draft").first.wait_for()
    focused = grid.page.evaluate("document.activeElement.id")
    both = grid.page.locator("#row-2 .why").all_inner_texts()
    grid.press("Control+s")
    grid.page.get_by_text("Saved at").wait_for()

    clean_console[:] = [text for text in clean_console if "409" not in text]  # Chromium names the conflict there
    assert (focused, both) == ("error-summary", [])  # only Polly changed row 2
    assert grid.column("amount_to")[1] == "4,000"
    assert grid.column("name")[4:] == ["Written elsewhere"]
    assert grid.page.locator("#replay").count() == 1


def test_long_grid_stands_at_once_and_is_checked_when_it_stands(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], made: Company
) -> None:
    long_draft(made, rows=70, gap=True)
    sign_in(page, made.polly)

    page.goto(live_server.url + "/settings/approvals/2/grid/")

    page.locator("#grid-findings").get_by_text("Any site, above 700.00: nobody decides.", exact=True).wait_for()
    assert page.locator("#grid-summary").inner_text() == "1 to mend before publication"


def test_leaving_asks_only_while_something_is_not_saved(grid: Grid) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    grid.page.on("dialog", stay)
    grid.tab_to("Name, row 1")
    grid.write("Other")
    grid.press("Escape")
    grid.page.reload()
    untouched = list(asked)
    grid.tab_to("Name, row 1")
    grid.write("Other")
    grid.page.reload()

    assert (untouched, asked) == ([], ["beforeunload"])
    assert grid.column("name")[0] == "Catalogue items up to 1,000, nothing unusual"


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_grid_has_no_fault_of_access(
    grid: Grid, fits: Callable[[Any], bool], axe: Callable[[Any], Any], scheme: str, width: int
) -> None:
    grid.page.emulate_media(color_scheme=scheme)
    grid.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    grid.tab_to("Above, row 3")
    grid.write("6000 pounds")
    grid.press("Control+Enter")
    grid.page.locator("#grid-findings [data-fault]").first.wait_for()
    grid.page.locator("#id_amount").fill("900")
    grid.page.get_by_role("button", name="Test", exact=True).click()
    grid.page.locator("#case-outcome h3").wait_for()
    grid.page.locator("#grid-help summary").click()

    assert axe(grid.page) == []
    assert fits(grid.page)
