"""The frames between a router and a worker: the mirror of src/wire/frame.ts, which explains them."""

from struct import Struct
from typing import Final

FRAME_HEADER: Final = 12
MAX_FRAME: Final = 64 * 1024 * 1024
RESPONSE_PREFIX: Final = 16

# router → worker
REQUEST: Final = 1
REQUEST_BODY: Final = 2
GONE: Final = 3
RETIRE: Final = 4
FILE_TAKEN: Final = 5

# worker → router
HELLO: Final = 16
RESPONSE: Final = 17
RESPONSE_BODY: Final = 18
END: Final = 19
FILE: Final = 20
PULL: Final = 21
INTERIM: Final = 22
BUSY: Final = 23

# flags of REQUEST
MORE_BODY: Final = 1
HOLD: Final = 2
# flags of REQUEST_BODY
LAST: Final = 1
ABORTED: Final = 2
# flags of RESPONSE: LAST and
HAS_DATE: Final = 2
HAS_SERVER: Final = 4
CLOSE: Final = 8
# flag of END
BROKEN: Final = 2
# flag of FILE_TAKEN
REFUSED: Final = 1
# flag of BUSY
IS_BUSY: Final = 1

#: length, type, flags, status, stream
Header: Final = Struct("<IBBHI")
#: A header, then the prefix of RESPONSE: size of the head, service time in µs (0 is not to be counted),
#: content length or -1
ResponseHeader: Final = Struct("<IBBHIIId")
#: A header, then what FILE holds: descriptor, offset, length
FileFrame: Final = Struct("<IBBHIIdd")
#: A header, then what END holds: service time in µs, always 0
EndFrame: Final = Struct("<IBBHII")
Size: Final = Struct("<I")
