"""The page behind a certificate's QR code: plain HTML without scripts or anything from elsewhere."""

import base64
import hashlib
from html import escape
from string import Template
from urllib.parse import quote

from domain.mark_use import may_use
from records.certificates import Entry, Status


class Html(str):
    """Text that is markup already; whatever else is put into a template is escaped."""

    __slots__ = ()


def fill(template: str, **values: str) -> Html:
    """Put texts into a template, each escaped unless it is `Html`.

    Raises:
        KeyError: the template names something that is not given.
    """
    safe = {name: value if isinstance(value, Html) else escape(value) for name, value in values.items()}
    return Html(Template(template).substitute(safe))


STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.25rem; }
.verdict { font-size: 1.5rem; font-weight: 700; padding: .75rem 1rem; border: .2rem solid; border-radius: .4rem; }
.good { color: #0b5d1e; } .warn { color: #7a4a00; } .bad { color: #9b1c1c; }
.rehearsal { font-weight: 700; color: #fff; background: #9b1c1c; padding: .75rem 1rem; border-radius: .4rem; }
dt { font-weight: 600; margin-top: .75rem; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
small, .soft { color: #555; font-size: .875rem; font-weight: 400; }
@media (prefers-color-scheme: dark) {
  body { color: #f0f0f0; background: #161616; } small, .soft { color: #b8b8b8; } a { color: #8ab4f8; }
  .good { color: #7ddc93; } .warn { color: #f2c26b; } .bad { color: #ff9b9b; }
}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1>证书查验 <span lang="en">Certificate verification</span></h1>
$content
</main>
</body>
</html>
"""
_KNOWN = """$rehearsal
<p class="verdict $tone">$sign $zh <span lang="en">$en</span></p>
<p class="soft">$said_zh <span lang="en">$said_en</span></p>
<dl>
$facts
</dl>
<h2>场所 <span lang="en">Sites</span></h2>
<ul>
$sites
</ul>
$link
"""
_UNKNOWN = """<p class="verdict bad">✗ 查无此证 <span lang="en">No such certificate</span></p>
<p>编号 $number 从未颁发，或输入有误。
<span lang="en">This number was never issued, or it was mistyped.</span></p>
"""
_REHEARSAL = """<p class="rehearsal">演练 REHEARSAL：此证书仅供演练，不证明任何认证。
<span lang="en">Issued for training only; it certifies nothing.</span></p>"""
_FACT = '<dt>$zh <small lang="en">$en</small></dt><dd>$value</dd>'
_SITE = '<li>$name <span class="soft">$city $address</span></li>'
_LINK = '<p><a href="/api/v1/certificates/$number.pdf">证书文件 <span lang="en">The certificate (PDF)</span></a></p>'

WORDS: dict[Status, tuple[str, str, str, str]] = {
    "valid": ("good", "✓", "有效", "Valid"),
    "upcoming": ("warn", "◷", "尚未生效", "Not yet valid"),
    "suspended": ("warn", "!", "已暂停", "Suspended"),
    "withdrawn": ("bad", "✗", "已撤销", "Withdrawn"),
    "cancelled": ("bad", "✗", "已注销", "Cancelled"),
    "expired": ("bad", "✗", "已过期", "Expired"),
    "superseded": ("bad", "✗", "已被新证书取代", "Superseded by a newer certificate"),
}
"""Status → tone, sign, and how it is called in Chinese and English."""


def known(found: Entry, body: tuple[str, str], *, printed: bool) -> Html:
    """The page of a certificate; `body` is the issuing body's Chinese and English name."""
    tone, sign, zh, en = WORDS[found.status]
    row, day = found.row, found.on.isoformat()
    content = fill(
        _KNOWN,
        rehearsal=Html(_REHEARSAL if row.rehearsal else ""),
        tone=tone,
        sign=sign,
        zh=zh,
        en=en,
        said_zh=f"{day} 的状态",
        said_en=f"Status on {day}",
        facts=_facts(found, body),
        sites=Html("\n".join(fill(_SITE, **site) for site in row.sites)),
        link=fill(_LINK, number=quote(row.number, safe="")) if printed else Html(""),
    )
    return _page(f"{row.number} {zh} {en}", content)


def unknown(number: str) -> Html:
    """The page of a number that was never issued."""
    return _page("查无此证 No such certificate", fill(_UNKNOWN, number=number))


def _page(title: str, content: Html) -> Html:
    return fill(_PAGE, title=title, style=Html(STYLE), content=content)


def _facts(found: Entry, body: tuple[str, str]) -> Html:
    row = found.row
    use = "可以 allowed" if may_use(found.status) else "不得 not allowed"
    rule = f"{row.special_rule} {row.special_rule_version}" if row.special_rule else ""
    facts = [
        ("证书编号", "Certificate No.", row.number),
        ("获证组织", "Organization", row.organization),
        ("统一社会信用代码", "Unified social credit code", row.uscc),
        ("认证内容", "Certified", row.service),
        ("认证范围", "Scope", row.scope),
        ("认证规则", "Scheme", f"{row.scheme} {row.scheme_version}"),
        ("专用规则或标准", "Special rule or standard", rule),
        ("认证决定日期", "Decided on", row.decided_on.isoformat()),
        ("有效期", "Valid", f"{row.valid_from} – {row.valid_until}"),
        ("使用证书和标志", "Use of certificate and mark", use),
        ("被取代的证书", "Replaces", row.predecessor or ""),
        ("取代本证书的新证书", "Replaced by", row.successor or ""),
        ("认证机构", "Certification body", "\n".join(name for name in body if name)),
    ]
    return Html("\n".join(fill(_FACT, zh=zh, en=en, value=value) for zh, en, value in facts if value))
