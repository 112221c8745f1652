# A piece of _fast.pyx: the best coding where national languages may be used. One pass over the text
# tells which classes of characters it has and what each table is missing; the rest is arithmetic.

cdef struct Room:
    Py_ssize_t alone
    Py_ssize_t multi


cdef struct Candidate:
    # The classes that its locking shift table does not have, and how many shifts it has.
    uint64_t absent
    int shifts
    int coding
    int rank
    bint exact
    Py_ssize_t units
    Py_ssize_t parts
    Py_ssize_t octets


cdef inline bint before(const Candidate *one, const Candidate *other) noexcept nogil:
    """Whether the one is the better: fewest parts, then fewest octets, then plainest."""
    if one.parts != other.parts:
        return one.parts < other.parts
    if one.octets != other.octets:
        return one.octets < other.octets
    return one.rank < other.rank


cdef inline Py_ssize_t count_octets(Py_ssize_t septets) noexcept nogil:
    return (septets * 7 + 7) >> 3


cdef inline void fill(
    Candidate *candidate, const Room *room, Py_ssize_t whole, Py_ssize_t wasted
) noexcept nogil:
    """Give the parts and octets of a candidate, if each part but the last wastes so many septets.

    None or one is wasted, on an escape pair that did not fit, so that every part but the last has
    the octets of a full one. `whole` is a part's septets, header included.
    """
    cdef Py_ssize_t units = candidate.units, capacity = room.multi - wasted, last
    if units <= room.alone:
        candidate.parts = 1
        candidate.octets = count_octets(whole - room.alone + units)
        return
    candidate.parts = (units + capacity - 1) // capacity
    last = units - (candidate.parts - 1) * capacity
    candidate.octets = (
        (candidate.parts - 1) * count_octets(whole) + count_octets(whole - room.multi + last)
    )


cdef inline void walk(
    Unit *points, Py_ssize_t length, Candidate *candidate, const Room *room, Py_ssize_t whole
) noexcept nogil:
    """Count the parts and octets of a candidate, which has every character of the text."""
    cdef uint64_t plain = smscore_locking_classes[locking_of(candidate.coding)]
    cdef Py_ssize_t index, parts = 1, used = 0, multi = room.multi
    cdef int needed
    for index in range(length):
        needed = 2 - <int> (plain >> class_of(points[index]) & 1)
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    candidate.parts = parts
    candidate.octets = (
        (parts - 1) * count_octets(whole) + count_octets(whole - multi + used)
    )
    candidate.exact = True


cdef inline int find_single(
    uint64_t absent, int locking, const uint8_t *languages, Py_ssize_t count
) noexcept nogil:
    """Find the plainest single shift that has the classes absent from the locking; -1 if none."""
    cdef Py_ssize_t place
    if not (absent & ~smscore_single_classes[0]):
        return 0
    if locking and not (absent & ~smscore_single_classes[locking]):
        return locking
    for place in range(count):
        if not (absent & ~smscore_single_classes[languages[place]]):
            return languages[place]
    return -1


cdef inline bint is_beaten(
    const Candidate *candidate, const Candidate *others, int count
) noexcept nogil:
    """Whether an earlier one doubles no other character, has no more header, and is no less plain.

    Then it ends no part earlier, and is at least as good whatever the text.
    """
    cdef int place
    for place in range(count):
        if (
            not (others[place].absent & ~candidate.absent)
            and others[place].shifts <= candidate.shifts and others[place].rank <= candidate.rank
        ):
            return True
    return False


cdef inline int rank_of(int locking, int single) noexcept nogil:
    if not single:
        return RANK_LOCKING if locking else RANK_NONE
    if not locking:
        return RANK_SINGLE
    return RANK_BOTH if single == locking else RANK_MIXED


cdef inline uint64_t scan_classes(
    Unit *points, Py_ssize_t length, Py_ssize_t *missing
) noexcept nogil:
    """Tell which classes a text has, and count what each locking shift table is missing.

    Nothing is counted once there is a character of class 0, which no table has.
    """
    cdef uint64_t seen = 0, low, high
    cdef Py_ssize_t index = 0, stop, place
    cdef int kind
    for place in range(16):
        missing[place] = 0
    # Eight counts of eight bits are added at once, and taken out before one of them can overflow.
    while index < length and not (seen & 1):
        stop = min(length, index + 255)
        low = high = 0
        while index < stop:
            kind = class_of(points[index])
            seen |= (<uint64_t> 1) << kind
            low += smscore_missing[kind][0]
            high += smscore_missing[kind][1]
            index += 1
        for place in range(8):
            missing[place] += (low >> (8 * place)) & 0xFF
            missing[place + 8] += (high >> (8 * place)) & 0xFF
    return seen


cdef Measured choose_points(
    Unit *points, Py_ssize_t length, const uint8_t *languages, Py_ssize_t count,
    const Room *rooms, Py_ssize_t header_ucs2
) noexcept nogil:
    cdef Measured answer
    cdef Limits limits
    cdef Candidate candidates[LANGUAGES + 1]
    cdef Candidate worst
    cdef Py_ssize_t missing[16]
    cdef Py_ssize_t place, whole = rooms[0].alone
    cdef int locking, single, found, best
    cdef uint64_t seen = scan_classes(points, length, missing)
    if seen & 1:
        limits.single_ucs2, limits.multi_ucs2 = rooms[3].alone, rooms[3].multi
        return measure_points(points, length, UCS2, &limits)
    answer.fault = -1
    # No character of a table is past the BMP, so that units of UCS2 are characters here.
    candidates[0].coding = UCS2
    candidates[0].rank = RANK_UCS2
    candidates[0].exact = True
    candidates[0].units = length
    candidates[0].parts = 1
    candidates[0].octets = 2 * length
    if length > rooms[3].alone:
        candidates[0].parts = (length + rooms[3].multi - 1) // rooms[3].multi
        candidates[0].octets += candidates[0].parts * header_ucs2
    found = 1
    best = 0
    for place in range(-1, count):
        locking = 0 if place < 0 else languages[place]
        if locking == NO_LOCKING:
            continue
        # What is in one part wastes nothing, so that fewer septets are never worse.
        if (
            locking and candidates[best].parts == 1 and candidates[best].rank != RANK_UCS2
            and length + missing[locking] >= candidates[best].units
            and (candidates[best].rank == RANK_LOCKING or candidates[best].rank <= RANK_SINGLE)
        ):
            continue
        candidates[found].absent = seen & ~smscore_locking_classes[locking]
        single = find_single(candidates[found].absent, locking, languages, count)
        if single < 0:
            continue
        candidates[found].coding = GSM7 | locking << 8 | single << 16
        candidates[found].rank = rank_of(locking, single)
        candidates[found].units = length + missing[locking]
        candidates[found].shifts = (locking != 0) + (single != 0)
        # The first is UCS2, which has no classes.
        if is_beaten(&candidates[found], &candidates[1], found - 1):
            continue
        fill(&candidates[found], &rooms[candidates[found].shifts], whole, 0)
        candidates[found].exact = candidates[found].parts == 1 or not missing[locking]
        if before(&candidates[found], &candidates[best]):
            best = found
        found += 1
        if not locking and not missing[0]:
            break
    while not candidates[best].exact:
        # Not walked if it is the best even when every part wastes a septet.
        worst = candidates[best]
        fill(&worst, &rooms[worst.shifts], whole, 1)
        for place in range(found):
            if place != best and before(&candidates[place], &worst):
                break
        else:
            if worst.parts == candidates[best].parts:
                break
        walk(points, length, &candidates[best], &rooms[worst.shifts], whole)
        best = 0
        for place in range(1, found):
            if before(&candidates[place], &candidates[best]):
                best = <int> place
    answer.coding = candidates[best].coding
    answer.units = candidates[best].units
    answer.parts = candidates[best].parts
    return answer


def choose(str text not None, bytes languages not None, tuple rooms not None):
    cdef Room read[4]
    cdef Py_ssize_t header_ucs2
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef const uint8_t *ids = <const uint8_t *> PyBytes_AS_STRING(languages)
    cdef Py_ssize_t count = PyBytes_GET_SIZE(languages)
    cdef Measured answer
    cdef Py_ssize_t place
    (
        read[0].alone, read[0].multi, read[1].alone, read[1].multi, read[2].alone, read[2].multi,
        read[3].alone, read[3].multi, header_ucs2
    ) = rooms
    for place in range(4):
        check_capacity(read[place].multi)
    if count >= LANGUAGES:
        raise ValueError("a language is named twice")
    for place in range(count):
        if not 0 < ids[place] < LANGUAGES:
            raise ValueError("there is no such language")
    if kind == 1:
        answer = choose_points(<const uint8_t *> data, length, ids, count, read, header_ucs2)
    elif kind == 2:
        answer = choose_points(<const uint16_t *> data, length, ids, count, read, header_ucs2)
    else:
        answer = choose_points(<const uint32_t *> data, length, ids, count, read, header_ucs2)
    return answer.coding, answer.units, answer.parts, answer.fault
