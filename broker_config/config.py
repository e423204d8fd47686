"""Settings of a process: one frozen model, read from TOML, secrets from the environment or owner-only files.

Every error is reported at once, with its line in the file where that can be found."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from broker_config import environment
from broker_config.environment import models_in
from broker_config.errors import SetupError

S = TypeVar("S", bound=BaseModel)


class FieldErrors(ValueError):
    """What a validator of a whole model finds wrong in it: texts by field, as `inputs.2.n`."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = dict(errors)


class FileSettings(BaseModel):
    """Base of each process's model. What is in the environment (`REDBUTTON_<FIELD>`, `__` between the levels)
    wins over the file; unknown keys are errors, since a misspelt one would silently do nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)
    env_prefix: ClassVar[str] = "REDBUTTON_"


def load(model: type[S], path: Path, environ: Mapping[str, str] = os.environ) -> S:
    """Read and check. Raises SetupError with one line per error; no value stands in it, so secrets do not."""
    return check(model, path, _read(path), environ)


def check(model: type[S], path: Path, text: str, environ: Mapping[str, str] = os.environ) -> S:
    """As `load`, of what stands in the file, or would. Raises SetupError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path}: not TOML: {error}") from None
    problems: list[str] = []
    _read_secrets(model, values, path.parent, problems)
    if issubclass(model, FileSettings):
        values = environment.over(values, model, environ, model.env_prefix, problems)
    try:
        made = model(**values)
    except ValidationError as error:
        for loc, message in _each(error):
            problems.append(f"{_place(path, text, loc)}: {_name(loc)}: {message}")
    else:
        if not problems:
            return made
    raise SetupError("\n".join(problems))


def read_secret(path: Path) -> str:
    """One secret from a file that only its owner may read. Raises SetupError that says what to do."""
    try:
        mode = path.stat().st_mode
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: cannot be read: {type(error).__name__}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SetupError(f"{path}: others may read this secret; run: chmod 600 {path}")
    if not secret:
        raise SetupError(f"{path}: the file is empty, a secret belongs in it")
    return secret


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SetupError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: cannot be read: {error}") from error


def _read_secrets(model: type[BaseModel], values: dict[str, Any], folder: Path, problems: list[str]) -> None:
    """`password_file = "x"` becomes the `password` that stands in x, where the model knows `password` and no
    `password_file` of its own; in the models inside it as well. A relative path counts from the settings file."""
    fields = model.model_fields
    for key in [key for key in values if key.endswith("_file")]:
        name = key.removesuffix("_file")
        if key in fields or name not in fields or name in values or not isinstance(values[key], str):
            continue
        try:
            values[name] = read_secret(folder / values.pop(key))
        except SetupError as error:
            problems.append(str(error))
    for key, field in fields.items():
        rows = values.get(key)
        for row in rows if isinstance(rows, list) else [rows]:
            if isinstance(row, dict):
                for inner in models_in(field.annotation):
                    _read_secrets(inner, row, folder, problems)


def _each(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for one in error.errors(include_url=False, include_input=False):
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, FieldErrors):
            for field, text in cause.errors.items():
                parts = (int(part) if part.isdigit() else part for part in field.split("."))
                yield (*one["loc"], *parts), text
        else:
            yield one["loc"], one["msg"]


def _name(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "settings"


def _place(path: Path, text: str, loc: tuple[int | str, ...]) -> str:
    """The file, and the line on which the key stands if that can be found: within its table first."""
    names = [part for part in loc if isinstance(part, str)]
    indexes = [part for part in loc if isinstance(part, int)]
    lines = text.splitlines()
    start, skip = 0, indexes[0] if indexes else 0
    for name in names:
        header = re.compile(rf"\s*\[+\s*(?:[\w.-]+\.)?\"?{re.escape(name)}\"?\s*\]")
        key = re.compile(rf"\s*(?:[\w.-]+\.)?\"?{re.escape(name)}\"?\s*=")
        headers = [number for number in range(start, len(lines)) if header.match(lines[number])]
        if not headers:  # a table that is only there as the first half of [a.b]
            half = re.compile(rf"\s*\[+\s*\"?{re.escape(name)}\"?\s*\.")
            headers = [number for number in range(start, len(lines)) if half.match(lines[number])]
        if headers:
            start = headers[min(skip, len(headers) - 1)]
            continue
        found = [number for number in range(start, len(lines)) if key.match(lines[number])]
        if not found:
            return str(path) if start == 0 else f"{path}:{start + 1}"
        start = found[0]
    return f"{path}:{start + 1}" if names and lines else str(path)
