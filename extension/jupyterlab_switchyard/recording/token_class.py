"""What kind of text a token is, by the rule of kernel-lib's ``data.tokenClass``."""

from unicodedata import category

#: Classes that a token can have by its text alone, in the order that tables show.
TOKEN_CLASSES = ("letter", "keyword", "digit", "space", "punctuation", "other")

# Reserved in Python (3.11, with the soft ones) or in TypeScript; in prose some of them are plain words.
KEYWORDS = frozenset(
    "False None True and as assert async await break case catch class const constructor continue debugger declare def default "
    "del delete do elif else enum except export extends false finally for from function get global if implements import in "
    "instanceof interface is keyof lambda let match namespace new nonlocal not null or pass private protected public raise "
    "readonly return set static super switch this throw true try type typeof undefined var void while with yield".split()
)

#: White space as JavaScript has it: without the separators of ASCII, with the byte order mark.
WHITE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
#: With the signs by which `Tokenizer.decode` of kernel-lib shows tab, line feed and carriage return.
SHOWN_SPACE = frozenset(WHITE + "⇥↵␍")


def token_class(text: str) -> str:
    """One of ``TOKEN_CLASSES``; white space around the text does not count."""
    core = text.strip(WHITE)
    if core == "":
        return "space" if text != "" else "other"
    if SHOWN_SPACE.issuperset(core):
        return "space"
    if core in KEYWORDS:
        return "keyword"
    kinds = {category(character)[0] for character in core}
    if kinds == {"L"}:
        return "letter"
    if kinds == {"N"}:
        return "digit"
    return "punctuation" if kinds <= {"P", "S"} else "other"
