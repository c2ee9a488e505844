"""What a running case carries of a pack, and how lists show one."""

import pytest

from domain.trade_pack import TradePack
from tests.domain.schemes import SERVICE
from tests.domain.sheets import RULE


def test_a_case_carries_which_documents_its_own_scheme_asks_a_file_for() -> None:
    """R:7/7.2.1."""
    documents = [one.model_copy(update={"file_required": one.kind in "fj"}) for one in SERVICE.documents]
    assert SERVICE.model_copy(update={"documents": documents}).rules().needs_a_file == "fj"


@pytest.mark.parametrize("example", [True, False])
def test_a_list_says_whether_a_trade_pack_is_an_example(*, example: bool) -> None:
    pack: TradePack = RULE.model_copy(update={"example": example})
    shown = pack.summary()
    assert (shown.id, shown.version, shown.kind, shown.title) == (RULE.id, RULE.version, "special_rule", RULE.title)
    assert shown.example is example
