"""``python -m lossspec``: the command, where its script isn't on the path."""

from lossspec.commands.main import main

if __name__ == "__main__":
    main(prog_name="lossspec")
