# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: freethreading_compatible=True
"""The kernel in C: the same names, arguments and answers as `_pure`, which specifies them.

The law of this file: it may be faster than `_pure`, and nothing else. Numbers in, numbers out;
no global is written; no class and no error of ours is known here.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
)
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.stdint cimport INT32_MAX, INT64_MAX, int8_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "_tables.h" nogil:
    const uint8_t *smscore_page
    const uint8_t *smscore_septets
    const uint8_t *smscore_class_page
    const uint8_t *smscore_class
    const uint64_t *smscore_locking_classes
    const uint64_t *smscore_single_classes
    const uint64_t (*smscore_missing)[2]
    const uint16_t (*smscore_locking)[128]
    const uint16_t (*smscore_single)[128]
    const uint8_t (*smscore_locking_order)[128]
    const uint8_t (*smscore_single_order)[128]

NAME = "fast"

cdef enum:
    ANY = -1
    GSM7 = 0x00
    UCS2 = 0x08
    FIRST_SURROGATE = 0xD800
    LAST_SURROGATE = 0xDFFF
    LAST_BMP = 0xFFFF
    ESCAPE = 0x1B
    SEPTETS = 0x80
    UNASSIGNED = 0xFFFF
    REPLACEMENT = 0xFFFD
    LANGUAGES = 14
    NO_LOCKING = 2

cdef enum Rank:
    RANK_NONE
    RANK_UCS2
    RANK_SINGLE
    RANK_LOCKING
    RANK_BOTH
    RANK_MIXED

ctypedef fused Unit:
    const uint8_t
    const uint16_t
    const uint32_t


cdef struct Measured:
    int coding
    Py_ssize_t units
    Py_ssize_t parts
    Py_ssize_t fault


cdef struct Limits:
    Py_ssize_t single
    Py_ssize_t multi
    Py_ssize_t single_ucs2
    Py_ssize_t multi_ucs2


cdef int check_capacity(Py_ssize_t capacity) except -1:
    """Refuse a part that not every character fits: nothing below divides by less than 1."""
    if capacity < 2:
        raise ValueError("a part of several holds at least 2 units")
    return 0


cdef Limits read_limits(tuple limits) except *:
    cdef Limits read
    read.single, read.multi, read.single_ucs2, read.multi_ucs2 = limits
    check_capacity(min(read.multi, read.multi_ucs2))
    return read


cdef inline int septets_of(uint32_t point) noexcept nogil:
    """The septets that a code point takes; 0 if the alphabet does not have it."""
    if point > LAST_BMP:
        return 0
    return smscore_septets[(<int> smscore_page[point >> 8] << 8) | (point & 0xFF)]


cdef inline int class_of(uint32_t point) noexcept nogil:
    """The class of a code point: those of one class are in the same tables. 0 is in none."""
    if point > LAST_BMP:
        return 0
    return smscore_class[(<int> smscore_class_page[point >> 8] << 8) | (point & 0xFF)]


cdef inline int locking_of(int coding) noexcept nogil:
    return (coding >> 8) & 0xFF


cdef inline int single_of(int coding) noexcept nogil:
    return (coding >> 16) & 0xFF


cdef int check_coding(int coding) except -1:
    """Refuse a shift to a table that is not there: KeyError, as in the specification."""
    if locking_of(coding) >= LANGUAGES or locking_of(coding) == NO_LOCKING:
        raise KeyError(locking_of(coding))
    if not 0 <= coding >> 16 < LANGUAGES:
        raise KeyError(coding >> 16)
    return 0


cdef inline int septets_in(uint32_t point, int coding) noexcept nogil:
    """The septets that a code point takes with shifts; 0 if the coding does not have it."""
    cdef int kind = class_of(point)
    if smscore_locking_classes[locking_of(coding)] >> kind & 1:
        return 1
    return 2 if smscore_single_classes[single_of(coding)] >> kind & 1 else 0


cdef inline int weigh(uint32_t point, int coding) noexcept nogil:
    """The units that a code point takes; one septet if the alphabet does not have it."""
    if coding == UCS2:
        return 2 if point > LAST_BMP else 1
    if coding == GSM7:
        return 2 if septets_of(point) == 2 else 1
    return 2 if septets_in(point, coding) == 2 else 1


cdef inline Py_ssize_t count_parts(
    Unit *points, Py_ssize_t length, int coding, Py_ssize_t units, Py_ssize_t single,
    Py_ssize_t multi
) noexcept nogil:
    cdef Py_ssize_t fewest, parts, used, index
    cdef int needed
    if units <= single:
        return 1
    # A part wastes at most one unit, on a pair that did not fit: where a part that is one unit
    # smaller would do no worse, nothing has to be walked.
    fewest = 1 + (units - 1) // multi
    if units == length or fewest == 1 + (units - 1) // (multi - 1):
        return fewest
    parts = 1
    used = 0
    for index in range(length):
        needed = weigh(points[index], coding)
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    return parts


cdef inline Measured measure_points(
    Unit *points, Py_ssize_t length, int coding, const Limits *limits
) noexcept nogil:
    cdef Measured answer
    cdef Py_ssize_t index, units
    cdef uint32_t point
    cdef int septets
    answer.parts = 0
    answer.fault = -1
    if coding == ANY or coding == GSM7:
        answer.coding = GSM7
        units = 0
        for index in range(length):
            septets = septets_of(points[index])
            if septets == 0:
                answer.fault = index
                break
            units += septets
        if answer.fault < 0:
            answer.units = units
            answer.parts = count_parts(points, length, GSM7, units, limits.single, limits.multi)
            return answer
        if coding == GSM7:
            answer.units = 0
            return answer
        answer.fault = -1
    elif coding != UCS2:
        answer.coding = coding
        units = 0
        for index in range(length):
            septets = septets_in(points[index], coding)
            if septets == 0:
                answer.units = 0
                answer.fault = index
                return answer
            units += septets
        answer.units = units
        answer.parts = count_parts(points, length, coding, units, limits.single, limits.multi)
        return answer
    answer.coding = UCS2
    units = length
    for index in range(length):
        point = points[index]
        if FIRST_SURROGATE <= point <= LAST_SURROGATE:
            answer.units = 0
            answer.fault = index
            return answer
        units += point > LAST_BMP
    answer.units = units
    answer.parts = count_parts(
        points, length, UCS2, units, limits.single_ucs2, limits.multi_ucs2
    )
    return answer


cdef inline Measured measure_text(str text, int coding, const Limits *limits):
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef int kind = PyUnicode_KIND(text)
    if kind == 1:
        return measure_points(<const uint8_t *> data, length, coding, limits)
    if kind == 2:
        return measure_points(<const uint16_t *> data, length, coding, limits)
    return measure_points(<const uint32_t *> data, length, coding, limits)


def measure(str text not None, int coding, tuple limits not None):
    cdef Limits read = read_limits(limits)
    if coding != ANY:
        check_coding(coding)
    cdef Measured answer = measure_text(text, coding, &read)
    return answer.coding, answer.units, answer.parts, answer.fault


include "_choosing.pxi"


def measure_many(list texts not None, tuple limits not None, alphabets, units, parts):
    cdef Limits read = read_limits(limits)
    # Plain buffers: typed memoryviews would cost every import of this module some milliseconds.
    cdef Py_buffer alphabet_view, unit_view, part_view
    cdef Py_ssize_t count = len(texts)
    PyObject_GetBuffer(alphabets, &alphabet_view, PyBUF_WRITABLE | PyBUF_FORMAT)
    try:
        PyObject_GetBuffer(units, &unit_view, PyBUF_WRITABLE | PyBUF_FORMAT)
        try:
            PyObject_GetBuffer(parts, &part_view, PyBUF_WRITABLE | PyBUF_FORMAT)
            try:
                if not (
                    fits(&alphabet_view, b"b", sizeof(signed char), count)
                    and fits(&unit_view, b"i", sizeof(int32_t), count)
                    and fits(&part_view, b"i", sizeof(int32_t), count)
                ):
                    raise ValueError("the arrays must be of the right type and as long as the list")
                fill_measures(
                    texts,
                    count,
                    &read,
                    <signed char *> alphabet_view.buf,
                    <int32_t *> unit_view.buf,
                    <int32_t *> part_view.buf,
                )
            finally:
                PyBuffer_Release(&part_view)
        finally:
            PyBuffer_Release(&unit_view)
    finally:
        PyBuffer_Release(&alphabet_view)


cdef bint fits(const Py_buffer *view, const char *kind, size_t size, Py_ssize_t count) noexcept:
    """Tell whether a buffer is an array of so many items of a type."""
    return (
        view.format != NULL
        and view.format[0] == kind[0]
        and <size_t> view.itemsize == size
        and view.len == count * <Py_ssize_t> size
    )


# Whoever else holds the list may change its length meanwhile.
@cython.boundscheck(True)
cdef int fill_measures(
    list texts,
    Py_ssize_t count,
    const Limits *limits,
    signed char *alphabets,
    int32_t *units,
    int32_t *parts,
) except -1:
    cdef Measured answer
    cdef Py_ssize_t place
    cdef str text
    for place in range(count):
        text = texts[place]
        if text is None:
            raise TypeError("a text is a str, not NoneType")
        answer = measure_text(text, -1, limits)
        if answer.units > INT32_MAX or answer.fault > INT32_MAX:
            raise OverflowError("a text of more units than a signed 32-bit integer holds")
        alphabets[place] = answer.coding if answer.fault < 0 else -1
        units[place] = <int32_t> (answer.units if answer.fault < 0 else answer.fault)
        parts[place] = <int32_t> answer.parts
    return 0


cdef inline Py_ssize_t count_septets(Unit *points, Py_ssize_t length) noexcept nogil:
    cdef Py_ssize_t index, septets = 0
    for index in range(length):
        septets += weigh(points[index], GSM7)
    return septets


def measure_replaced(str text not None, Py_ssize_t single, Py_ssize_t multi):
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef Py_ssize_t septets, parts
    check_capacity(multi)
    if kind == 1:
        septets = count_septets(<const uint8_t *> data, length)
        parts = count_parts(<const uint8_t *> data, length, GSM7, septets, single, multi)
    elif kind == 2:
        septets = count_septets(<const uint16_t *> data, length)
        parts = count_parts(<const uint16_t *> data, length, GSM7, septets, single, multi)
    else:
        septets = count_septets(<const uint32_t *> data, length)
        parts = count_parts(<const uint32_t *> data, length, GSM7, septets, single, multi)
    return septets, parts


def find_unmapped(str text not None):
    cdef Py_ssize_t index
    cdef list found = []
    for index in range(len(text)):
        if septets_of(<Py_UCS4> text[index]) == 0:
            found.append(index)
    return found


# As above: the list of breaks is the caller's.
@cython.boundscheck(True)
def cut(str text not None, int coding, Py_ssize_t capacity, list breaks, Py_ssize_t most):
    cdef list ends = []
    cdef list held = []
    cdef Py_ssize_t index, offset, place = 0, start = 0, used = 0
    cdef Py_ssize_t last_break = 0, used_at_break = 0
    cdef Py_ssize_t break_count = 0 if breaks is None else len(breaks)
    cdef int needed
    check_capacity(capacity)
    check_coding(coding)
    for index in range(len(text)):
        if breaks is None:
            last_break, used_at_break = index, used
        else:
            while place < break_count:
                offset = breaks[place]
                if offset > index:
                    break
                if offset == index:
                    last_break, used_at_break = index, used
                place += 1
        needed = weigh(<Py_UCS4> text[index], coding)
        while used + needed > capacity:
            if last_break == start:
                last_break, used_at_break = index, used
            ends.append(last_break)
            held.append(used_at_break)
            if len(ends) == most:
                return ends, held
            used -= used_at_break
            start, used_at_break = last_break, 0
        used += needed
    ends.append(len(text))
    held.append(used)
    return ends, held


def replace(str text not None, dict table not None, int kept):
    cdef list pieces = []
    cdef list found = []
    cdef Py_ssize_t index, start = 0
    cdef int septets
    cdef str character
    for index in range(len(text)):
        septets = septets_of(<Py_UCS4> text[index])
        if septets and septets <= kept:
            continue
        character = text[index]
        if character in table:
            found.append(index)
            pieces.append(text[start:index])
            pieces.append(table[character])
            start = index + 1
    pieces.append(text[start:])
    return "".join(pieces), found


include "_octets.pxi"
include "_columns.pxi"
include "_numbers.pxi"
include "_bulk.pxi"
