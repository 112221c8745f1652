# A piece of _fast.pyx: where a text is cut, and what is replaced in it. Here a text is walked one
# character at a time, for each has to be weighed where it stands.

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
