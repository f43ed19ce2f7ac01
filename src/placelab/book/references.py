"""How a source is cited: (Author and Other, 2017) in a sentence, and by surname in the list of references."""

from dataclasses import dataclass, field
from functools import cache

import pybtex.plugin  # type: ignore[import-untyped]
from pybtex.database import Entry  # type: ignore[import-untyped]
from pybtex.plugin import register_plugin as register_list_style  # type: ignore[import-untyped]
from pybtex.style.formatting import toplevel  # type: ignore[import-untyped]
from pybtex.style.formatting.plain import Style as PlainStyle  # type: ignore[import-untyped]
from pybtex.style.template import Node, optional, optional_field, sentence  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin as register_citation_style
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


def round_brackets() -> BracketStyle:
    """Return the brackets put around a citation, as British writing has them."""
    return BracketStyle(left="(", right=")")


@dataclass
class RoundAuthorYear(AuthorYearReferenceStyle):
    """Author and year in round brackets; where the sentence names the author, the year alone."""

    bracket_parenthetical: BracketStyle = field(default_factory=round_brackets)
    bracket_textual: BracketStyle = field(default_factory=round_brackets)
    bracket_author: BracketStyle = field(default_factory=round_brackets)
    bracket_label: BracketStyle = field(default_factory=round_brackets)
    bracket_year: BracketStyle = field(default_factory=round_brackets)


class SurnameFirst(PlainStyle):
    """The usual list, sorted as it reads: Alderwick, H., before the name of a second author."""

    default_name_style = "lastfirst"

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "abbreviate_names": True})

    def get_misc_template(self, e: Entry) -> Node:
        """The usual form, less a year that would repeat the one just printed: "Solace blog, 4 May 2017"."""
        if not e.fields.get("year") or not e.fields.get("howpublished", "").endswith(e.fields["year"]):
            return super().get_misc_template(e)
        return toplevel[
            optional[sentence[self.format_names("author")]],
            optional[self.format_title(e, "title")],
            sentence[optional_field("howpublished")],
            sentence[optional_field("note")],
            self.format_web_refs(e),
        ]


def setup(app: Sphinx) -> None:
    """Offer both to _config.yml: bibtex_reference_style and bibtex_default_style."""
    register_citation_style("sphinxcontrib.bibtex.style.referencing", "round_author_year", RoundAuthorYear)
    register_list_style("pybtex.style.formatting", "surname_first", SurnameFirst)
    # pybtex looks through every installed package for a plug-in at each citation: half the time a chapter takes.
    pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
