"""The rows of the matrix grid as HTML: thousands of cells, which the template engine would write fifteen times slower."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from policies.web.sheet import GridCell, RowOnGrid

register = template.Library()
_NONE = SafeString("")


@register.simple_tag
def grid_rows(rows: Sequence[RowOnGrid], picked: int) -> str:
    """Write the rows of one list of the grid; the row at `picked` is the one that buttons act on."""
    return format_html_join("", "{}", ((_row(row, is_picked=row.place == picked),) for row in rows))


def _row(shown: RowOnGrid, *, is_picked: bool) -> str:
    row, place = shown.row, shown.place
    take = _NONE
    if row.is_disputed:
        take = format_html(
            '<label class="small"><input type="checkbox" name="take" value="{}"> Take theirs<span class="vh"> in row {}</span></label>',
            row.pk, row.key,
        )  # fmt: skip
    return format_html(
        '<tr data-row data-key="{key}" id="row-{key}" data-state="{state}"{hit}><th scope="row" class="num">'
        '<input type="hidden" name="row" value="{token}"><input type="hidden" name="was" value="{was}">'
        '<label class="pick"><input type="radio" name="pick" value="{place}"{picked}><span><span class="vh">Row </span>'
        '<span data-number>{key}</span></span></label><span class="row-state">{state}</span>{take}</th>{cells}</tr>\n',
        key=row.key, state=row.state, hit=SafeString(' class="hit"') if shown.is_hit else _NONE, token=row.token, was=row.was,
        place=place, picked=SafeString(" checked") if is_picked else _NONE, take=take,
        cells=format_html_join("", "{}", ((_cell(place, row.key, cell),) for cell in shown.cells)),
    )  # fmt: skip


def _cell(place: int, key: str, cell: GridCell) -> str:
    column, why = cell.column, cell.fault or (f"Stored now: {cell.theirs}" if cell.theirs else "")
    invalid = SafeString(' aria-invalid="true"') if cell.fault else _NONE
    note = format_html('<span class="why" id="w-{}-{}">{}</span>', place, column.name, why) if why else _NONE
    return format_html(
        '<td class="{size}{state}"><input name="g-{name}" id="c-{place}-{name}" value="{text}" aria-label="{head}, row {key}"'
        ' aria-describedby="hint-{name}{about}"{invalid}>{note}</td>',
        size=column.size, state=" diff bad" if cell.fault else " diff" if cell.theirs else "", name=column.name, place=place,
        text=cell.text, head=column.head, key=key, about=f" w-{place}-{column.name}" if why else "", invalid=invalid, note=note,
    )  # fmt: skip
