"""Currencies by ISO 4217 code, with their signs, and how to write an amount. Pure."""

from __future__ import annotations

import unicodedata
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

_NAMES = {  # other ways to write a currency, in small letters and without full stops
    "GBP": "gbp £ pound pounds sterling stg",
    "EUR": "eur € euro euros",
    "USD": "usd us$ $us $ dollar dollars",
    "AUD": "aud a$ au$ $ dollar dollars",
    "CAD": "cad c$ ca$ $ dollar dollars",
    "NZD": "nzd nz$ $ dollar dollars",
    "JPY": "jpy ¥ yen",
    "CNY": "cny rmb ¥ yuan",
    "INR": "inr ₹ rs rupees",
    "ILS": "ils ₪ nis shekel shekels",
    "DKK": "dkk kr krone kroner",
    "NOK": "nok kr krone kroner",
    "SEK": "sek kr krona kronor",
    "ISK": "isk kr króna krónur",
    "CHF": "chf fr sfr franken francs",
    "PLN": "pln zł zl złoty złotych zloty",
    "CZK": "czk kč kc koruna korun",
    "HUF": "huf ft forint",
    "RON": "ron lei leu",
    "BGN": "bgn лв lev leva",
    "TRY": "try ₺ tl lira",
    "UAH": "uah ₴ hryvnia",
    "ZAR": "zar r rand",
    "BRL": "brl r$ real reais",
    "NGN": "ngn ₦ naira",
    "KES": "kes ksh shillings",
}
_ALL_NAMES = frozenset(" ".join(_NAMES.values()).split())


def without_own(mark: str, code: str) -> str:
    """Return what a mark next to a number says besides the currency: of `kr/h` in Norway, `/h`."""
    words = mark.casefold().split(" ")
    for own in _names(code):
        words = [_without(word, own) for word in words]
    return " ".join(word for word in words if word)


def _without(word: str, own: str) -> str:
    rest = word.removeprefix(own)
    return word if rest == word or rest[:1].isalpha() else rest.lstrip(".")


def _names(code: str) -> list[str]:
    return sorted(_NAMES.get(code, code.casefold()).split(), key=len, reverse=True)


def names_another(mark: str, code: str) -> bool:
    """Return whether a mark next to a number is the name or sign of another currency."""
    word = mark.casefold().strip(". ")
    if word in _names(code):
        return False
    is_known = word.upper() in CODES or word in _ALL_NAMES
    return is_known or any(unicodedata.category(letter) == "Sc" for letter in word)


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
