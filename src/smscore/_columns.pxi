# A piece of _fast.pyx: columns of UTF-8, read where they lie. The work is done in _columns/, without
# the interpreter; here buffers are taken, held against what they should be, and given back.

import os

cdef extern from "_columns/columns.h" nogil:
    ctypedef struct smscore_terms:
        int64_t single[2]
        int64_t multi[2]
    ctypedef struct smscore_results:
        int8_t *alphabets
        int32_t *units
        int32_t *parts
    ctypedef struct smscore_buffer:
        const uint8_t *octets
        int64_t size
    ctypedef int64_t (*smscore_run)(
        const uint8_t *text, const int64_t *ends, int64_t count, const smscore_terms *terms,
        smscore_results results
    ) noexcept nogil
    const char *const smscore_run_names[4]
    smscore_run smscore_find_run(const char *name)
    void smscore_settle_terms(smscore_terms *terms)
    int64_t smscore_measure_utf8(
        smscore_run run, const uint8_t *octets, int64_t size, const void *offsets, int is_large,
        const uint8_t *validity, int64_t first, int64_t count, const smscore_terms *terms,
        smscore_results results
    )
    int64_t smscore_measure_views(
        smscore_run run, const uint8_t *views, const smscore_buffer *buffers, int64_t buffer_count,
        const uint8_t *validity, int64_t first, int64_t count, const smscore_terms *terms,
        smscore_results results
    )
    enum:
        SMSCORE_OVERLONG
        SMSCORE_BROKEN


# The validity, two buffers of texts, and three of results.
cdef enum:
    MOST_BUFFERS = 6


cdef list list_simds():
    cdef const char *name
    cdef list names = []
    for place in range(4):
        name = smscore_run_names[place]
        if smscore_find_run(name) != NULL:
            names.append(name.decode())
    return names


SIMDS = tuple(list_simds())
SIMD = os.environ.get("SMSCORE_SIMD") or SIMDS[len(SIMDS) - 1]


@cython.final
cdef class Column:
    """The buffers of some rows of a column, and of their results, held while they are worked on."""

    cdef Py_buffer views[MOST_BUFFERS]
    cdef int held
    cdef smscore_terms terms
    cdef smscore_results results
    cdef int64_t first, count
    cdef const uint8_t *validity
    cdef smscore_run run

    def __dealloc__(self):
        while self.held:
            self.held -= 1
            PyBuffer_Release(&self.views[self.held])

    cdef Py_buffer *take(self, object buffer, int flags) except NULL:
        if self.held == MOST_BUFFERS:
            raise MemoryError("no more buffers can be held")
        cdef Py_buffer *view = &self.views[self.held]
        PyObject_GetBuffer(buffer, view, flags)
        self.held += 1
        return view

    cdef int prepare(
        self, validity, int64_t first, int64_t count, tuple limits, alphabets, units, parts, simd
    ) except -1:
        cdef bytes name = (SIMD if simd is None else simd).encode()
        cdef Limits read = read_limits(limits)
        cdef Py_buffer *view
        self.run = smscore_find_run(name)
        if self.run == NULL:
            raise ValueError(f"this processor has no {simd!r}, but {', '.join(SIMDS)}")
        self.terms.single = [read.single, read.single_ucs2]
        self.terms.multi = [read.multi, read.multi_ucs2]
        smscore_settle_terms(&self.terms)
        if first < 0 or count < 0 or first + count > INT64_MAX >> 5:
            raise ValueError("there are no such rows")
        self.first, self.count = first, count
        self.validity = NULL
        if validity is not None:
            view = self.take(validity, PyBUF_SIMPLE)
            if view.len < (first + count + 7) >> 3:
                raise ValueError("the validity is shorter than its column")
            self.validity = <const uint8_t *> view.buf
        self.results.alphabets = <int8_t *> self.take_result(alphabets, sizeof(int8_t))
        self.results.units = <int32_t *> self.take_result(units, sizeof(int32_t))
        self.results.parts = <int32_t *> self.take_result(parts, sizeof(int32_t))
        return 0

    cdef void *take_result(self, buffer, Py_ssize_t size) except? NULL:
        cdef Py_buffer *view = self.take(buffer, PyBUF_WRITABLE)
        if view.len != self.count * size:
            raise ValueError("the results must be as long as the rows")
        return view.buf


cdef int64_t check_faults(int64_t faults) except -1:
    if faults == SMSCORE_OVERLONG:
        raise OverflowError("a text of more units than a signed 32-bit integer holds")
    if faults == SMSCORE_BROKEN:
        raise ValueError("the column's offsets reach out of its octets")
    return faults


def measure_utf8(
    octets, offsets, int width, validity, int64_t first, int64_t count, tuple limits not None,
    alphabets, units, parts, simd=None
):
    cdef Column column = Column()
    cdef Py_buffer *text
    cdef Py_buffer *ends
    cdef int64_t faults
    if width not in (4, 8):
        raise ValueError("an offset has 4 or 8 octets")
    column.prepare(validity, first, count, limits, alphabets, units, parts, simd)
    text = column.take(b"" if octets is None else octets, PyBUF_SIMPLE)
    ends = column.take(offsets, PyBUF_SIMPLE)
    if count and ends.len < (first + count + 1) * width:
        raise ValueError("there are fewer offsets than rows")
    with nogil:
        faults = smscore_measure_utf8(
            column.run, <const uint8_t *> text.buf, text.len, ends.buf, width == 8,
            column.validity, first, count, &column.terms, column.results
        )
    return check_faults(faults)


def measure_views(
    views, list buffers not None, validity, int64_t first, int64_t count, tuple limits not None,
    alphabets, units, parts, simd=None
):
    cdef Column column = Column()
    cdef list held = []
    cdef Column each
    cdef Py_buffer *text
    cdef Py_buffer *rows
    cdef bytearray listed = bytearray(len(buffers) * sizeof(smscore_buffer))
    cdef smscore_buffer *found = <smscore_buffer *> <char *> listed
    cdef int64_t faults, buffer_count = len(buffers)
    column.prepare(validity, first, count, limits, alphabets, units, parts, simd)
    rows = column.take(views, PyBUF_SIMPLE)
    if rows.len < (first + count) * 16:
        raise ValueError("there are fewer views than rows")
    for place in range(buffer_count):
        each = Column()
        text = each.take(buffers[place], PyBUF_SIMPLE)
        held.append(each)
        found[place].octets = <const uint8_t *> text.buf
        found[place].size = text.len
    with nogil:
        faults = smscore_measure_views(
            column.run, <const uint8_t *> rows.buf, found, buffer_count, column.validity, first,
            count, &column.terms, column.results
        )
    return check_faults(faults)
