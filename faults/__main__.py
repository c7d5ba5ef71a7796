"""``python -m faults``: see `faults.command`."""

from faults.command import main

if __name__ == "__main__":
    main()
