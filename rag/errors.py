"""The one error tree.

CitewellError
├── ConfigurationError      a setting, preset or flag is wrong               (exit code 2)
│   └── UnknownSettingError     a key that does not exist; names the nearest right one
├── UsageError              a request that cannot be carried out as written  (exit code 2)
│   └── QueryError              a statement of SQL that is wrong, or may not or cannot be run here
├── DocumentError           one file cannot be read; the others go on        (exit code 1)
│   ├── UnsupportedDocumentError    no loader for this kind of content
│   ├── EncryptedDocumentError      a password is needed
│   ├── EmptyDocumentError          nothing to index: no bytes or no text
│   └── DocumentTooLargeError       above a limit that a setting names
├── StoreError              the library on disk cannot be used as it is      (exit code 1)
│   ├── LibraryNotFoundError
│   ├── SchemaVersionError          written by a newer version
│   ├── LibraryLockedError          another process is writing
│   └── LibraryReadOnlyError        it can be read here and not written
├── NotFoundError           a document, page or run that is not in the library
└── ModelError              a model cannot be loaded or called               (exit code 1)
    ├── ModelNotFoundError
    └── EndpointError               a remote endpoint refused, failed or timed out

Every message names the thing, the value seen, and what to do.
"""

__all__ = [
    "CitewellError",
    "ConfigurationError",
    "DocumentError",
    "DocumentTooLargeError",
    "EmptyDocumentError",
    "EncryptedDocumentError",
    "EndpointError",
    "LibraryLockedError",
    "LibraryNotFoundError",
    "LibraryReadOnlyError",
    "ModelError",
    "ModelNotFoundError",
    "NotFoundError",
    "QueryError",
    "SchemaVersionError",
    "StoreError",
    "UnknownSettingError",
    "UnsupportedDocumentError",
    "UsageError",
]


class CitewellError(Exception):
    """Base of every error that Citewell raises on purpose."""

    exit_code = 1


class ConfigurationError(CitewellError):
    """A setting, preset or flag is wrong."""

    exit_code = 2


class UnknownSettingError(ConfigurationError):
    """A settings key that does not exist."""


class UsageError(CitewellError):
    """A request that cannot be carried out as it was written."""

    exit_code = 2


class QueryError(UsageError):
    """A statement of SQL that is wrong, or may not or cannot be run here."""


class DocumentError(CitewellError):
    """One document cannot be read."""


class UnsupportedDocumentError(DocumentError):
    """No loader reads this kind of content."""


class EncryptedDocumentError(DocumentError):
    """The document needs a password."""


class EmptyDocumentError(DocumentError):
    """The document holds nothing to index."""


class DocumentTooLargeError(DocumentError):
    """The document is above a limit that a setting names."""


class StoreError(CitewellError):
    """The library on disk cannot be used as it is."""


class LibraryNotFoundError(StoreError):
    """There is no library at this place."""


class SchemaVersionError(StoreError):
    """The library was written by a newer version of Citewell."""


class LibraryLockedError(StoreError):
    """Another process holds the library's write lock for too long."""


class LibraryReadOnlyError(StoreError):
    """The library can be read here, and not changed."""


class NotFoundError(CitewellError):
    """A document, page or run that is not in the library.

    `listed_by` is the command that lists what there is, such as `citewell list`; `message` is without it.
    """

    def __init__(self, message: str, listed_by: str = "") -> None:
        super().__init__(f"{message}: `{listed_by}` shows what there is" if listed_by else message)
        self.message = message
        self.listed_by = listed_by


class ModelError(CitewellError):
    """A model cannot be loaded or called."""


class ModelNotFoundError(ModelError):
    """The weights of a model are not on this machine."""


class EndpointError(ModelError):
    """A remote endpoint refused, failed or timed out; `status` is that of HTTP where it told one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
