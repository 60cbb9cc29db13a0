"""Write a document of the box office as an HTML page for people."""

from typing import Any

from jinja2 import Environment

from servers.tickets.representations import Document

LABELS = {  # what a link says; those not named here are not for people, or lead to what can only be POSTed to
    "shows": "Shows",
    "bookings": "Bookings",
    "seats": "Its seats",
    "about": "The show",
    "collection": "All of them",
    "first": "First page",
    "prev": "Page before",
    "next": "Next page",
    "service-doc": "How programs use this service",
    "service-desc": "Its description in OpenAPI",
    "up": "Up",
}

STYLESHEET = """
:root {
  color-scheme: light dark;
  --paper: #fbf6ec; --ink: #2b2024; --quiet: #6a585c; --line: #dccfbb; --accent: #8c1c31;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #17121c; --ink: #f3eadb; --quiet: #bfb0b8; --line: #41344b; --accent: #f4bd5b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1rem clamp(1rem, 4vw, 2.5rem) 3rem; background: var(--paper);
  color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, .name { font-family: Georgia, "Noto Serif", serif; line-height: 1.2; }
h1 { font-size: clamp(1.75rem, 6vw, 2.75rem); margin: 1.5rem 0 1rem; }
h2 { font-size: 1.3rem; margin: 0 0 .25rem; }
.name { color: inherit; font-size: 1.375rem; text-decoration: none; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: .2rem solid var(--accent); outline-offset: .2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
ul, ol { list-style: none; margin: 1.5rem 0; padding: 0; }
.items > li { border-top: 1px solid var(--line); padding: 1rem 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
nav a { display: inline-block; padding: .25rem 0; }
.hall { display: grid; grid-template-columns: repeat(auto-fill, minmax(2.75rem, 1fr)); gap: .375rem; }
.hall li { border: 1px solid var(--accent); border-radius: .375rem; padding: .25rem; text-align: center; }
.hall .taken { border: 1px dashed var(--quiet); color: var(--quiet); text-decoration: line-through; }
.words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""

PAGE_TEMPLATE = """<!doctype html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{ document.title }}{% if document.title != home %} – {{ home }}{% endif %}</title>
  <style>{{ style | safe }}</style>
</head>
<body>
  <header><a class="name" href="{{ root }}/">The Lantern</a></header>
  <main>
    <h1>{{ document.title }}</h1>
    {%- if facts %}
    <dl>
      {%- for name, value in facts.items() %}
      <dt>{{ name }}</dt><dd>{{ value }}</dd>
      {%- endfor %}
    </dl>
    {%- endif %}
    {%- if hall %}
    <p>Seats with a line through them are taken.</p>
    <ol class="hall">
      {%- for seat in hall %}
      <li{% if seat in taken %} class="taken"{% endif %}>{{ seat }}
        {%- if seat in taken %}<span class="words"> taken</span>{% endif %}</li>
      {%- endfor %}
    </ol>
    {%- endif %}
    {%- if document.items is not none %}
    <ul class="items">
      {%- for item in document.items %}
      <li>
        <h2><a href="{{ root }}{{ item.links.self }}">{{ item.title }}</a></h2>
        <dl>
          {%- for name, value in item.state.items() if name not in ("id", "title") %}
          <dt>{{ name }}</dt><dd>{{ value }}</dd>
          {%- endfor %}
        </dl>
      </li>
      {%- else %}
      <li>There are none yet.</li>
      {%- endfor %}
    </ul>
    {%- endif %}
  </main>
  <nav aria-label="Where to go from here">
    <ul>
      {%- for rel, path in document.links.items() if rel in labels %}
      <li><a href="{{ root }}{{ path }}" rel="{{ rel }}">{{ labels[rel] }}</a></li>
      {%- endfor %}
    </ul>
  </nav>
</body>
</html>
"""

HOME = "The Lantern's box office"
TEMPLATE = Environment(autoescape=True).from_string(PAGE_TEMPLATE)  # whatever a name contains comes out as text


def as_html(document: Document, root: str = "") -> bytes:
    """The page, in UTF-8. `root` stands before each link where the service is not alone on its host."""
    facts = {name: value for name, value in document.state.items() if not isinstance(value, list)}
    words = {"home": HOME, "labels": LABELS, "style": STYLESHEET}
    page = TEMPLATE.render(document=document, root=root, facts=facts, **words, **seat_map(document))
    return page.encode()


def seat_map(document: Document) -> dict[str, Any]:
    """The numbers of all seats, and those that are taken, for the template; nothing if there are no seats."""
    taken = document.state.get("taken")
    return {} if taken is None else {"hall": range(1, document.state["seats"] + 1), "taken": set(taken)}
