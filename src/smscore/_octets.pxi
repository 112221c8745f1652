# A piece of _fast.pyx: texts to septets, septets to octets, and back.

cdef int find_septet(
    uint32_t point, const uint16_t *points, const uint8_t *order
) noexcept nogil:
    """Find the lowest septet of a character in a table by bisection; -1 if it has none."""
    cdef int low = 0, high = SEPTETS, middle
    while low < high:
        middle = (low + high) // 2
        if points[order[middle]] < point:
            low = middle + 1
        else:
            high = middle
    if low < SEPTETS and points[order[low]] == point and point != UNASSIGNED:
        return order[low]
    return -1


def encode(str text not None, int coding):
    cdef Py_ssize_t index, place = 0, length = len(text)
    cdef int locking = locking_of(coding), single = single_of(coding), septet
    cdef uint32_t point
    check_coding(coding)
    # A fault leaves no octets, so they are not asked for before it is known that there is none.
    cdef Py_ssize_t septets = 0
    for index in range(length):
        point = <Py_UCS4> text[index]
        septet = septets_of(point) if coding == GSM7 else septets_in(point, coding)
        if septet == 0:
            return b"", index
        septets += septet
    cdef bytes encoded = PyBytes_FromStringAndSize(NULL, septets)
    cdef uint8_t *octets = <uint8_t *> PyBytes_AS_STRING(encoded)
    for index in range(length):
        point = <Py_UCS4> text[index]
        septet = find_septet(point, smscore_locking[locking], smscore_locking_order[locking])
        if septet < 0:
            octets[place] = ESCAPE
            place += 1
            septet = find_septet(point, smscore_single[single], smscore_single_order[single])
        octets[place] = <uint8_t> septet
        place += 1
    return encoded, -1


def decode(bytes septets not None, int coding, bint strict):
    cdef const uint8_t *octets = <const uint8_t *> PyBytes_AS_STRING(septets)
    cdef Py_ssize_t length = PyBytes_GET_SIZE(septets), index = 0, start, place = 0
    check_coding(coding)
    cdef const uint16_t *locking = smscore_locking[locking_of(coding)]
    cdef const uint16_t *single = smscore_single[single_of(coding)]
    cdef int septet
    cdef uint32_t point
    # One place more than there are characters at most, so that an empty text has one as well.
    cdef bytes decoded = PyBytes_FromStringAndSize(NULL, 2 * length + 2)
    cdef uint8_t *units = <uint8_t *> PyBytes_AS_STRING(decoded)
    while index < length:
        start = index
        septet = octets[index]
        index += 1
        point = UNASSIGNED
        if septet >= SEPTETS:
            return "", start
        if septet == ESCAPE:
            septet = octets[index] if index < length else ESCAPE
            if septet >= SEPTETS:
                return "", index
            index += 1
            point = single[septet]
            if point == UNASSIGNED and strict:
                return "", start
            if septet == ESCAPE:
                point = 0x20
        if point == UNASSIGNED:
            point = locking[septet]
            if point == UNASSIGNED:
                if strict:
                    return "", start
                point = REPLACEMENT
        units[place] = point & 0xFF
        units[place + 1] = point >> 8
        place += 2
    return decoded[:place].decode("utf-16-le"), -1


def pack(bytes septets not None, int fill_bits):
    cdef const uint8_t *read = <const uint8_t *> PyBytes_AS_STRING(septets)
    cdef Py_ssize_t count = PyBytes_GET_SIZE(septets), index, place = 0
    cdef bytes packed
    cdef uint8_t *octets
    cdef uint32_t held = 0
    cdef int bits = fill_bits
    if not 0 <= fill_bits < 8:
        raise ValueError("there are 0 to 7 fill bits")
    packed = PyBytes_FromStringAndSize(NULL, (fill_bits + 7 * count + 7) // 8)
    octets = <uint8_t *> PyBytes_AS_STRING(packed)
    for index in range(count):
        held |= <uint32_t> read[index] << bits
        bits += 7
        if bits >= 8:
            octets[place] = held & 0xFF
            place += 1
            held >>= 8
            bits -= 8
    if bits:
        octets[place] = <uint8_t> held
    return packed


def unpack(bytes octets not None, Py_ssize_t count, int fill_bits):
    cdef const uint8_t *read = <const uint8_t *> PyBytes_AS_STRING(octets)
    cdef Py_ssize_t index = 0, place = 0
    cdef bytes unpacked
    cdef uint8_t *septets
    cdef uint32_t held = 0
    cdef int bits = -fill_bits
    if count < 0 or not 0 <= fill_bits < 8 or fill_bits + 7 * count > 8 * PyBytes_GET_SIZE(octets):
        raise IndexError("the octets do not hold so many septets")
    unpacked = PyBytes_FromStringAndSize(NULL, count)
    septets = <uint8_t *> PyBytes_AS_STRING(unpacked)
    while index < count:
        if bits < 7:
            if bits < 0:
                held |= <uint32_t> read[place] >> -bits
            else:
                held |= <uint32_t> read[place] << bits
            bits += 8
            place += 1
            continue
        septets[index] = held & 0x7F
        index += 1
        held >>= 7
        bits -= 7
    return unpacked
