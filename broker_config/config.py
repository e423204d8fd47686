"""Settings of a process: one frozen model, read from TOML, secrets from the environment or owner-only files.

Every error is reported at once, with its line in the file where that can be found."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from broker_config.errors import SetupError

S = TypeVar("S", bound=BaseModel)


class FieldErrors(ValueError):
    """What a validator of a whole model finds wrong in it: texts by field, as `inputs.2.n`."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = dict(errors)


class FileSettings(BaseSettings):
    """Base of each process's model. What is in the environment (`REDBUTTON_<FIELD>`, `__` between the levels)
    wins over the file; unknown keys are errors, since a misspelt one would silently do nothing."""

    model_config = SettingsConfigDict(
        env_prefix="REDBUTTON_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def load(model: type[S], path: Path) -> S:
    """Read and check. Raises SetupError with one line per error; no value stands in it, so secrets do not."""
    text = _read(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path}: not TOML: {error}") from None
    problems: list[str] = []
    _read_secrets(model, values, path.parent, problems)
    try:
        made = model(**values)
    except ValidationError as error:
        for loc, message in _each(error):
            problems.append(f"{_place(path, text, loc)}: {_name(loc)}: {message}")
    except SettingsError as error:
        problems.append(f"environment: {error}")
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
                for inner in _models(field.annotation):
                    _read_secrets(inner, row, folder, problems)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that stand in an annotation like `tuple[Row, ...]` or `Row | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


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
