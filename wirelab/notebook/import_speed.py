"""Leave out what costs two seconds at every start of JupyterLab, at every import of nbformat, and is never used.

jsonschema, on which both stand, builds a parser of international addresses (the package rfc3987-syntax) as soon as
it is imported; no schema of Jupyter's asks for one. Where that package is missing, jsonschema does without it, and
so it does once this module has been imported (https://github.com/python-jsonschema/jsonschema/issues/1428).
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
