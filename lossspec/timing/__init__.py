"""How long a training step takes with each loss, beside yardsticks of the same minute: the record's ``timings``."""

from lossspec.timing.measured import YARDSTICKS, measure

__all__ = ["YARDSTICKS", "measure"]
