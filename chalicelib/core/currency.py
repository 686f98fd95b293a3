"""Currencies by ISO 4217 code, with their signs, and how to write an amount. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT "
    "LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR "
    "NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
    "STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG "
    "XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_CODES.split(" "))
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "AUD": "$", "CAD": "$", "NZD": "$", "JPY": "¥", "INR": "₹", "ILS": "₪"}


def sign(code: str) -> str:
    """Return what to write before an amount: "£", or the code itself if no sign is known everywhere."""
    return SIGNS.get(code, code)


def whole_sum(number: Fraction, code: str) -> str:
    """Format an amount rounded half up to a whole unit: "£12,500"."""
    return exact_sum(rounded(number), code)


def rounded(number: Fraction) -> Decimal:
    """Round an amount half up to a whole unit."""
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal(1), ROUND_HALF_UP)


def exact_sum(number: Decimal, code: str) -> str:
    """Format an amount as it was typed: "£12,500.50" or "CHF 12,500"."""
    before = sign(code)
    return f"{before}{' ' if before == code else ''}{number:,f}"
