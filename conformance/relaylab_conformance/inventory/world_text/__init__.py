"""A world file as a person keeps it: taken apart into statements, merged with an inventory, put together again.

Laws: text that nothing is said of comes out as it went in; a line that a person wrote or changed is never overwritten.
"""
