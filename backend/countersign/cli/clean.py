"""`countersign clean-data`: deletes what this clone has stored, after asking; it never touches another clone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from countersign.cli.installation import folders, refuse_while_running


def clean_data(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the database, the keys and the sandbox worlds of this clone."""
    place = folders()
    stored = place.stored()
    if not stored:
        typer.echo("This clone has stored nothing.")
        return
    refuse_while_running()
    size_mb = sum(_size_bytes(path) for path in stored) / 1_000_000
    typer.echo(f"This deletes from {place.root} ({size_mb:.0f} MB), without a way back:")
    for path in stored:
        typer.echo(f"  {path.name}")
    if not yes:
        typer.confirm("Delete it?", abort=True)
    for path in stored:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    typer.echo("Deleted.")


def _size_bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file())
