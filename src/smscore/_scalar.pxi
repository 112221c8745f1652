# A piece of _fast.pyx: one text at a time. What a str holds is looked through in C, in as many octets
# at once as the processor takes (_scan/); only a text that has pairs, and so many units that it
# matters where its parts end, is walked.

cdef extern from "_scan/scan.h" nogil:
    ctypedef struct smscore_scan:
        int64_t (*narrow)(const uint8_t *text, int64_t length) noexcept nogil
        int64_t (*wide)(const uint16_t *text, int64_t length) noexcept nogil
        int64_t (*widest)(const uint32_t *text, int64_t length) noexcept nogil
    const smscore_scan *smscore_find_scan(const char *name)
    int64_t SMSCORE_FAULT(int64_t index)
    void SMSCORE_PREFETCH(const void *address)

cdef extern from *:
    """
    /* Has instances of a type called by their own function, which they have at an offset. */
    static void smscore_let_call(PyObject *type, Py_ssize_t offset) {
        ((PyTypeObject *)type)->tp_vectorcall_offset = offset;
        ((PyTypeObject *)type)->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
        PyType_Modified((PyTypeObject *)type);
    }
    """
    void smscore_let_call(PyObject *type, Py_ssize_t offset)
    ctypedef PyObject *(*vectorcallfunc)(
        PyObject *function, PyObject *const *given, size_t count, PyObject *names
    )
    Py_ssize_t PyVectorcall_NARGS(size_t count)
    object PyObject_Vectorcall(
        object function, PyObject *const *given, size_t count, PyObject *names
    )
    bint PyUnicode_CheckExact(PyObject *text)
    object PyMethod_New(object function, object instance)
    Py_ssize_t text_length "PyUnicode_GET_LENGTH"(PyObject *text) nogil
    void *text_data "PyUnicode_DATA"(PyObject *text) nogil
    int text_kind "PyUnicode_KIND"(PyObject *text) nogil

cdef enum:
    # So many answers are kept for each alphabet, with pairs and without.
    KEPT = 1024


# Written once, before anything can read it.
cdef const smscore_scan *SCAN = smscore_find_scan(SIMD.encode())


cdef inline Py_ssize_t divide(Py_ssize_t units, Py_ssize_t capacity) noexcept nogil:
    # Half the bits divide in half the time.
    if (units | capacity) <= INT32_MAX:
        return <uint32_t> units // <uint32_t> capacity
    return units // capacity


cdef inline Py_ssize_t settle_parts(
    Py_ssize_t units, bint paired, Py_ssize_t single, Py_ssize_t multi
) noexcept nogil:
    """Tell the parts of so many units; 0 if that depends on where the pairs are."""
    cdef Py_ssize_t fewest
    if units <= single:
        return 1
    # A part wastes at most one unit, on a pair that did not fit: where a part that is one unit
    # smaller would do no worse, nothing has to be walked.
    fewest = 1 + divide(units - 1, multi)
    if not paired or fewest == 1 + divide(units - 1, multi - 1):
        return fewest
    return 0


cdef inline Measured scan_text(
    const void *data, Py_ssize_t length, int kind
) noexcept nogil:
    """Measure a text but for its parts, in GSM 7 bit if that has every character, else in UCS2."""
    cdef Measured answer
    cdef int64_t found
    answer.parts = 0
    answer.fault = -1
    answer.coding = UCS2
    answer.units = length
    if kind == 1:
        found = SCAN.narrow(<const uint8_t *> data, length)
    elif kind == 2:
        found = SCAN.wide(<const uint16_t *> data, length)
    else:
        found = SCAN.widest(<const uint32_t *> data, length)
        # As wide as this it has a character past the BMP, if it is none of a foreign make.
        if found >= 0:
            answer.units += found
            if found == 0:
                answer = scan_points(<const uint32_t *> data, length)
            return answer
    if found >= 0:
        answer.coding = GSM7
        answer.units += found
    elif found <= SMSCORE_FAULT(0):
        answer.units = 0
        answer.fault = SMSCORE_FAULT(found)
    return answer


cdef Measured scan_points(const uint32_t *points, Py_ssize_t length) noexcept nogil:
    cdef Limits boundless
    boundless.single = boundless.single_ucs2 = length * 2
    boundless.multi = boundless.multi_ucs2 = length * 2 + 2
    return measure_points(points, length, ANY, &boundless)


cdef inline Py_ssize_t walk_parts(
    const void *data, Py_ssize_t length, int kind, const Measured *answer, const Limits *limits
) noexcept nogil:
    cdef Py_ssize_t single = limits.single if answer.coding == GSM7 else limits.single_ucs2
    cdef Py_ssize_t multi = limits.multi if answer.coding == GSM7 else limits.multi_ucs2
    cdef Py_ssize_t parts = settle_parts(answer.units, answer.units != length, single, multi)
    if parts:
        return parts
    if kind == 1:
        return count_parts(
            <const uint8_t *> data, length, answer.coding, answer.units, single, multi
        )
    if kind == 2:
        return count_parts(
            <const uint16_t *> data, length, answer.coding, answer.units, single, multi
        )
    return count_parts(<const uint32_t *> data, length, answer.coding, answer.units, single, multi)


cdef inline Measured measure_any(PyObject *text, const Limits *limits) noexcept nogil:
    cdef const void *data = text_data(text)
    cdef Py_ssize_t length = text_length(text)
    cdef int kind = text_kind(text)
    cdef Measured answer = scan_text(data, length, kind)
    if answer.fault < 0:
        answer.parts = walk_parts(data, length, kind, &answer, limits)
    return answer


def measure(str text not None, int coding, tuple limits not None):
    cdef Limits read = read_limits(limits)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef void *data = PyUnicode_DATA(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef Measured answer
    if coding == ANY:
        answer = measure_any(<PyObject *> text, &read)
        return answer.coding, answer.units, answer.parts, answer.fault
    check_coding(coding)
    if kind == 1:
        answer = measure_points(<const uint8_t *> data, length, coding, &read)
    elif kind == 2:
        answer = measure_points(<const uint16_t *> data, length, coding, &read)
    else:
        answer = measure_points(<const uint32_t *> data, length, coding, &read)
    return answer.coding, answer.units, answer.parts, answer.fault


@cython.final
cdef class Shortcut:
    """A function that answers at once for a lone str, and asks another one for all else.

    It is that other one in all but its speed: in its name, its signature, what is said about it, as
    a method, pickled. Answers are kept where the units, and whether there are pairs, settle them.
    """

    cdef vectorcallfunc call
    cdef object general, make
    cdef Limits limits
    cdef Py_ssize_t most
    cdef list kept
    cdef dict __dict__
    cdef object __weakref__

    def __cinit__(self, general, make, tuple limits not None, Py_ssize_t most):
        self.call = <vectorcallfunc> call_shortcut
        self.general, self.make, self.most = general, make, most
        self.limits = read_limits(limits)
        self.kept = [None] * (4 * KEPT)
        # The others are found where they are not: a type has its own of these.
        for name, value in (
            ("__doc__", general.__doc__), ("__module__", general.__module__), ("__wrapped__", general)
        ):
            setattr(self, name, value)

    def __call__(self, *given, **options):
        return self.general(*given, **options)

    def __getattr__(self, name):
        return getattr(self.general, name)

    def __get__(self, instance, owner):
        return self if instance is None else PyMethod_New(self, instance)

    def __reduce__(self):
        return self.general.__qualname__

    def __repr__(self):
        return repr(self.general)


cdef object call_shortcut(
    Shortcut self, PyObject *const *given, size_t count, PyObject *names
):
    cdef Measured answer
    cdef const void *data
    cdef Py_ssize_t length, place = -1
    cdef int kind
    cdef object found
    if names == NULL and PyVectorcall_NARGS(count) == 1 and PyUnicode_CheckExact(given[0]):
        data, length, kind = text_data(given[0]), text_length(given[0]), text_kind(given[0])
        answer = scan_text(data, length, kind)
        if answer.fault < 0:
            if answer.units < KEPT:
                place = answer.units + KEPT * ((answer.coding >> 2) + (answer.units != length))
                found = self.kept[place]
                if found is not None:
                    return found
            answer.parts = walk_parts(data, length, kind, &answer, &self.limits)
            if answer.parts <= self.most:
                found = self.make(answer.coding, answer.units, answer.parts)
                if place >= 0 and is_settled(&answer, length, &self.limits):
                    self.kept[place] = found
                return found
    return PyObject_Vectorcall(self.general, given, count, names)


cdef inline bint is_settled(
    const Measured *answer, Py_ssize_t length, const Limits *limits
) noexcept nogil:
    """Whether each text of as many units, with pairs or without as this one, has as many parts."""
    if answer.coding == GSM7:
        return settle_parts(answer.units, answer.units != length, limits.single, limits.multi) != 0
    return (
        settle_parts(answer.units, answer.units != length, limits.single_ucs2, limits.multi_ucs2)
        != 0
    )


cdef int let_call() except -1:
    cdef Shortcut one = Shortcut(measure, None, (2, 2, 2, 2), 0)
    smscore_let_call(<PyObject *> Shortcut, <char *> &one.call - <char *> <PyObject *> one)
    return 0


let_call()


def hasten(general, make, tuple limits not None, Py_ssize_t most):
    return Shortcut(general, make, limits, most)
