"""Botocore's descriptions of the services, read quicker than botocore reads them: a sixth of a cold start.

It walks through the folders of all services before it opens one, and decodes with a hook for each JSON object, while
the garbage collector looks again and again through what is no garbage. All three are replaced at the place that
botocore leaves for it, the session's `data_loader`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader


class _Files(JSONFileLoader):  # type: ignore[misc] # botocore has no types
    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        if not os.path.isfile(full_path):
            return None
        with open_method(full_path, "rb") as file, _no_collecting():
            return msgspec.json.decode(file.read())


class Descriptions(Loader):  # type: ignore[misc]
    FILE_LOADER_CLASS = _Files

    def list_available_services(self, type_name: str) -> list[str]:
        """Every service's folder, whatever is in it: a missing description fails when it is looked for."""
        return sorted(name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path))


@contextmanager
def _no_collecting() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
