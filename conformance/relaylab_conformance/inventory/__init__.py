"""From an administrator's exports to a world file: read by their content, a row at a time, every value with its origin.

``read_exports`` gathers, ``settle`` makes an ``Inventory`` of one tenant, ``merged`` brings it into a world file that a
person keeps, and ``write`` puts that in place at once.
"""
