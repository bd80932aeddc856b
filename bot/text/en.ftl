# Every sentence that a user reads. An error's code is the id of its sentence; its facts are the variables.
# A sentence says what is wrong, what was written, and what to do next.

## Anything (gpu/errors.py)

error-bug = Something went wrong on my side (error { $bug }). Please try again; if it stays, give the operator that number.

## The prompt line (bot/prompt)

