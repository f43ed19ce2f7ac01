"""Plans for a group in the facilitator's pages: ```{plan} half-day``` and the role {plan-time}`half-day lasts`.

Clock times, totals and what is needed are worked out by placelab.plans when every page has been read. A plan that does not
fit, or names a page without minutes, is a warning with file and line, and stops a strict build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from placelab import plans, wording
from placelab.book import about, minutes
from placelab.plans import Block, Plan, PlanError, Session, Times

log = logging.getLogger(__name__)

Cell = about.Cell
Leads = Callable[[str, str], str]  # a page and a place on it -> an address from the page in hand


class plan_part(nodes.General, nodes.Element):
    """Stands in a document until every page has been read."""


class plan_time(nodes.inline):
    """Stands in a sentence until every page has been read."""


class PlanDirective(SphinxDirective):
    """```{plan} NAME [PART]```: a plan's clock; its PART needs, route or totals; or `course`, `course sessions`."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [noted(self, plan_part("", asked=self.arguments, line=self.lineno))]


class PlanTimeRole(SphinxRole):
    """{plan-time}`NAME lasts`: how long a plan is; or starts, ends, pauses. For the course: sessions, lasts or before."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [noted(self, plan_time(self.rawtext, "", asked=self.text.split(), line=self.get_source_info()[1]))], []


def noted(where: SphinxDirective | SphinxRole, node: nodes.Element) -> nodes.Element:
    """The node, after its page has been marked to be read again in each build: any page's minutes may have changed."""
    where.env.note_dependency(plans.__file__)
    where.env.note_dependency(str(plans.files("placelab").joinpath(plans.FILE)))
    where.env.note_reread()
    return node


# ---- parts, from a plan to nodes


def clock_table(plan: Plan, leads: Leads) -> list[nodes.Node]:
    """The plan with the time of day at which each block begins."""
    rows: list[list[Cell]] = [
        [plans.clock(block.start), str(block.minutes), [*what(block, leads)], detail(block)] for block in plan.blocks
    ]
    rows.append([plans.clock(plan.starts + plan.lasts), "", "End", ""])
    made = about.table(rows, ("Time", "Minutes", "What", "How, and what to ask"), {1: "text-right"})
    made["classes"].append("plan-clock")
    return [made]


def route_table(plan: Plan, leads: Leads) -> list[nodes.Node]:
    """A plan for one reader: minutes of each step and since the start."""
    rows: list[list[Cell]] = [
        [str(number), [*what(block, leads)], str(block.minutes), str(block.end - plan.starts), detail(block)]
        for number, block in enumerate(plan.blocks, 1)
    ]
    made = about.table(rows, ("Step", "What", "Minutes", "So far", "How"), {2: "text-right", 3: "text-right"})
    made["classes"].append("plan-route")
    return [made]


def what(block: Block, leads: Leads) -> Iterable[nodes.Node]:
    """A block's name, leading to its page where it has one."""
    if not block.page:
        return [nodes.Text(block.what)]
    named = nodes.reference("", block.what, refuri=leads(block.page, block.anchor), internal=True)
    if block.anchor != "exercises":
        return [named]
    panel = nodes.reference("", "panel", refuri=leads(block.page, "run"), internal=True)  # screens above the exercises
    return [named, nodes.Text(" ("), panel, nodes.Text(")")]


def detail(block: Block) -> str:
    """How a block is done and what to ask."""
    return " ".join(filter(None, (sentence(block.how), block.ask)))


def sentence(text: str) -> str:
    """The text with a full stop, if it has none."""
    return text if not text or text[-1] in ".?!" else f"{text}."


def needs_list(plan: Plan, leads: Leads) -> list[nodes.Node]:
    """What the plan needs in the room."""
    items = (nodes.list_item("", nodes.paragraph("", text)) for text in plans.needs(plan.blocks).values())
    return [nodes.bullet_list("", *items)]


def totals(plan: Plan, leads: Leads) -> list[nodes.Node]:
    """How a plan's time divides."""
    shares = [
        ("Exercises and labs of this book", plan.total(lambda block: not block.own and block.page != plans.GAME)),
        ("The game", plan.total(lambda block: block.page == plans.GAME and not block.own)),
        ("Opening, briefings, debriefs, forms and closing", plan.total(lambda block: block.own and not block.pause)),
        ("Breaks, meals and rest", plan.total(lambda block: block.pause)),
    ]
    rows = [[name, minutes.duration(spent)] for name, spent in shares if spent]
    return [about.table([*rows, ["In all", minutes.duration(plan.lasts)]], ("Part", "Time"))]


def course_table(sessions: list[Session], leads: Leads) -> list[nodes.Node]:
    """The course, a line a session."""
    rows: list[list[Cell]] = [
        [str(one.number), one.title, minutes.duration(one.before.lasts), minutes.duration(one.plan.lasts)]
        for one in sessions
    ]
    rows.append(["All", "", minutes.duration(before(sessions)), minutes.duration(together(sessions))])
    return [about.table(rows, ("Session", "About", "Beforehand, alone", "In the room"))]


def before(sessions: list[Session]) -> int:
    """Minutes that each spends alone before the sessions of a course."""
    return sum(one.before.lasts for one in sessions)


def together(sessions: list[Session]) -> int:
    """Minutes of a course's sessions."""
    return sum(one.plan.lasts for one in sessions)


def session_tables(sessions: list[Session], leads: Leads) -> list[nodes.Node]:
    """Every session block by block, folded."""
    made: list[nodes.Node] = []
    for one in sessions:
        summary = f"{one.number}. {one.title}: {minutes.duration(one.plan.lasts)}"
        before = [*heard("Beforehand"), *route_table(one.before, leads)]
        made += about.folded(summary, *before, *heard("In the room"), *route_table(one.plan, leads))
    return made


def heard(text: str) -> list[nodes.Node]:
    """A line in bold above a table."""
    return [nodes.paragraph("", "", nodes.strong("", text))]


PARTS: dict[str, Callable[[Plan, Leads], list[nodes.Node]]] = {
    "clock": clock_table,
    "route": route_table,
    "needs": needs_list,
    "totals": totals,
}
COURSE_PARTS: dict[str, Callable[[list[Session], Leads], list[nodes.Node]]] = {
    "table": course_table,
    "sessions": session_tables,
}


def part(asked: list[str], times: Times, leads: Leads) -> list[nodes.Node]:
    """What the directive asks for. Raises PlanError."""
    name, wanted = asked[0], asked[1] if len(asked) > 1 else ""
    if name == plans.COURSE:
        return one_of(COURSE_PARTS, wanted or "table")(plans.course(times), leads)
    return one_of(PARTS, wanted or "clock")(plans.get(name, times), leads)


def one_of(known: dict[str, Any], name: str) -> Any:
    """The entry with this name. Raises PlanError."""
    if name not in known:
        raise PlanError(f"no part {name!r}; there is {', '.join(known)}")
    return known[name]


def said(asked: list[str], times: Times) -> str:
    """The words that the role asks for. Raises PlanError."""
    if len(asked) != 2:
        raise PlanError(f"write plan-time as: plan, then what of it; it says {' '.join(asked)!r}")
    name, wanted = asked
    if name == plans.COURSE:
        sessions = plans.course(times)
        words = {
            "sessions": wording.in_words(len(sessions)),
            "lasts": minutes.duration(together(sessions)),
            "before": minutes.duration(before(sessions)),
        }
        return str(one_of(words, wanted))
    plan = plans.get(name, times)
    words = {
        "lasts": minutes.duration(plan.lasts),
        "starts": plans.clock(plan.starts),
        "ends": plans.clock(plan.starts + plan.lasts),
        "pauses": minutes.duration(plan.total(lambda block: block.pause)),
        "game": minutes.duration(plan.total(lambda block: block.page == plans.GAME)),
    }
    return str(one_of(words, wanted))


# ---- into the page


def fill(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Put the plans in, once every page has been read."""
    waiting = [node for kind in (plan_part, plan_time) for node in document.findall(kind)]
    if not waiting:
        return
    times = minutes.times(app.env)
    leads = leading(app.builder, app, docname)
    for node in waiting:
        try:
            new = (
                part(node["asked"], times, leads)
                if isinstance(node, plan_part)
                else [nodes.inline("", said(node["asked"], times))]
            )
        except PlanError as problem:
            log.warning("plan: %s", problem, location=(docname, node["line"]), type="placelab", subtype="plan")
            new = []
        node.replace_self(new)


def leading(builder: Builder, app: Sphinx, docname: str) -> Leads:
    """How a page leads to another. A page that is not in the book is refused with a PlanError."""

    def leads(page: str, anchor: str) -> str:
        if page not in app.env.found_docs:
            raise PlanError(f"no page {page} in the book")
        return builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")

    return leads


def setup(app: Sphinx) -> None:
    """Register the directive, the role and the step that fills them."""
    app.add_node(plan_part)
    app.add_node(plan_time)
    app.add_directive("plan", PlanDirective)
    app.add_role("plan-time", PlanTimeRole())
    app.connect("doctree-resolved", fill)
