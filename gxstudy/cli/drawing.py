"""The command ``figures``: the figures of the studies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from gxstudy.cli.options import FOLDER, PROCESSED, RAW

if TYPE_CHECKING:
    from gxstudy.figures.base import Format, Lang, Width

__all__ = ["figures", "tell"]


@click.command()
@click.option("--raw", type=FOLDER, default=RAW, show_default=True, help="Holds published_figures.csv.")
@click.option("--processed", type=FOLDER, default=PROCESSED, show_default=True, help="The dataset.")
@click.option("--out", type=FOLDER, help="Where to save them  [default: figures in the dataset]")
@click.option(
    "--lang", "langs", type=click.Choice(["en", "zh"]), multiple=True, help="Language of the labels  [default: both]"
)
@click.option("--format", "formats", default="pdf,svg,png", show_default=True, help="Kinds of files, with commas.")
@click.option(
    "--width", type=click.Choice(["column", "page"]), default="column", show_default=True, help="Of the printed figure."
)
@click.option(
    "--journal",
    type=click.Choice(["nature", "elsevier"]),
    default="nature",
    show_default=True,
    help="Whose columns and pages set the widths.",
)
def figures(
    raw: Path, processed: Path, out: Path | None, langs: tuple[Lang, ...], formats: str, width: Width, journal: str
) -> None:
    """Draw the figures of the studies.

    They are drawn from the dataset and the list of published figures. Beside each stand the numbers it shows, as CSV.
    """
    from gxstudy.figures import draw_all, sources, style

    known, folder = sources(processed, raw), out or processed / "figures"
    kinds = cast("list[Format]", formats.split(","))
    with style(journal=journal):
        tell(draw_all(known, folder, langs=langs or ("en", "zh"), formats=kinds, width=width))


def tell(drawn: Iterable[tuple[Path, ...]]) -> None:
    """Say the name of each figure when its files are written."""
    for files in drawn:
        click.echo(str(files[-1].with_suffix("")))
