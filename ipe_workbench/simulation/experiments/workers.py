"""Who computes the parts: this process, processes of this machine, or a Dask cluster. All run the same function."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

from ipe_workbench.errors import EnvironmentFault, UnusableInputError, WorkbenchError
from ipe_workbench.simulation.experiments.work import Part, code_digest, compute

__all__ = ["Computed", "DaskWorkers", "LocalProcesses", "LostWorkersError", "ThisProcess", "Workers"]

_AGAIN = "Run the same command again: finished parts are kept and not computed again."


class LostWorkersError(Exception):
    """Workers have died; what they were computing has to be handed out again."""


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A part's arrays and how long it took, in seconds."""

    arrays: dict[str, npt.NDArray[Any]]
    seconds: float


class Workers(Protocol):
    """Somebody who computes parts."""

    #: How many parts are computed at the same time.
    size: int

    def submit(self, part: Part) -> Any:
        """Hand out a part; gives a handle."""

    def finished(self, handles: Sequence[Any]) -> list[Any]:
        """Those of the handles that are done; waits for at least one."""

    def result(self, handle: Any) -> Computed:
        """What a finished handle gave.

        Raises
        ------
        LostWorkersError
            When workers died and all open parts have to be handed out again.
        """


def timed(part: Part, code: str, threads: int = 1) -> Computed:
    """Compute a part and take the time."""
    started = time.perf_counter()
    arrays = compute(part, code, threads)
    return Computed(arrays, time.perf_counter() - started)


class ThisProcess:
    """Parts one after the other in this process, each on several threads."""

    size = 1

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def submit(self, part: Part) -> Computed:
        """Compute at once."""
        return timed(part, code_digest(), self.threads)

    def finished(self, handles: Sequence[Computed]) -> list[Computed]:
        """All of them."""
        return list(handles)

    def result(self, handle: Computed) -> Computed:
        """The handle itself."""
        return handle


class LocalProcesses:
    """Processes of this machine, started anew when one of them dies."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        # Not fork: the threads of this process would not survive in the copy.
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["ipe_workbench.simulation.experiments.replication"])
        return ProcessPoolExecutor(self.size, mp_context=context)

    @classmethod
    @contextmanager
    def running(cls, size: int) -> Iterator[LocalProcesses]:
        """Started, and stopped at the end; what is still open then is dropped."""
        pool = cls(size)
        try:
            yield pool
        finally:
            pool._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, part: Part) -> Any:
        """Hand out a part."""
        try:
            return self._pool.submit(timed, part, code_digest())
        except BrokenProcessPool:
            self._restart()
            raise LostWorkersError from None

    def finished(self, handles: Sequence[Any]) -> list[Any]:
        """Those that are done."""
        return list(wait(handles, return_when=FIRST_COMPLETED).done)

    def result(self, handle: Any) -> Computed:
        """What it gave."""
        try:
            computed: Computed = handle.result()
        except BrokenProcessPool:
            self._restart()
            raise LostWorkersError from None
        return computed

    def _restart(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._started()


class DaskWorkers:
    """A Dask cluster. The cluster hands out again what a dead worker was computing."""

    def __init__(self, client: Any, size: int, address: str) -> None:
        self._client = client
        self.size = size
        self._address = address

    @classmethod
    @contextmanager
    def running(cls, scheduler: str, size: int) -> Iterator[DaskWorkers]:
        """Connected to the scheduler at an address, or to a cluster of this machine (`local`) that ends with it.

        Raises
        ------
        EnvironmentFault
            When nobody answers at the address, or the cluster has no worker.
        """
        import dask

        distributed = _distributed()
        with contextlib.ExitStack() as stack:
            quiet = {"distributed.logging.distributed": "error", "distributed.comm.timeouts.connect": "5s"}
            stack.enter_context(dask.config.set(quiet))
            try:
                if scheduler == "local":
                    cluster = stack.enter_context(
                        distributed.LocalCluster(
                            n_workers=size, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
                        )
                    )
                    client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
                else:
                    client = stack.enter_context(distributed.Client(scheduler, timeout="5s", set_as_default=False))
                    size = _cluster_size(client, scheduler)
            except (OSError, TimeoutError) as error:
                raise EnvironmentFault(
                    "No Dask scheduler answers.", place=scheduler, mend="Start one with `dask scheduler`."
                ) from error
            except ValueError as error:
                raise UnusableInputError(
                    f"This is no address of a Dask scheduler: {error}.",
                    place=scheduler,
                    mend="Give one like tcp://host:8786, or `local`.",
                ) from error
            yield cls(client, size, scheduler)

    def submit(self, part: Part) -> Any:
        """Hand out a part. Never taken from an earlier answer of the cluster: the files are the only memory."""
        return self.call(timed, part, code_digest())

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Have a function called on a worker; gives a handle for `finished` and `answer`."""
        return self._client.submit(function, *arguments, pure=False)

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have a function called on every worker that is still there; where the cluster is lost nothing happens."""
        with contextlib.suppress(Exception):
            self._client.run(function, *arguments, on_error="ignore")

    def finished(self, handles: Sequence[Any]) -> list[Any]:
        """Those that are done."""
        distributed = _distributed()
        try:
            with self._client.as_current():
                return list(distributed.wait(list(handles), return_when="FIRST_COMPLETED").done)
        except Exception as error:
            raise self._fault(error) from error

    def result(self, handle: Any) -> Computed:
        """What it gave."""
        computed: Computed = self.answer(handle)
        return computed

    def answer(self, handle: Any) -> Any:
        """What a call gave."""
        try:
            answer = handle.result()
        except WorkbenchError:
            raise
        except Exception as error:
            raise self._fault(error) from error
        handle.release()
        return answer

    def _fault(self, error: Exception) -> Exception:
        kind = type(error).__name__
        if isinstance(error, ImportError) or "No module named" in str(error):
            return EnvironmentFault(
                f"A worker cannot load what it needs ({error}).",
                place=self._address,
                mend="Install ipe-workbench of the same version, with what it depends on, on every worker.",
            )
        if kind == "KilledWorker":
            return EnvironmentFault(
                "One part has taken several workers down with it; they may lack memory.",
                place=self._address,
                mend=f"Give the workers more memory, or ask for less at a time. {_AGAIN}",
            )
        if isinstance(error, OSError) or kind in ("FutureCancelledError", "CancelledError", "CommClosedError"):
            return EnvironmentFault(f"The cluster is lost ({kind}).", place=self._address, mend=_AGAIN)
        return error


def _cluster_size(client: Any, address: str) -> int:
    try:
        client.wait_for_workers(1, timeout=10)
    except TimeoutError:
        raise EnvironmentFault(
            "The cluster has no worker.", place=address, mend=f"Start one with `dask worker {address}`."
        ) from None
    return max(1, int(sum(client.nthreads().values())))


def _distributed() -> Any:
    """Dask's half of the work; it publishes few types."""
    import distributed

    return distributed
