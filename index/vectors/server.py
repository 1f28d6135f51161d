"""Generations as collections on a Chroma server, which many machines may read.

Law: as on this machine, a collection never changes once it is built; it holds text and metadata beside
the vectors. A server knows no readers' locks: a reader whose collection is gone is told to ask again.

The address is ``http(s)://[TOKEN@]HOST[:PORT][/TENANT/DATABASE]``.

Does not know: the catalog's tables, folders.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

from index.catalog import EVERYTHING, Where
from index.errors import BylineError, VectorsError
from index.vectors.store import (
    Generation,
    Rows,
    Searcher,
    VectorStore,
    checked,
    collection_settings,
    fill,
    ids_of,
    query,
)

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

# Hosted servers take no more records than this at once.
MAX_BATCH = 250
CONNECT_SECONDS = 5


class ServerStore(VectorStore):
    """The collections of one index on the server at ``url``. Raises VectorsError for a wrong URL."""

    def __init__(self, url: str, index_id: str) -> None:
        self._address = _address(url)
        self._prefix = f"byline-{index_id}-"

    def build(self, current: Generation | None, ids: frozenset[str], rows: Rows) -> Generation:  # noqa: ARG002
        """Make a new collection: see VectorStore. It always starts empty."""
        name = self._prefix + uuid4().hex[:12]
        with self._client() as client:
            try:
                batch = _batch(client)
                collection = client.create_collection(name, **collection_settings())
                fill(collection, rows(ids), batch, documents=True)
                checked(collection, ids, batch)
            except BaseException:
                with _quiet():
                    client.delete_collection(name)
                raise
        return Generation(name)

    def sound(self, generation: Generation, ids: frozenset[str]) -> bool:
        """Tell whether a collection is there and holds exactly ``ids``: see VectorStore."""
        with self._client() as client:
            if generation.name not in {collection.name for collection in client.list_collections()}:
                return False
            return ids_of(_collection(client, generation.name), _batch(client)) == ids

    def open(self, generation: Generation) -> Searcher:
        """Open a collection for searching: see VectorStore."""
        with _translated(self._address):
            client = _connect(self._address)
            return _ServerSearcher(self._address, client, _collection(client, generation.name))

    def sweep(self, keep: str) -> None:
        """Remove the other collections of this index: see VectorStore."""
        with self._client() as client:
            for name in [collection.name for collection in client.list_collections()]:
                if name.startswith(self._prefix) and name != keep:
                    client.delete_collection(name)

    @contextmanager
    def _client(self) -> Iterator["ClientAPI"]:
        with _translated(self._address):
            client = _connect(self._address)
            try:
                yield client
            finally:
                client.close()  # type: ignore[attr-defined]


class _ServerSearcher(Searcher):
    def __init__(self, address: SplitResult, client: "ClientAPI", collection: "Collection") -> None:
        self._address, self._client, self._collection = address, client, collection

    def search(
        self, vector: Sequence[float], k: int, where: Where = EVERYTHING, paths: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        with _translated(self._address):
            return query(self._collection, vector, k, where, paths)

    def close(self) -> None:
        self._client.close()  # type: ignore[attr-defined]


def _address(url: str) -> SplitResult:
    hint = "Set BYLINE_CHROMA_URL to an address such as http://127.0.0.1:8000, or unset it."
    try:
        address = urlsplit(url)
        usable = address.scheme in ("http", "https") and address.hostname and (address.port or True)
    except ValueError:
        usable = False
    if not usable or len(_tenant_and_database(address)) not in (0, 2):
        raise VectorsError("The address of the Chroma server is not one.", hint)
    return address


def _tenant_and_database(address: SplitResult) -> list[str]:
    return [part for part in address.path.split("/") if part]


def _connect(address: SplitResult) -> "ClientAPI":
    """Connect to a server, after seeing that it answers: Chroma's own client waits for ever."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    port = address.port or (443 if address.scheme == "https" else 8000)
    root = f"{address.scheme}://{_host(address)}:{port}"
    httpx.get(f"{root}/api/v2/heartbeat", timeout=CONNECT_SECONDS).raise_for_status()
    place = dict(zip(("tenant", "database"), _tenant_and_database(address), strict=False))
    return chromadb.HttpClient(
        host=_host(address),
        port=port,
        ssl=address.scheme == "https",
        headers={"x-chroma-token": address.username} if address.username else None,
        settings=Settings(anonymized_telemetry=False),
        **place,
    )


def _host(address: SplitResult) -> str:
    host = address.hostname or ""
    return f"[{host}]" if ":" in host else host


def _collection(client: "ClientAPI", name: str) -> "Collection":
    return client.get_collection(name, embedding_function=None)


def _batch(client: "ClientAPI") -> int:
    return min(MAX_BATCH, client.get_max_batch_size())


@contextmanager
def _quiet() -> Iterator[None]:
    try:
        yield
    except Exception:  # the fault that led here is the one to tell
        return


@contextmanager
def _translated(address: SplitResult) -> Iterator[None]:
    """Turn what Chroma's client and the network raise into VectorsError."""
    import httpx
    from chromadb.errors import NotFoundError

    shown = f"{address.scheme}://{address.netloc.rpartition('@')[2]}"
    try:
        yield
    except BylineError:
        raise
    except NotFoundError as error:
        raise VectorsError(
            f"The vectors are no longer on the Chroma server at {shown}.",
            "Ask again; if that fails: byline index",
        ) from error
    except (httpx.TransportError, ConnectionError, ValueError) as error:
        raise VectorsError(
            f"The Chroma server at {shown} does not answer: {_brief(error)}",
            "Start it (chroma run), or unset BYLINE_CHROMA_URL and run byline index.",
        ) from error
    except Exception as error:
        hint = "See the server's log, or unset BYLINE_CHROMA_URL and run byline index."
        raise VectorsError(f"The Chroma server at {shown} failed: {_brief(error)}", hint) from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
