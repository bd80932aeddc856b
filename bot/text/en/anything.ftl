# Anything (gpu/errors.py)

error-bug = Something went wrong on my side (error { $bug }). Please try again; if it stays, give the operator that number.
