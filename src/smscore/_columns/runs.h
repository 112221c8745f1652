/* Texts one behind the other, measured: one implementation, included for each kind of processor.
 *
 * The law of this file: the octets are marked in tiles, whatever texts they belong to, and counted
 * as they are marked; a text is then the difference of the counts at its two ends. What is no
 * UTF-8 is found tile by tile, and the texts that reach into such a tile are read octet by octet.
 *
 * Before it is included, SMSCORE_KIND names the processor, SMSCORE_TARGET says so to the compiler,
 * SMSCORE_MIXED so many blocks of a tile are too many to foresee which is all ASCII, and there is
 * smscore_mark_KIND, which marks 64 octets and may read SMSCORE_BEFORE before them.
 */

#define SMSCORE_NAME(name) SMSCORE_JOIN(smscore_##name, SMSCORE_KIND)

/* Marks the 64 octets at a place, whose text has so many octets. Nothing outside is read. */
SMSCORE_TARGET SMSCORE_INLINE void SMSCORE_NAME(mark_at)(
    const uint8_t *text, int64_t place, int64_t length, int is_mixed, smscore_due *due,
    smscore_marks *marks)
{
    uint8_t copy[2 * SMSCORE_BLOCK];
    const uint8_t *from = text + place;
    const int64_t left = length - place < SMSCORE_BLOCK ? length - place : SMSCORE_BLOCK;
    const int64_t before = place < SMSCORE_BEFORE ? place : SMSCORE_BEFORE;
    if (left < SMSCORE_BLOCK || before < SMSCORE_BEFORE) {
        /* A space belongs to the alphabet, and ends what is due. */
        memset(copy, ' ', sizeof copy);
        memcpy(copy + SMSCORE_BLOCK - before, from - before, (size_t)(before + left));
        from = copy + SMSCORE_BLOCK;
    }
    SMSCORE_NAME(mark)(from, is_mixed, due, marks);
}

/* Marks some blocks of a tile. Returns the counts of it up to there. */
SMSCORE_TARGET SMSCORE_INLINE uint64_t SMSCORE_NAME(mark_blocks)(
    const uint8_t *text, int64_t place, int64_t length, uint64_t blocks, int is_mixed,
    smscore_due *due, smscore_marks *marks)
{
    uint64_t counts = 0;
    for (uint64_t block = 0; block < blocks; block++, place += SMSCORE_BLOCK) {
        SMSCORE_PREFETCH(text + place + SMSCORE_AHEAD);
        SMSCORE_NAME(mark_at)(text, place, length, is_mixed, due, marks + block);
        marks[block].before = counts;
        counts += smscore_count(
            marks[block].tail, marks[block].outside, marks[block].twice, marks[block].astral);
    }
    return counts;
}

/* Marks a tile from the place on. Returns the counts of all of it. */
SMSCORE_TARGET SMSCORE_INLINE uint64_t SMSCORE_NAME(mark_tile)(
    const uint8_t *text, int64_t place, int64_t length, smscore_due *due, smscore_marks *marks)
{
    const uint64_t left = (uint64_t)(length - place), most = SMSCORE_BLOCKS;
    const uint64_t all = (left + SMSCORE_BLOCK - 1) / SMSCORE_BLOCK, blocks = all < most ? all : most;
    uint64_t counts;
    /* Where ASCII comes and goes, nobody can foresee which it will be: then all is taken for the
     * worse, which is quicker than to be mistaken. */
    const int is_mixed = SMSCORE_MIXED < SMSCORE_BLOCKS && due->mixed > SMSCORE_MIXED;
    due->mixed = 0;
    if (is_mixed)
        counts = SMSCORE_NAME(mark_blocks)(text, place, length, blocks, 1, due, marks);
    else
        counts = SMSCORE_NAME(mark_blocks)(text, place, length, blocks, 0, due, marks);
    memset(marks + blocks, 0, sizeof *marks);
    marks[blocks].before = counts;
    return counts;
}

/* Writes down the texts that begin and end in a tile, from a row on, where nothing is marked in it
 * (`marked` is 0), or nothing that takes two units (1), or anything (2). Returns the row behind. */
SMSCORE_TARGET SMSCORE_INLINE int64_t SMSCORE_NAME(settle_rows)(
    const smscore_marks *marks, int marked, int64_t place, int64_t stop, const int64_t *ends,
    int64_t row, int64_t count, uint64_t *counts, uint64_t *split, const uint8_t *text,
    const smscore_terms *terms, smscore_results results)
{
    uint64_t previous = *counts;
    int64_t start = ends[row - 1];
    for (; row < count && ends[row] < stop; row++) {
        const int64_t end = ends[row];
        const uint64_t now = smscore_count_before(marks, marked, (uint64_t)(end - place), split);
        smscore_settle_counts(
            text + start, end - start, now - previous, marked, terms, results, row);
        previous = now;
        start = end;
    }
    *counts = previous;
    return row;
}

SMSCORE_TARGET static int64_t SMSCORE_NAME(run)(
    const uint8_t *text, const int64_t *ends, int64_t count, const smscore_terms *terms,
    smscore_results results)
{
    SMSCORE_ALIGNED smscore_marks marks[SMSCORE_BLOCKS + 1];
    smscore_due due = {0, 0, 0, 0, 0, 0};
    smscore_carried carried = {0, 0, 0, 0, 0};
    const int64_t length = count ? ends[count - 1] : 0, tile = SMSCORE_BLOCK * SMSCORE_BLOCKS;
    int64_t row = 0, start = 0, faults = 0, overlong = 0;
    for (int64_t place = 0; row < count; place += tile) {
        const int is_last = length - place <= tile;
        const int64_t stop = is_last ? length + 1 : place + tile, first = row;
        uint64_t counts = 0, previous = 0, split = 0;
        uint64_t all = SMSCORE_NAME(mark_tile)(text, place, length, &due, marks);
        if (is_last)
            due.bad |= due.second | due.third | due.fourth;
        /* The first text may begin before the tile, or be the last one's rest. */
        if (ends[row] < stop) {
            counts = smscore_count_before(marks, 2, (uint64_t)(ends[row] - place), &split);
            smscore_carry(&carried, counts);
            overlong |= smscore_settle(
                text + start, ends[row] - start, ends[row] - start - carried.tails,
                carried.outside, carried.twice, carried.astral, terms, results, row);
            row++;
            if (all == 0)
                row = SMSCORE_NAME(settle_rows)(
                    marks, 0, place, stop, ends, row, count, &counts, &split, text, terms, results);
            else if (all < SMSCORE_TWICE)
                row = SMSCORE_NAME(settle_rows)(
                    marks, 1, place, stop, ends, row, count, &counts, &split, text, terms, results);
            else
                row = SMSCORE_NAME(settle_rows)(
                    marks, 2, place, stop, ends, row, count, &counts, &split, text, terms, results);
            start = ends[row - 1];
            previous = counts;
            split &= 1;
            if (SMSCORE_UNLIKELY(due.bad | split | (uint64_t)carried.is_bad)) {
                for (int64_t each = first; each < row; each++) {
                    int64_t begin = each ? ends[each - 1] : 0;
                    int64_t found = smscore_measure_octets(
                        text + begin, ends[each] - begin, terms, results, each);
                    if (found < 0)
                        overlong = -1;
                    else
                        faults += found;
                }
            }
            memset(&carried, 0, sizeof carried);
        }
        smscore_carry(&carried, all - previous);
        carried.is_bad |= (due.bad | split) != 0;
        due.bad = 0;
    }
    return overlong ? -1 : faults;
}

#undef SMSCORE_NAME
