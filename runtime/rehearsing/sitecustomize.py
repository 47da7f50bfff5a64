"""Python runs this at its start where it is on its path: a witness in every Python that builds something."""

import sys

from witness import Witness  # type: ignore[import-not-found]  # beside this file, in a cell

sys.addaudithook(Witness())
