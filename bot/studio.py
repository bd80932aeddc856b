"""The use cases: imagine, vary, upscale, re-roll, cancel … Knows no Discord, no SQL and no model library.

Each method refuses with a typed error or returns the job that it made; what happens to a job afterwards is told to
the `JobListener`. A cog, a button, a reaction and the command line call the same methods.
"""

from __future__ import annotations
