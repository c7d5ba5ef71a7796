"""What the site is built of beside its texts: a page a loss, the compatibility page, its links."""
