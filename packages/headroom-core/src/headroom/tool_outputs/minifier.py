"""JSONMinifier."""
class JSONMinifier:
    pass
