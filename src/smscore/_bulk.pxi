# A piece of _fast.pyx: what the bulk path asks of octets and of columns. The work is done in
# _bulk/bulk.h, without the interpreter.

from libc.stdlib cimport calloc, free
from libc.string cimport memset

cdef extern from "_bulk/bulk.h" nogil:
    ctypedef struct smscore_watch:
        int64_t at
        int64_t start
        int64_t rows
        int kind
    int64_t smscore_find_unsound(const uint8_t *octets, int64_t size)
    void smscore_watch_quotes(
        const uint8_t *octets, int64_t size, uint8_t delimiter, int is_last, smscore_watch *found
    )
    ctypedef struct smscore_texts:
        const uint8_t *octets
        const void *offsets
        int is_large
    ctypedef struct smscore_excess:
        uint64_t key
        int64_t messages
        int64_t parts
        uint64_t cost_low
        int64_t cost_high
    int smscore_are_offsets(
        const smscore_texts *texts, int64_t first, int64_t count, int64_t size
    )
    const uint8_t *smscore_text(const smscore_texts *texts, int64_t row, int64_t *size)
    void smscore_find_keys(
        const smscore_texts *texts, int64_t first, int64_t count, const uint64_t *numbers,
        const int32_t *units, const uint64_t *secret, uint64_t *keys
    )
    int64_t smscore_remember(
        const uint64_t *keys, int64_t count, uint64_t *table, uint64_t slots, uint64_t *filter,
        uint64_t words, uint8_t *marks
    )
    void smscore_search(
        const uint64_t *keys, int64_t count, const uint64_t *table, uint64_t slots, uint8_t *marks
    )
    int64_t smscore_read_point(const uint8_t *at, int64_t left, uint32_t *point)
    int64_t smscore_count_breaks(const uint8_t *octets, int64_t size)
    void smscore_expect_excess(smscore_excess *slots, int bits, uint64_t key)
    smscore_excess *smscore_find_excess(smscore_excess *slots, int bits, uint64_t key)
    void smscore_add_cost(smscore_excess *excess, int64_t price, int64_t parts)


def find_unsound(bytes octets not None):
    cdef const uint8_t *text = <const uint8_t *> PyBytes_AS_STRING(octets)
    cdef int64_t size = PyBytes_GET_SIZE(octets)
    cdef int64_t end
    with nogil:
        end = smscore_find_unsound(text, size)
    return end


def count_breaks(bytes octets not None, int64_t start, int64_t end):
    cdef const uint8_t *text = <const uint8_t *> PyBytes_AS_STRING(octets)
    cdef int64_t breaks
    if not 0 <= start <= end <= PyBytes_GET_SIZE(octets):
        raise ValueError("there are no such octets")
    with nogil:
        breaks = smscore_count_breaks(text + start, end - start)
    return breaks


def watch_quotes(bytes data not None, int64_t start, int delimiter, bint is_last):
    cdef const uint8_t *octets = <const uint8_t *> PyBytes_AS_STRING(data)
    cdef int64_t size = PyBytes_GET_SIZE(data)
    cdef int64_t rows = 0
    cdef smscore_watch found
    cdef list strays = []
    if not 0 < start <= size:
        raise ValueError("the first octet was not passed before")
    found.at = start
    while True:
        with nogil:
            smscore_watch_quotes(octets, size, <uint8_t> delimiter, is_last, &found)
        rows += found.rows
        if found.kind == 0:
            return size, rows, False, strays
        if found.kind == 3 or (found.kind == 2 and not is_last):
            return found.start, rows, found.kind == 2, strays
        strays.append((rows, found.start, found.at, found.kind == 2))


cdef int take_buffer(object buffer, Py_buffer *view, Py_ssize_t size, bint writable) except -1:
    """Hold a buffer of at least so many octets."""
    PyObject_GetBuffer(buffer, view, PyBUF_WRITABLE if writable else PyBUF_SIMPLE)
    if view.len < size:
        PyBuffer_Release(view)
        raise ValueError("a buffer is shorter than what is to be in it")
    return 0


@cython.final
cdef class Held:
    """Buffers that are held while they are worked on."""

    cdef Py_buffer views[8]
    cdef int count

    def __dealloc__(self):
        while self.count:
            self.count -= 1
            PyBuffer_Release(&self.views[self.count])

    cdef void *take(self, object buffer, Py_ssize_t size, bint writable) except NULL:
        if self.count == 8:
            raise MemoryError("no more buffers can be held")
        cdef Py_buffer *view = &self.views[self.count]
        take_buffer(buffer, view, size, writable)
        self.count += 1
        # What is empty may lie nowhere.
        return view.buf if view.buf != NULL else <void *> view

    cdef Py_ssize_t size(self):
        return self.views[self.count - 1].len


cdef int take_texts(
    Held held, smscore_texts *texts, octets, offsets, int width, int64_t first, int64_t count
) except -1:
    """Take the buffers of a column of UTF-8, whose rows must lie in their octets."""
    cdef int64_t size, row, length, end = 0
    if width not in (4, 8) or first < 0 or count < 0 or first + count > INT64_MAX >> 5:
        raise ValueError("there are no such rows")
    texts.is_large = width == 8
    texts.octets = <const uint8_t *> held.take(b"" if octets is None else octets, 0, False)
    size = held.size()
    texts.offsets = held.take(offsets, (first + count + 1) * width if count else 0, False)
    if not smscore_are_offsets(texts, first, count, size):
        raise ValueError("the column's offsets reach out of its octets")
    return 0


def find_keys(
    octets, offsets, int width, int64_t first, int64_t count, numbers, units, bytes secret not None,
    keys
):
    cdef Held held = Held()
    cdef smscore_texts texts
    cdef uint64_t words[2]
    if PyBytes_GET_SIZE(secret) != 16:
        raise ValueError("a secret has 16 octets")
    words[0] = int.from_bytes(secret[:8], "little")
    words[1] = int.from_bytes(secret[8:], "little")
    take_texts(held, &texts, octets, offsets, width, first, count)
    cdef const uint64_t *digits = <const uint64_t *> held.take(numbers, count * 8, False)
    cdef const int32_t *used = <const int32_t *> held.take(units, count * 4, False)
    cdef uint64_t *found = <uint64_t *> held.take(keys, count * 8, True)
    with nogil:
        smscore_find_keys(&texts, first, count, digits, used, words, found)


cdef uint64_t check_power(Py_ssize_t octets) except 0:
    cdef uint64_t words = <uint64_t> octets >> 3
    if octets & 7 or words == 0 or words & (words - 1):
        raise ValueError("a table has a power of two of words")
    return words


def remember(keys, int64_t count, table, sieve, marks):
    cdef Held held = Held()
    cdef const uint64_t *given = <const uint64_t *> held.take(keys, count * 8, False)
    cdef uint8_t *found = <uint8_t *> held.take(marks, count, True)
    cdef uint64_t *slots = <uint64_t *> held.take(table, 8, True)
    cdef uint64_t slot_count = check_power(held.size())
    cdef uint64_t *words = NULL
    cdef uint64_t word_count = 0
    cdef int64_t added
    if sieve is not None:
        words = <uint64_t *> held.take(sieve, 8, True)
        word_count = check_power(held.size())
    with nogil:
        added = smscore_remember(given, count, slots, slot_count, words, word_count, found)
    if added < 0:
        raise ValueError("the table is full")
    return added


def search(keys, int64_t count, table, marks):
    cdef Held held = Held()
    cdef const uint64_t *given = <const uint64_t *> held.take(keys, count * 8, False)
    cdef uint8_t *found = <uint8_t *> held.take(marks, count, True)
    cdef const uint64_t *slots = <const uint64_t *> held.take(table, 8, False)
    cdef uint64_t slot_count = check_power(held.size())
    with nogil:
        smscore_search(given, count, slots, slot_count, found)


# A ledger's slots, and how many of them a batch may fill before it is to be read.
cdef enum:
    LEDGER_BITS = 15
    LEDGER_SLOTS = 1 << LEDGER_BITS
    LEDGER_MOST = LEDGER_SLOTS * 3 // 4
    POINTS = 0x110000


def open_ledger():
    return bytearray((LEDGER_SLOTS + 1) * sizeof(smscore_excess))


def blame(
    bytearray ledger not None, octets, offsets, int width, int64_t first, int64_t count, alphabets,
    parts, rates, prices, flat, Py_ssize_t single, Py_ssize_t multi
):
    cdef Held held = Held()
    cdef smscore_texts texts
    cdef int64_t done
    check_capacity(multi)
    take_texts(held, &texts, octets, offsets, width, first, count)
    cdef const int8_t *coded = <const int8_t *> held.take(alphabets, count, False)
    cdef const int32_t *needed = <const int32_t *> held.take(parts, count * 4, False)
    cdef const int32_t *rated = <const int32_t *> held.take(rates, count * 4, False)
    cdef const int64_t *priced = <const int64_t *> held.take(prices, 0, False)
    cdef int64_t price_count = held.size() // 8
    cdef const uint8_t *by_message = <const uint8_t *> held.take(flat, price_count, False)
    cdef smscore_excess *slots = <smscore_excess *> <char *> ledger
    # When a character was met last; most pages of it are never touched.
    cdef int32_t *met = <int32_t *> calloc(POINTS, sizeof(int32_t))
    cdef uint32_t *points = NULL
    if met == NULL:
        raise MemoryError
    try:
        points = <uint32_t *> calloc(LEDGER_MOST, sizeof(uint32_t))
        if points == NULL:
            raise MemoryError
        with nogil:
            done = add_blame(
                slots, &texts, first, count, coded, needed, rated, priced, price_count, by_message,
                single, multi, met, points
            )
    finally:
        free(met)
        free(points)
    return done


cdef int64_t add_blame(
    smscore_excess *slots, const smscore_texts *texts, int64_t first, int64_t count,
    const int8_t *alphabets, const int32_t *parts, const int32_t *rates, const int64_t *prices,
    int64_t price_count, const uint8_t *flat, Py_ssize_t single, Py_ssize_t multi, int32_t *met,
    uint32_t *points
) noexcept nogil:
    """Add up rows until there is no more room; tell how many rows were."""
    cdef int64_t row, size, at, septets, length, number, place, excess
    cdef int64_t price
    cdef const uint8_t *text
    cdef uint32_t point
    cdef int weight
    cdef uint64_t key
    cdef smscore_excess *slot
    for row in range(count):
        if alphabets[row] != 1 or parts[row] <= 0:
            continue
        text = smscore_text(texts, first + row, &size)
        at = septets = length = number = 0
        while at < size:
            at += smscore_read_point(text + at, size - at, &point)
            weight = septets_of(point)
            length += 1
            septets += weight if weight else 1
            if weight == 0 and met[point] != row + 1:
                if number == LEDGER_MOST:
                    return row
                met[point] = <int32_t> (row + 1)
                points[number] = point
                number += 1
        if slots[LEDGER_SLOTS].messages + number > LEDGER_MOST:
            return row
        excess = parts[row] - count_octet_parts(text, size, length, septets, single, multi)
        price = 0
        if 0 <= rates[row] < price_count and not flat[rates[row]]:
            price = prices[rates[row]]
        for place in range(number):
            key = <uint64_t> points[place] << 32 | <uint64_t> number
            smscore_expect_excess(slots, LEDGER_BITS, key)
        for place in range(number):
            key = <uint64_t> points[place] << 32 | <uint64_t> number
            slot = smscore_find_excess(slots, LEDGER_BITS, key)
            if slot.key == 0:
                slot.key = key
                slots[LEDGER_SLOTS].messages += 1
            slot.messages += 1
            slot.parts += excess
            smscore_add_cost(slot, price, excess)
    return count


cdef inline Py_ssize_t count_octet_parts(
    const uint8_t *text, int64_t size, int64_t length, int64_t septets, Py_ssize_t single,
    Py_ssize_t multi
) noexcept nogil:
    """The parts of a text with one septet for each character that the alphabet does not have."""
    cdef int64_t fewest, parts = 1, used = 0, at = 0
    cdef uint32_t point
    cdef int needed
    if septets <= single:
        return 1
    fewest = 1 + (septets - 1) // multi
    if septets == length or fewest == 1 + (septets - 1) // (multi - 1):
        return fewest
    while at < size:
        at += smscore_read_point(text + at, size - at, &point)
        needed = 2 if septets_of(point) == 2 else 1
        if used + needed > multi:
            parts += 1
            used = 0
        used += needed
    return parts


def close_ledger(bytearray ledger not None):
    cdef smscore_excess *slots = <smscore_excess *> <char *> ledger
    cdef list entries = []
    cdef int64_t slot
    for slot in range(LEDGER_SLOTS):
        if slots[slot].key:
            entries.append((
                <uint32_t> (slots[slot].key >> 32),
                <uint32_t> (slots[slot].key & 0xFFFFFFFF),
                slots[slot].messages,
                slots[slot].parts,
                (int(slots[slot].cost_high) << 64) + slots[slot].cost_low,
            ))
    memset(slots, 0, (LEDGER_SLOTS + 1) * sizeof(smscore_excess))
    return entries
