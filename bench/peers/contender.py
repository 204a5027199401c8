"""A benchmark's other side: answers JSON lines on standard input, so that both sides can take turns in one run."""
import json
import resource
import sys
import time


def serve(actions, report):
    """`{"do": NAME}` runs actions[NAME] and answers its milliseconds; `{"do": "report"}` answers `report(request)`."""
    answer({'ready': True})
    for line in sys.stdin:
        request = json.loads(line)
        if request['do'] == 'report':
            answer({'rss_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **report(request)})
            continue
        start = time.perf_counter()
        actions[request['do']]()
        answer({'ms': (time.perf_counter() - start) * 1000})


def answer(value):
    print(json.dumps(value), flush=True)
