# A piece of _fast.pyx: phone numbers in columns. The work is done in _numbers/, without
# the interpreter; here buffers are taken, held against what they should be, and given back.

from cpython.buffer cimport PyBUF_SIMPLE
from libc.stdint cimport INT64_MAX, int16_t, int64_t
from libc.stdlib cimport free

cdef extern from "_numbers/prefixes.h" nogil:
    ctypedef struct smscore_cells:
        const uint8_t *octets
        int64_t size
    ctypedef struct smscore_tables:
        const int32_t *direct
        const int32_t *trie
        const int32_t *chains
        int64_t rows
        int64_t pairs
    ctypedef struct smscore_trie:
        int32_t *rows
        int64_t count
        int64_t room
    enum:
        SMSCORE_ROW
        SMSCORE_OPENING
        SMSCORE_DIRECT_SIZE
        SMSCORE_LEARNED
        SMSCORE_NO_MEMORY
        SMSCORE_NO_PREFIX
        SMSCORE_NO_END
    int64_t smscore_read_utf8(
        const smscore_cells *text, const int32_t *ends, const uint8_t *validity, int64_t first,
        int64_t count, uint64_t *numerals
    )
    int64_t smscore_read_large_utf8(
        const smscore_cells *text, const int64_t *ends, const uint8_t *validity, int64_t first,
        int64_t count, uint64_t *numerals
    )
    int64_t smscore_read_views(
        const uint8_t *views, const smscore_cells *texts, int64_t held, const uint8_t *validity,
        int64_t first, int64_t count, uint64_t *numerals
    )
    void smscore_spell(const uint64_t *numerals, int64_t count, uint64_t *values)
    int smscore_place(
        uint64_t *numerals, int64_t count, const int32_t *openings, const int32_t *steps,
        int64_t rows, int16_t *places, int64_t *unknown
    )
    int smscore_build(
        const uint8_t *text, int64_t size, const int32_t *entries, int64_t count, int32_t *chains,
        int64_t chained, int32_t *direct, smscore_trie *trie
    )
    void smscore_find(
        const uint64_t *numerals, const int16_t *places, int64_t count,
        const smscore_tables *tables, const int32_t *fallbacks, int64_t fallback_count,
        int32_t *rates
    )
    void smscore_price(
        const int32_t *rates, const int32_t *parts, const uint8_t *validity, int64_t first,
        int64_t count, const int64_t *prices, const uint8_t *flat, uint64_t *amounts, uint8_t *valid
    )


@cython.final
cdef class Buffers:
    """Buffers that are held while they are worked on."""

    cdef Py_buffer views[8]
    cdef int held

    def __dealloc__(self):
        while self.held:
            self.held -= 1
            PyBuffer_Release(&self.views[self.held])

    cdef Py_buffer *take(self, object buffer, int flags=PyBUF_SIMPLE) except NULL:
        cdef Py_buffer *view = &self.views[self.held]
        PyObject_GetBuffer(buffer, view, flags)
        self.held += 1
        return view

    cdef void *take_all(self, object buffer, int64_t size, int flags=PyBUF_SIMPLE) except? NULL:
        """Take a buffer of so many octets."""
        cdef Py_buffer *view = self.take(buffer, flags)
        if view.len != size:
            raise ValueError("a buffer is not as long as its column")
        return view.buf

    cdef void *take_least(self, object buffer, int64_t size) except? NULL:
        """Take a buffer of so many octets or more."""
        cdef Py_buffer *view = self.take(buffer)
        if size < 0 or view.len < size:
            raise ValueError("a buffer is shorter than its column")
        return view.buf

    cdef const uint8_t *take_validity(self, object validity, int64_t rows) except? NULL:
        if validity is None:
            return NULL
        return <const uint8_t *> self.take_least(validity, (rows + 7) >> 3)


cdef int check_rows(int64_t first, int64_t count) except -1:
    if first < 0 or count < 0 or first > INT64_MAX >> 6 or count > INT64_MAX >> 6:
        raise ValueError("there are no such rows")
    return 0


def read_utf8_numbers(
    octets, offsets, int width, validity, int64_t first, int64_t count, numerals
):
    cdef Buffers held = Buffers()
    cdef smscore_cells text
    cdef Py_buffer *view
    cdef void *ends
    cdef const uint8_t *valid
    cdef uint64_t *found
    cdef int64_t others
    check_rows(first, count)
    if width not in (4, 8):
        raise ValueError("an offset has 4 or 8 octets")
    view = held.take(octets)
    text.octets, text.size = <const uint8_t *> view.buf, view.len
    ends = held.take_least(offsets, (first + count + 1) * width if count else 0)
    valid = held.take_validity(validity, first + count)
    found = <uint64_t *> held.take_all(numerals, count * 8, PyBUF_WRITABLE)
    with nogil:
        if width == 8:
            others = smscore_read_large_utf8(
                &text, <const int64_t *> ends, valid, first, count, found
            )
        else:
            others = smscore_read_utf8(&text, <const int32_t *> ends, valid, first, count, found)
    if others < 0:
        raise ValueError("the column's offsets reach out of its octets")
    return others


def read_view_numbers(
    views, list buffers not None, validity, int64_t first, int64_t count, numerals
):
    cdef Buffers held = Buffers()
    cdef Buffers each
    cdef Py_buffer *view
    cdef list others = []
    cdef Py_ssize_t place, number = len(buffers)
    cdef bytearray listed = bytearray(number * sizeof(smscore_cells))
    cdef smscore_cells *texts = <smscore_cells *> <char *> listed
    cdef const uint8_t *rows
    cdef const uint8_t *valid
    cdef uint64_t *found
    cdef int64_t left
    check_rows(first, count)
    for place in range(number):
        each = Buffers()
        others.append(each)
        view = each.take(buffers[place])
        texts[place].octets, texts[place].size = <const uint8_t *> view.buf, view.len
    rows = <const uint8_t *> held.take_least(views, (first + count) * 16)
    valid = held.take_validity(validity, first + count)
    found = <uint64_t *> held.take_all(numerals, count * 8, PyBUF_WRITABLE)
    with nogil:
        left = smscore_read_views(rows, texts, number, valid, first, count, found)
    return left


def spell_numerals(numerals, values):
    cdef Buffers held = Buffers()
    cdef Py_buffer *read = held.take(numerals)
    cdef int64_t count = read.len >> 3
    cdef uint64_t *written
    if read.len != count * 8:
        raise ValueError("a buffer is not as long as its column")
    written = <uint64_t *> held.take_all(values, count * 8, PyBUF_WRITABLE)
    with nogil:
        smscore_spell(<const uint64_t *> read.buf, count, written)


def place_numerals(numerals, openings, steps, places):
    cdef Buffers held = Buffers()
    cdef Py_buffer *read = held.take(numerals, PyBUF_WRITABLE)
    cdef int64_t count = read.len >> 3
    cdef int64_t unknown[SMSCORE_LEARNED]
    cdef const int32_t *first
    cdef Py_buffer *rows
    cdef int16_t *placed
    cdef int learned
    if read.len != count * 8:
        raise ValueError("a buffer is not as long as its column")
    first = <const int32_t *> held.take_all(openings, 16 * SMSCORE_OPENING * 4)
    rows = held.take(steps)
    placed = <int16_t *> held.take_all(places, count * 2, PyBUF_WRITABLE)
    with nogil:
        learned = smscore_place(
            <uint64_t *> read.buf, count, first, <const int32_t *> rows.buf,
            rows.len // (SMSCORE_ROW * 4), placed, unknown
        )
    return [unknown[place] for place in range(learned)]


def build_prefixes(bytes prefixes not None, entries, chains):
    cdef Buffers held = Buffers()
    cdef int64_t count = prefixes.count(b"\n")
    cdef Py_ssize_t size = PyBytes_GET_SIZE(prefixes)
    cdef const uint8_t *text = <const uint8_t *> PyBytes_AS_STRING(prefixes)
    cdef const int32_t *leaves
    cdef bytes linked = bytes(memoryview(chains))
    cdef bytes direct = PyBytes_FromStringAndSize(NULL, SMSCORE_DIRECT_SIZE * 4)
    cdef int32_t *chain = <int32_t *> PyBytes_AS_STRING(linked)
    cdef int32_t *table = <int32_t *> PyBytes_AS_STRING(direct)
    cdef int64_t chained = PyBytes_GET_SIZE(linked) >> 2
    cdef smscore_trie trie
    cdef int fault
    leaves = <const int32_t *> held.take_all(entries, count * 4)
    trie.rows, trie.count, trie.room = NULL, 0, 0
    try:
        with nogil:
            fault = smscore_build(text, size, leaves, count, chain, chained, table, &trie)
        if fault == SMSCORE_NO_MEMORY:
            raise MemoryError("there is no room for so many prefixes")
        if fault == SMSCORE_NO_PREFIX:
            raise ValueError("a prefix has 1 to 15 digits")
        if fault == SMSCORE_NO_END:
            raise ValueError("a chain has no end")
        return direct, <bytes> (<char *> trie.rows)[: trie.count * SMSCORE_ROW * 4], linked
    finally:
        free(trie.rows)


def find_rates(numerals, places, tuple tables not None, fallbacks, rates):
    cdef Buffers held = Buffers()
    cdef Py_buffer *read = held.take(numerals)
    cdef int64_t count = read.len >> 3
    cdef const int16_t *placed = NULL
    cdef smscore_tables looked_up
    cdef Py_buffer *view
    cdef Py_buffer *others
    cdef int32_t *found
    direct, trie, chains = tables
    if read.len != count * 8:
        raise ValueError("a buffer is not as long as its column")
    if places is not None:
        placed = <const int16_t *> held.take_all(places, count * 2)
    looked_up.direct = <const int32_t *> held.take_all(direct, SMSCORE_DIRECT_SIZE * 4)
    view = held.take(trie)
    looked_up.trie, looked_up.rows = <const int32_t *> view.buf, view.len // (SMSCORE_ROW * 4)
    view = held.take(chains)
    looked_up.chains, looked_up.pairs = <const int32_t *> view.buf, view.len // 8
    others = held.take(fallbacks)
    found = <int32_t *> held.take_all(rates, count * 4, PyBUF_WRITABLE)
    with nogil:
        smscore_find(
            <const uint64_t *> read.buf, placed, count, &looked_up,
            <const int32_t *> others.buf, others.len // 4, found
        )


def price_rates(rates, parts, validity, int64_t first, prices, flat, amounts, valid):
    cdef Buffers held = Buffers()
    cdef Py_buffer *view = held.take(rates)
    cdef int64_t row, count = view.len >> 2
    cdef const int32_t *asked = <const int32_t *> view.buf
    cdef const int32_t *number
    cdef const uint8_t *known
    cdef const int64_t *price
    cdef const uint8_t *once
    cdef uint64_t *written
    cdef uint8_t *bits
    cdef int32_t most = -1
    cdef int64_t priced
    check_rows(first, count)
    if view.len != count * 4:
        raise ValueError("a buffer is not as long as its column")
    number = <const int32_t *> held.take_all(parts, count * 4)
    known = held.take_validity(validity, first + count)
    view = held.take(prices)
    price, priced = <const int64_t *> view.buf, view.len >> 3
    once = <const uint8_t *> held.take_all(flat, priced)
    written = <uint64_t *> held.take_all(amounts, count * 16, PyBUF_WRITABLE)
    bits = <uint8_t *> held.take_all(valid, (count + 7) >> 3, PyBUF_WRITABLE)
    with nogil:
        for row in range(count):
            most = max(most, asked[row])
    if most >= priced:
        raise ValueError("a rate has no price")
    with nogil:
        smscore_price(asked, number, known, first, count, price, once, written, bits)
