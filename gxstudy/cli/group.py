"""The group of commands: every error of gxstudy, and a missing file, ends as one message and its exit code."""

from __future__ import annotations

from typing import Any

import click

from gxstudy.errors import GxstudyError, UnreadableFileError

__all__ = ["Commands", "os_message", "say"]


class Commands(click.Group):
    """A group of commands that turns the errors of gxstudy, and missing files, into messages."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what goes wrong becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except GxstudyError as error:
            say(str(error))
            ctx.exit(error.exit_code)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
            say(os_message(error))
            ctx.exit(UnreadableFileError.exit_code)


def say(message: str) -> None:
    """Say a message on standard error."""
    click.echo(f"gxstudy: {message}", err=True)


def os_message(error: OSError) -> str:
    """Say what the system refused, and on which file."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)
