# A piece of _fast.pyx: many texts at once. They lie all over the memory, and fetching them from there
# takes longer than looking them through: each is asked for before its turn comes.

cdef enum:
    # So many texts ahead: enough for what a memory takes, and no more than it can have under way.
    AHEAD = 24
    # The octets of a line of the caches, and how many lines of a text are asked for.
    LINE = 64
    LINES = 3


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


cdef int fill_measures(
    list texts,
    Py_ssize_t count,
    const Limits *limits,
    signed char *alphabets,
    int32_t *units,
    int32_t *parts,
) except -1:
    cdef Measured answer
    cdef Py_ssize_t place, line
    cdef PyObject *text
    # Nothing here lets another thread at the list, so that it keeps its length and its texts.
    with cython.critical_section(texts):
        if len(texts) != count:
            raise ValueError("the list changed its length meanwhile")
        for place in range(count):
            if place + AHEAD < count:
                text = PyList_GET_ITEM(texts, place + AHEAD)
                for line in range(LINES):
                    SMSCORE_PREFETCH(<char *> text + line * LINE)
            text = PyList_GET_ITEM(texts, place)
            if not PyUnicode_CheckExact(text):
                raise TypeError(f"a text is a str, not {type(<object> text).__name__}")
            answer = measure_any(text, limits)
            if answer.units > INT32_MAX or answer.fault > INT32_MAX:
                raise OverflowError("a text of more units than a signed 32-bit integer holds")
            alphabets[place] = answer.coding if answer.fault < 0 else -1
            units[place] = <int32_t> (answer.units if answer.fault < 0 else answer.fault)
            parts[place] = <int32_t> answer.parts
    return 0
