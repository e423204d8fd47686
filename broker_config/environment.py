"""What the environment says instead of a settings file: `REDBUTTON_PORT=1883`, `REDBUTTON_LOG__LEVEL=debug`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

LEVEL = "__"
"""Between the name of a field and that of a field within it."""


def over(
    values: Mapping[str, Any],
    model: type[BaseModel],
    environ: Mapping[str, str],
    prefix: str,
    problems: list[str],
) -> dict[str, Any]:
    """`values` with what `environ` says about fields of `model`; of anything else nothing is taken. In either case of
    letters, whole fields before what is within them. What has parts of its own (a list, a table) is given as JSON."""
    made = dict(values)
    for name in sorted(environ):
        first, *inner = name.lower().removeprefix(prefix.lower()).split(LEVEL)
        if name.lower().startswith(prefix.lower()) and first in model.model_fields:
            try:
                _put(made, model, [first, *inner], environ[name])
            except ValueError:  # its text holds the value, which may be a secret
                problems.append(f"environment: {name}: this must be JSON")
    return made


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that stand in an annotation like `tuple[Row, ...]` or `Row | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _put(values: dict[str, Any], model: type[BaseModel] | None, path: list[str], text: str) -> None:
    """A name that no field has is put there all the same, below the first level: the model refuses it in words."""
    name, *inner = path
    field = None if model is None else model.model_fields.get(name)
    annotation = None if field is None else field.annotation
    if not inner:
        values[name] = json.loads(text) if _has_parts(annotation) else text
        return
    before = values.get(name)
    within = dict(before) if isinstance(before, Mapping) else {}
    _put(within, next(models_in(annotation), None), inner, text)
    values[name] = within


def _has_parts(annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel | Collection):
        return not issubclass(kind, str | bytes)
    return any(_has_parts(part) for part in get_args(annotation))
