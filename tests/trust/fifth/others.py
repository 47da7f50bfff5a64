"""Other plugins' files, and one's own."""

from tests.trust.fifth.others_cunning import CUNNING
from tests.trust.fifth.others_plain import PLAIN
from tests.trust.fifth.others_twins import ALIKE
from tests.trust.fifth.styles import one_of

reading = one_of((*PLAIN, *CUNNING))
own = one_of(ALIKE)
