# A piece of _fast.pyx: what the bulk path asks of octets and of columns. The work is done in
# _bulk/bulk.h, without the interpreter.

from libc.stdlib cimport calloc, free

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
    uint64_t smscore_key(
        uint64_t number, const uint8_t *text, int64_t size, const uint64_t *secret
    )
    int64_t smscore_slot(const uint64_t *table, uint64_t mask, uint64_t key)
    uint64_t smscore_bits(uint64_t key)


def find_unsound(bytes octets not None):
    cdef const uint8_t *text = <const uint8_t *> PyBytes_AS_STRING(octets)
    cdef int64_t size = PyBytes_GET_SIZE(octets)
    cdef int64_t end
    with nogil:
        end = smscore_find_unsound(text, size)
    return end


def watch_quotes(bytes data not None, int delimiter, bint is_last):
    cdef const uint8_t *octets = <const uint8_t *> PyBytes_AS_STRING(data)
    cdef int64_t size = PyBytes_GET_SIZE(data)
    cdef int64_t rows = 0
    cdef smscore_watch found
    cdef list strays = []
    found.at = 1
    while True:
        with nogil:
            smscore_watch_quotes(octets, size, <uint8_t> delimiter, is_last, &found)
        rows += found.rows
        if found.kind == 0:
            return size, rows, False, strays
        if found.kind == 3 or (found.kind == 2 and not is_last):
            return found.start, rows, found.kind == 2, strays
        strays.append((rows, found.start, found.at, found.kind == 2))
