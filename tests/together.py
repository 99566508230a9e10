"""Several at once, with real threads and real commits."""

import threading
from collections.abc import Callable, Sequence

from django.db import connections

from foundation.errors import DomainError


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs in threads that start together; return what each returned, or the code it was refused with."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = jobs[place]()
        except DomainError as error:
            results[place] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
