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
from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND
from libc.stdint cimport (
    INT32_MAX, INT64_MAX, int8_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
)

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


include "_columns.pxi"
include "_scalar.pxi"
include "_lists.pxi"
include "_choosing.pxi"
include "_cutting.pxi"
include "_octets.pxi"
include "_numbers.pxi"
include "_bulk.pxi"
