"""All mutants."""

from typing import Final

from tests.simulation.mutants_of_order import ORDER
from tests.simulation.mutants_of_policy import POLICY
from tests.simulation.mutants_of_records import RECORDS
from tests.simulation.mutants_of_rights import RIGHTS

MUTANTS: Final = (*ORDER, *RIGHTS, *RECORDS, *POLICY)
"""Each invariant has at least one."""
