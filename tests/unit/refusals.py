"""What every command's refusal looks like."""


def refused(result):
    """Check that a command ended with exit code 2 and one line, and give the line."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("lossspec: ")
    assert result.stderr.count("\n") == 1
    return result.stderr
