"""Reading a mapping that people wrote: known keys only, each once, near misses named."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from alkanode.foundation.errors import StudyError


def only_known(mapping: object, known: Iterable[str], *, what: str) -> dict[str, Any]:
    """Check that something is a mapping and holds known keys only.

    Parameters
    ----------
    mapping
        What the YAML or table gave.
    known
        Keys that are allowed.
    what
        What is being read, for the message, for example ``"cell"``.

    Returns
    -------
    dict
        The same content with text keys.

    Raises
    ------
    StudyError
        When it is no mapping, or for an unknown key, with the nearest known key.
    """
    names = list(known)
    if not isinstance(mapping, Mapping):
        raise StudyError(f"{what} must be a mapping of keys to values", found=f"{type(mapping).__name__} {mapping!r}")
    for key in mapping:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(names)}"
            raise StudyError(f"{what} has only known keys", found=f"unknown key {key!r}", todo=hint)
    return {str(key): value for key, value in mapping.items()}


def load_yaml(path: str | Path) -> Any:
    """Load a YAML file, with errors that name the file.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Raises
    ------
    StudyError
        When the file is absent, is no text, is no YAML, or holds a key twice in one block.
    """
    import yaml

    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
        repeated = _repeated_key(yaml.compose(text, Loader=yaml.SafeLoader))
        content = yaml.safe_load(text)
    except FileNotFoundError:
        raise StudyError("a YAML file is needed", found=f"no file {file}") from None
    except OSError as cause:
        raise StudyError(f"{file} must be readable text", found=cause.strerror or type(cause).__name__) from cause
    except UnicodeDecodeError as cause:
        raise StudyError(f"{file} must be readable text", found=f"no UTF-8 at byte {cause.start}") from cause
    except (yaml.YAMLError, ValueError, RecursionError) as cause:
        raise StudyError(f"{file} must be YAML", found=" ".join(str(cause).split())) from cause
    if repeated:
        raise StudyError(f"every key of {file.name} stands once in its block", found=f"{repeated!r} twice")
    return content


def _repeated_key(root: Any) -> str:
    """The first key that stands twice in one mapping, of which YAML would silently keep the last; or nothing."""
    import yaml

    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                return str(twice[0])
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return ""
