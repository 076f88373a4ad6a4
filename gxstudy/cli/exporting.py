"""The commands ``export`` and ``codebook``: a dataset for other programs, and what its columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gxstudy.cli.options import FOLDER

if TYPE_CHECKING:
    from gxstudy.frames.codebook import Lang
    from gxstudy.panel.export import Kind

__all__ = ["codebook", "export"]

_LANG = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the labels."
)


@click.command()
@click.argument("dataset", type=FOLDER)
@click.argument("folder", type=FOLDER)
@click.option("--to", type=click.Choice(["csv", "stata", "wide"]), default="csv", show_default=True, help="For what.")
@_LANG
def export(dataset: Path, folder: Path, to: Kind, lang: Lang) -> None:
    """Write a dataset for other programs into a folder.

    csv: each product, as Excel takes it (UTF-8 with its mark). stata: figures, reports and one row an organ and year
    (.dta), with variable and value labels. wide: one row an organ and year, one column a figure, and beside it what was
    found in each place, since a blank is not zero. Text that a spreadsheet would run as a formula gets an apostrophe.

    \b
      gxstudy export my/dataset my/tables --to wide
      gxstudy export my/dataset my/tables --to stata --lang zh
    """  # noqa: D301
    from gxstudy import corpus
    from gxstudy.panel.export import export

    for place in export(corpus.open(dataset), folder, to=to, lang=lang):
        click.echo(str(place))


@click.command()
@_LANG
@click.option(
    "--format", "kind", type=click.Choice(["md", "html"]), default="md", show_default=True, help="Kind of file."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write  [default: the terminal]")
def codebook(lang: Lang, kind: str, out: Path | None) -> None:
    """Tell what every figure and every column means.

    Made from the forms and the data dictionary: rows and columns as printed and in English, the article of the
    Regulations behind each, the sums, then the columns of every file of a dataset.

    \b
      gxstudy codebook --lang zh --format html --out codebook.html
    """  # noqa: D301
    from gxstudy.frames.codebook import codebook_html, codebook_markdown

    text = codebook_html(lang=lang) if kind == "html" else codebook_markdown(lang=lang)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_bytes(text.encode())
        click.echo(str(out))
