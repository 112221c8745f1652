# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: freethreading_compatible=True
"""The kernel in C: the same names, arguments and answers as `_pure.py`, which specifies them.

The law of this file: it may be faster than `_pure.py`, and nothing else. Numbers in, numbers out;
no global is written; no class and no error of ours is known here.
"""

cimport cython
from cpython.buffer cimport PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.stdint cimport INT32_MAX, int32_t, uint8_t, uint16_t, uint32_t

cdef extern from "_tables.h" nogil:
    const uint8_t *smscore_page
    const uint8_t *smscore_septets

NAME = "fast"

cdef enum:
    GSM7 = 0x00
    UCS2 = 0x08
    FIRST_SURROGATE = 0xD800
    LAST_SURROGATE = 0xDFFF
    LAST_BMP = 0xFFFF

ctypedef fused Unit:
    const uint8_t
    const uint16_t
    const uint32_t


cdef struct Measured:
    int dcs
    Py_ssize_t units
    Py_ssize_t parts
    Py_ssize_t fault


cdef struct Limits:
    Py_ssize_t single
    Py_ssize_t multi
    Py_ssize_t single_ucs2
    Py_ssize_t multi_ucs2


cdef Limits read_limits(tuple limits) except *:
    cdef Limits read
    read.single, read.multi, read.single_ucs2, read.multi_ucs2 = limits
    return read


cdef inline int septets_of(uint32_t point) noexcept nogil:
    """The septets that a code point takes; 0 if the alphabet does not have it."""
    if point > LAST_BMP:
        return 0
    return smscore_septets[(<int> smscore_page[point >> 8] << 8) | (point & 0xFF)]


cdef inline int weigh(uint32_t point, int dcs) noexcept nogil:
    """The units that a code point takes; one septet if the alphabet does not have it."""
    if dcs == UCS2:
        return 2 if point > LAST_BMP else 1
    return 2 if septets_of(point) == 2 else 1


cdef inline Py_ssize_t count_parts(
    Unit *points, Py_ssize_t length, int dcs, Py_ssize_t units, Py_ssize_t single, Py_ssize_t multi
) noexcept nogil:
    cdef Py_ssize_t fewest, parts, used, index
    cdef int needed
    if units <= single:
        return 1
    # A part wastes at most one unit, on a pair that did not fit: where a part that is one unit
    # smaller would do no worse, nothing has to be walked.
    fewest = (units + multi - 1) // multi
    if units == length or (multi > 1 and fewest == (units + multi - 2) // (multi - 1)):
        return fewest
    parts = 1
    used = 0
    for index in range(length):
        needed = weigh(points[index], dcs)
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    return parts


cdef inline Measured measure_points(
    Unit *points, Py_ssize_t length, int dcs, const Limits *limits
) noexcept nogil:
    cdef Measured answer
    cdef Py_ssize_t index, units
    cdef uint32_t point
    cdef int septets
    answer.parts = 0
    answer.fault = -1
    if dcs != UCS2:
        answer.dcs = GSM7
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
        if dcs == GSM7:
            answer.units = 0
            return answer
        answer.fault = -1
    answer.dcs = UCS2
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


cdef inline Measured measure_text(str text, int dcs, const Limits *limits):
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef int kind = PyUnicode_KIND(text)
    if kind == 1:
        return measure_points(<const uint8_t *> data, length, dcs, limits)
    if kind == 2:
        return measure_points(<const uint16_t *> data, length, dcs, limits)
    return measure_points(<const uint32_t *> data, length, dcs, limits)


def measure(str text not None, int dcs, tuple limits not None):
    cdef Limits read = read_limits(limits)
    cdef Measured answer = measure_text(text, dcs, &read)
    return answer.dcs, answer.units, answer.parts, answer.fault


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
        alphabets[place] = answer.dcs if answer.fault < 0 else -1
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
def cut(str text not None, int dcs, Py_ssize_t capacity, list breaks, Py_ssize_t most):
    cdef list ends = []
    cdef list held = []
    cdef Py_ssize_t index, offset, place = 0, start = 0, used = 0
    cdef Py_ssize_t last_break = 0, used_at_break = 0
    cdef Py_ssize_t break_count = 0 if breaks is None else len(breaks)
    cdef int needed
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
        needed = weigh(<Py_UCS4> text[index], dcs)
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
