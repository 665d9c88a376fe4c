"""kosoku as its command line runs it, but for one fault of kosoku 0.1.0.

RFC 7692 lets each message of a compressed connection go uncompressed, and the gateway makes use of
that. Such a message reaches the cases 12 and 13 as a `str` of code points 0 to 255, where a
compressed one is `bytes`; they end with "Strings must be encoded before hashing".
"""

import sys

from kosoku import _caseindex

_caseindex.initialize_shims()

# pylint: disable=wrong-import-position,import-error
import case12_x_x  # noqa: E402
from kosoku._cli import main  # noqa: E402


def with_bytes(on_message):
    def fixed(self, message, binary):
        if isinstance(message, str):
            message = message.encode("latin-1")
        return on_message(self, message, binary)
    return fixed


for case in case12_x_x.Case12_X_X + case12_x_x.Case13_X_X:
    case.onMessage = with_bytes(case.onMessage)

if __name__ == "__main__":
    sys.exit(main())
