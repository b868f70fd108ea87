"""A file that comes with a message: held in memory while it is encrypted, and no larger than we keep."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile

#: bytes of one file
LARGEST = 10 * 1024 * 1024


class InMemory(MemoryFileUploadHandler):
    """Takes files of ``LARGEST`` at most, all of a request together, so that no request fills the memory.

    What is more is left out, and the request says so: ``request.too_large``.
    """

    taken = 0

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.taken += len(raw_data)
        if self.taken > LARGEST:
            self.request.too_large = True
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)
