"""``python -m relaylab_conformance`` is the ``relaylab`` command."""

from relaylab_conformance.cli import main

if __name__ == "__main__":
    main(prog_name="relaylab")
