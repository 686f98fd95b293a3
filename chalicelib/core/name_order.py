"""Read a person's name out of the words around it: order, titles after the name, numbers and bullets. Pure."""

from __future__ import annotations

import re
import unicodedata

# written after a name; longer ones in capitals, such as FRCN, are recognised by their shape
_WRITTEN_AFTER = (
    "ba bn bsc bphil beng llb llm ma mba mbchb mbbs md mphil mres msc mph mn mpharm phd dphil dnp edd dclinpsych pharmd"
    " rn rgn rmn rm rnld lpn np aprn cnm gp ot pt rd slt dds bds do dc esq cbe mbe obe kbe dbe qc kc mp jp od hcpc cpa"
    " frcn frcp frcs frcgp mrcp mrcs mrcgp fcca acca mcipd fcipd hons dr prof"
)
_CREDENTIALS = frozenset(_WRITTEN_AFTER.split())
_JOB_WORDS = (  # no one's name; "nurse" and "head" are surnames too
    "matron|midwife|doctor|consultant|registrar|physiotherapist|therapist|pharmacist|radiographer|paramedic|dietitian"
    "|psychologist|manager|director|officer|administrator|coordinator|assistant|secretary|accountant|analyst"
    "|practitioner|specialist|supervisor|head of|team lead|clinical lead"
    "|(?:charge|staff|district|community|practice|school|senior|research|lead|chief|registered) nurse"
)
_JOB = re.compile(rf"\b(?:{_JOB_WORDS})\b|^(?:nurse|sister|lead)$")
_AROUND_JOBS = (  # words of titles of jobs and wards: "Deputy Director", "Theatre Manager"
    "acting assistant associate bank chief clerical clinical corporate deputy divisional executive general group head"
    " interim joint junior lead line managing national non-clinical operational principal professional regional"
    " section senior specialty staff strategic trainee training vice"
    " acute admin administration admissions ambulance anaesthetic business cancer capital care catering charge children"
    " children’s commercial communications community contracts critical data dental department development digital"
    " directorate discharge division education emergency engagement equality estates facilities family finance"
    " financial fundraising gp governance health healthcare home hospital housekeeping hr human improvement information"
    " informatics innovation integrated investment it laboratory learning legal locality logistics maintenance"
    " maternity medical medicine mental midwifery nurse nursing office operations organisational orthopaedic outpatient"
    " outpatients paediatric paediatrics palliative pathology patient payroll people performance pharmacy planning"
    " policy practice primary procurement programme project property public quality radiology reception recruitment"
    " rehabilitation research resources risk safeguarding safety sales school service services shift site social"
    " strategy support surgery surgical systems team technical technology theatre theatres therapies therapy transport"
    " transformation unit urgent volunteer ward wards wellbeing women’s workforce"
    " cardiac diabetes dementia frailty learning-disability oncology renal respiratory stroke"
)
_OF_A_JOB = frozenset(f"{_AROUND_JOBS} {_JOB_WORDS.replace('|', ' ')}".split()) | {"&", "and", "the", "sister"}
_AFTER_JOB = re.compile(r"\s(?:of|for|to|at|in)\s|[,(–—-]")  # what follows says of what or where
_LETTERS = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_SALUTATIONS = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev"])
_NO_NAME_WORDS = (
    "na nan none nil null noname unknown notknown tbc tba tbd tobeconfirmed notapplicable vacant vacancy test"
)
_NO_NAMES = frozenset(_NO_NAME_WORDS.split())
_PLACE = re.compile(  # and where someone can be reached
    r"(?:ward|bay|theatre|room|level|floor|unit|clinic|block|building|band|ext|extension|bleep|tel)"
    r"\.?\s?#?\d{1,6}[a-z]?",
    re.IGNORECASE,
)
_ERROR = re.compile(  # of a spreadsheet, in its languages: "#REF!", "#¡REF!", "#NAME?", "#DIV/0!", "#N/A", "Err:502"
    r"#(?:¡?[A-ZÀ-ÖØ-Þ0-9/_]{2,15}[!?]|[Nn]/[Aa]|NV|N/D|NB|I/T|GETTING_DATA)|Err:5\d\d"
)
_PRONOUN = (  # of English, German and Polish; a name has none of these with a slash between them
    r"(?:she|hers?|he|him|his|they|them|theirs?|ze|zir|hir|xe|xem|any|all|sie|ihre?|er|ihm|ihn|sein|ona|jej|on|jego|oni)"
)
_LABELLED = r"(?:pronouns?\s?:?\s)?"
_PRONOUNS = re.compile(  # in brackets, with slashes or commas; elsewhere with slashes
    rf"[(\[]\s?{_LABELLED}{_PRONOUN}(?:\s?[/,]\s?{_PRONOUN}){{1,3}}\s?[)\]][,;.]?"
    rf"|[(\[]?(?<![\w/]){_LABELLED}{_PRONOUN}(?:\s?/\s?{_PRONOUN}){{1,3}}(?![\w/])[)\]]?[,;.]?",
    re.IGNORECASE,
)
_SUFFIXES = frozenset(["jr", "sr", "jnr", "snr", "ii", "iii", "iv"])  # part of the name: they stay at the end
_WHOLE_NAME = 2  # words
_NO_SURNAME = 4  # letters: shorter credentials in capitals, such as MA, DO and MBA, are surnames too
_MIN_CAPITALS = 3  # two capitals after a surname may be initials: "De Vries, JK"
_NUMBER = re.compile(  # "1.", "2)", "4 ", "15,", "No. 3", "a)", "iv."; one small letter only before a whole name: "b."
    r"(?:(?:[Nn][or]\.?\s?)?\d{1,3}(?:\.\d{1,2})?(?:[.):\],/°º]|(?=\s))|[①-⓿❶-➓]|[A-Za-z]\)|[ivx]{1,4}\)|[ivx]{2,4}\.(?=\s)"
    r"|[a-z]\.(?=\s+(?!(?-i:[a-z]))[^\W\d_]+\s+[^\W\d_]))\s*"
)
_ELIDED = re.compile(r"['’][a-z](?=[\s-])")  # the beginning of 't Hooft and 's-Gravesande
_BETWEEN_WORDS = re.compile(r"[\s/&()]")
_DASH = re.compile(r"\s[-–—|]+\s")
_QUOTES = "'‘’"
_ENCODED = ("=?", "?=")  # around an encoded word, which is refused if it cannot be decoded


def trim(words: str) -> str:
    """Remove bullets, numbers, brackets and quotation marks around a name. An error of a spreadsheet stays whole."""
    if is_spreadsheet_error(words):
        return words.strip()
    bare = _strip(words)
    number = _NUMBER.match(bare)
    return _strip(bare[number.end() :]) if number else bare


def is_job(words: str) -> bool:
    """Return whether words say what someone does, such as `Charge Nurse` or `Head of Service`, and name no one."""
    return _JOB.search(words.casefold()) is not None


def is_job_alone(words: str) -> bool:
    """Return whether words are a job and no name: `Ward Manager, Ward 5`, but not `Ann Director` or `Matron Roy`."""
    title = _AFTER_JOB.split(words.casefold().replace("'", "’"), maxsplit=1)[0]
    return is_job(words) and all(word in _OF_A_JOB for word in _LETTERS.findall(title))


def replace_name(text: str, name: str, new: str) -> str:
    """Write another name into a text. A name of one word, such as May, only where it is all of it or ends a title."""
    before = r"(?<!\w)" if " " in name else r"(?:^|(?<= with ))"
    after = r"(?!\w)" if " " in name else "$"
    return re.sub(before + re.escape(name) + after, lambda _: new, text)


def is_no_name(words: str) -> bool:
    """Return whether words are written for a missing name: `N/A`, `TBC`, `-`, `Dr` or `Ward 5`."""
    bare = "".join(sign for sign in words.casefold() if sign.isalnum())
    return not bare or bare in _NO_NAMES or is_salutation(words) or is_place(words) or is_spreadsheet_error(words)


def is_place(words: str) -> bool:
    return _PLACE.fullmatch(words.strip()) is not None


def is_spreadsheet_error(cell: str) -> bool:
    """Return whether a cell holds what a spreadsheet shows for a formula that failed: `#N/A` and `#REF!`."""
    return _ERROR.fullmatch(cell.strip()) is not None


def without_pronouns(words: str) -> str:
    """Leave out pronouns: `Jo Ward she/her`, `Jo Ward (she, her)` and `Jo Ward - She/Her` are Jo Ward."""
    kept = _PRONOUNS.sub("", words)
    return words if kept == words else re.sub(r" {2,}", " ", kept).strip(" ,-–—|")


def is_salutation(word: str) -> bool:
    return _bare(word.strip()) in _SALUTATIONS


def is_credential(word: str) -> bool:
    return _bare(word) in _CREDENTIALS


def put_in_order(name: str) -> str:
    """Turn `Surname, First` into `First Surname`; keep `Jr.` at the end.

    Leave out pronouns, credentials, jobs and numbers.
    """
    name = without_pronouns(name)
    head, *parts = (part.strip() for part in name.split(","))
    head = _without_credentials(head)
    parts = [part for part in parts if not part or any(map(str.isalpha, part))]
    suffixes = []
    while parts and (not parts[-1] or _is_suffix(parts[-1]) or _is_credentials(parts[-1], name)):
        last = parts.pop()
        suffixes += [last] if _is_suffix(last) else []
    if len(parts) > 1:
        return name
    ordered = f"{_DASH.split(parts[0], maxsplit=1)[0].strip()} {head}" if parts else head
    return ", ".join([ordered.strip(), *reversed(suffixes)])


def _without_credentials(words: str) -> str:
    """Leave out capitals that are credentials behind a whole name: `Asha Roy MBBS FRCP` is Asha Roy."""
    name = words.split()
    while len(name) > _WHOLE_NAME and _is_clear_credential(name[-1]) and not words.isupper():
        name.pop()
    return " ".join(name)


def _is_clear_credential(word: str) -> bool:
    return is_credential(word) and len(_bare(word)) >= _NO_SURNAME and word[-1:].isupper()


def _is_suffix(part: str) -> bool:
    return _bare(part) in _SUFFIXES


def _is_credentials(part: str, name: str) -> bool:
    """Return whether the last part is a job or credentials. A surname alone has its first name after the comma."""
    before = name.partition(f", {part}")[0]
    if " " in before and is_job(part):
        return True
    words = [word for word in _BETWEEN_WORDS.split(part) if word]
    return " " in before and all(_bare(word) in _CREDENTIALS or _is_abbreviation(word, before) for word in words)


def _is_abbreviation(word: str, before: str) -> bool:
    """Return whether a word has the shape of FRCN, M.B.E. or MRCPsych."""
    letters = word.replace(".", "")
    capitals = letters.isupper() or (letters[:2].isupper() and not letters[:3].islower())
    return letters.isalpha() and capitals and len(letters) >= _MIN_CAPITALS and not before.isupper()


def _bare(word: str) -> str:
    return word.replace(".", "").casefold()


def _strip(words: str) -> str:
    start, end = 0, len(words)
    while start < end and not (_belongs(words[start]) or words[start : start + 2] == _ENCODED[0]):
        start += 1
    while start < end and not (_belongs(words[end - 1], ".") or words[end - 2 : end] == _ENCODED[1]):
        end -= 1
    if words[end : end + 1] == ")" and "(" in words[start:end].rpartition(")")[2]:
        end += 1  # of a bracket that opens inside the name
    bare = words[start:end]
    if not _ELIDED.match(bare):
        bare = bare.lstrip(_QUOTES + " ")
    return bare.rstrip(_QUOTES + " ")


def _belongs(sign: str, also: str = "") -> bool:
    return unicodedata.category(sign)[0] in "LNM" or sign in _QUOTES + also
