"""Documents as tests want them: complete, and different only in what a test names."""

from datetime import date
from typing import Any

from domain.documents import CertificateData, Edition, Holder, Phrase, PrintedSite

SCHEME = Edition(
    id="sxjp-service",
    version="1.0",
    title=Phrase(zh="“山西精品”服务认证实施规则", en="Rules for “Shanxi Premium” service certification"),
)
SPECIAL = Edition(
    id="sxjp-hotel",
    version="2026.1",
    title=Phrase(zh="住宿服务认证专用规则", en="Special rule for accommodation services"),
)
HOLDER = Holder(
    name=Phrase(zh="太原晋韵酒店管理有限公司", en="Taiyuan Jinyun Hotel Management Co., Ltd."),
    uscc="91140100MA0KXW3N4T",
    address=Phrase(
        zh="山西省太原市小店区长风街123号晋韵大厦18层",
        en="18/F Jinyun Tower, 123 Changfeng Street, Xiaodian District, Taiyuan, Shanxi",
    ),
)
BODY = Phrase(zh="示例质量认证有限公司", en="Example Quality Certification Co., Ltd.")


def some_sites(count: int) -> list[PrintedSite]:
    """So many sites, the first with the central function."""
    return [
        PrintedSite(
            id=f"s{n}",
            name=Phrase(zh=f"晋韵酒店（第{n}门店）", en=f"Jinyun Hotel, branch {n}"),
            address=Phrase(
                zh=f"山西省太原市迎泽区迎泽大街{n * 7}号", en=f"{n * 7} Yingze Street, Yingze District, Taiyuan"
            ),
        )
        for n in range(1, count + 1)
    ]


def a_certificate(sites: int = 1, **changes: Any) -> CertificateData:  # any field may be changed
    """One certificate of a hotel, with so many sites."""
    fields: dict[str, object] = {
        "number": "SXJP-2026-DEMO-000123",
        "organization": HOLDER,
        "service": Phrase(zh="酒店住宿及会议接待服务", en="Hotel accommodation and conference services"),
        "scope": Phrase(
            zh="位于所列场所的客房、餐饮、会议与礼宾服务的提供",
            en="Provision of guest room, catering, conference and concierge services at the listed sites",
        ),
        "sites": some_sites(sites),
        "scheme": SCHEME,
        "special_rule": SPECIAL,
        "decided_on": date(2026, 12, 20),
        "valid_from": date(2026, 12, 20),
        "valid_until": date(2029, 12, 19),
        "issuing_body": BODY,
        "status_url": "https://jingpin.example.cn/verify/SXJP-2026-DEMO-000123",
    }
    return CertificateData.model_validate(fields | changes)
