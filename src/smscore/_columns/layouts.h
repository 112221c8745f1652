/* The layouts of Arrow's columns of text, as runs: utf8, large_utf8 and utf8_view.
 *
 * The law of this file: a column is not trusted. What its offsets or views say is checked before an
 * octet of its texts is read. Rows that are null are not read at all.
 */

enum {
    SMSCORE_OVERLONG = -1,
    SMSCORE_BROKEN = -2,
    SMSCORE_ROWS = 1024,
    SMSCORE_INLINE_OCTETS = 12
};

SMSCORE_INLINE int smscore_is_null(const uint8_t *validity, int64_t row)
{
    return validity && !(validity[row >> 3] >> (row & 7) & 1);
}

/* Gives the results from a row on. */
SMSCORE_INLINE smscore_results smscore_results_from(smscore_results results, int64_t row)
{
    smscore_results rest = {results.alphabets + row, results.units + row, results.parts + row};
    return rest;
}

/* Takes back what was found of rows that are null. Returns how many more have no alphabet. */
static int64_t smscore_settle_nulls(
    const uint8_t *validity, int64_t first, int64_t count, smscore_results results)
{
    int64_t more = 0;
    for (int64_t row = 0; row < count; row++) {
        if (!smscore_is_null(validity, first + row))
            continue;
        more += results.alphabets[row] >= 0;
        smscore_settle_fault(SMSCORE_NULL, results, row);
    }
    return more;
}

/* Measures a column of offsets into octets, of 4 or 8 octets each: rows `first` and on. Returns how
 * many rows have no alphabet, or SMSCORE_OVERLONG, or SMSCORE_BROKEN for offsets that are none. */
static int64_t smscore_measure_utf8(
    smscore_run run, const uint8_t *octets, int64_t size, const void *offsets, int is_large,
    const uint8_t *validity, int64_t first, int64_t count, const smscore_terms *terms,
    smscore_results results)
{
    int64_t ends[SMSCORE_ROWS], faults = 0;
    for (int64_t row = 0; row < count; row += SMSCORE_ROWS) {
        const int64_t rows = count - row < SMSCORE_ROWS ? count - row : SMSCORE_ROWS;
        int64_t start, fewest = 0, previous = 0, found;
        if (is_large) {
            const int64_t *each = (const int64_t *)offsets + first + row;
            start = each[0];
            for (int64_t place = 0; place < rows; place++)
                ends[place] = (int64_t)((uint64_t)each[place + 1] - (uint64_t)start);
        } else {
            const int32_t *each = (const int32_t *)offsets + first + row;
            start = each[0];
            for (int64_t place = 0; place < rows; place++)
                ends[place] = (int64_t)each[place + 1] - start;
        }
        for (int64_t place = 0; place < rows; place++) {
            fewest |= ends[place] < previous;
            previous = ends[place];
        }
        if (fewest || start < 0 || start > size || previous > size - start)
            return SMSCORE_BROKEN;
        found = run(octets + start, ends, rows, terms, smscore_results_from(results, row));
        if (found < 0)
            return SMSCORE_OVERLONG;
        faults += found;
        if (validity)
            faults += smscore_settle_nulls(
                validity, first + row, rows, smscore_results_from(results, row));
    }
    return faults;
}

/* A view of 16 octets: the length, and then a short text itself; or four octets of a long one, the
 * number of its buffer, and where in it the text begins. */
typedef struct {
    int32_t length;
    uint8_t text[4];
    int32_t buffer, offset;
} smscore_view;

typedef struct {
    const uint8_t *octets;
    int64_t size;
} smscore_buffer;

/* Texts of views that lie one behind the other in memory, gathered until one does not. */
typedef struct {
    const uint8_t *text;
    int64_t count, ends[SMSCORE_ROWS], rows[SMSCORE_ROWS];
} smscore_gathered;

static int64_t smscore_measure_gathered(
    smscore_run run, smscore_gathered *gathered, const smscore_terms *terms,
    smscore_results results)
{
    int8_t alphabets[SMSCORE_ROWS];
    int32_t units[SMSCORE_ROWS], parts[SMSCORE_ROWS];
    smscore_results found = {alphabets, units, parts};
    int64_t faults = run(gathered->text, gathered->ends, gathered->count, terms, found);
    for (int64_t place = 0; place < gathered->count; place++) {
        int64_t row = gathered->rows[place];
        results.alphabets[row] = alphabets[place];
        results.units[row] = units[place];
        results.parts[row] = parts[place];
    }
    gathered->count = 0;
    return faults;
}

/* Measures a column of views: rows `first` and on. The answers are those above. */
static int64_t smscore_measure_views(
    smscore_run run, const uint8_t *views, const smscore_buffer *buffers, int64_t buffer_count,
    const uint8_t *validity, int64_t first, int64_t count, const smscore_terms *terms,
    smscore_results results)
{
    smscore_gathered gathered;
    int64_t faults = 0;
    gathered.count = 0;
    gathered.text = NULL;
    for (int64_t row = 0; row < count; row++) {
        const uint8_t *place = views + (first + row) * (int64_t)sizeof(smscore_view), *text;
        smscore_view view;
        int64_t end = gathered.count ? gathered.ends[gathered.count - 1] : 0, found = 0;
        if (smscore_is_null(validity, first + row)) {
            faults += smscore_settle_fault(SMSCORE_NULL, results, row);
            continue;
        }
        memcpy(&view, place, sizeof view);
        if (view.length < 0)
            return SMSCORE_BROKEN;
        if (view.length <= SMSCORE_INLINE_OCTETS) {
            faults += smscore_measure_octets(place + 4, view.length, terms, results, row);
            continue;
        }
        if (view.buffer < 0 || view.buffer >= buffer_count || view.offset < 0
            || view.length > buffers[view.buffer].size - view.offset)
            return SMSCORE_BROKEN;
        text = buffers[view.buffer].octets + view.offset;
        if (gathered.count == SMSCORE_ROWS || (gathered.count && text != gathered.text + end)) {
            found = smscore_measure_gathered(run, &gathered, terms, results);
            end = 0;
        }
        if (found < 0)
            return SMSCORE_OVERLONG;
        faults += found;
        if (gathered.count == 0)
            gathered.text = text;
        gathered.ends[gathered.count] = end + view.length;
        gathered.rows[gathered.count++] = row;
    }
    if (gathered.count) {
        int64_t found = smscore_measure_gathered(run, &gathered, terms, results);
        if (found < 0)
            return SMSCORE_OVERLONG;
        faults += found;
    }
    return faults;
}
