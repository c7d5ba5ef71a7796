"""``python -m lossspec``."""

from lossspec.commands.main import main

if __name__ == "__main__":
    main(prog_name="lossspec")
