"""The verifiers of others run in environments of their own."""

# Run by test_openbadgeslib.py with another Python, which has that library; here it cannot even be imported.
collect_ignore = ["verify_openbadgeslib.py"]
