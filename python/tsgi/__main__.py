"""Started by the master as a script. Parseable by any Python, so that an old one can say so."""

import os
import sys

OLDEST = (3, 8)


def refuse():
    # type: () -> None
    """One "failed" line on descriptor 3: everything else in this package needs a newer interpreter."""
    import json

    seen = ".".join(str(part) for part in sys.version_info[:3])
    failure = {
        "event": "failed",
        "message": "Python %s at %s is too old: tsgi needs %d.%d or newer"
        % ((seen, sys.executable) + OLDEST),
        "details": ["Name a newer interpreter with --python, or a newer environment with --home."],
        "traceback": None,
    }
    os.write(3, (json.dumps(failure) + "\n").encode("utf-8"))
    sys.exit(1)


def main():
    # type: () -> int
    here = os.path.dirname(os.path.abspath(__file__))
    # A script's own directory comes first on sys.path: there, the application's `import headers`
    # would find ours. The package is imported whole, then its parent leaves the path as well.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    sys.path.insert(0, os.path.dirname(here))
    from tsgi import zygote

    del sys.path[0]
    return zygote.main()


if __name__ == "__main__":
    if sys.version_info[:2] < OLDEST:
        refuse()
    sys.exit(main())
