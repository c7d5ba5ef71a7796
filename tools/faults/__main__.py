"""``python -m tools.faults``: see `faults.command`."""

from tools.faults.command import main

if __name__ == "__main__":
    main()
