"""The seam: picks the kernel, once, and gives its functions to the modules above.

The law of this file: `SMSCORE_KERNEL` decides. `auto` (the default) takes the compiled kernel, or
the pure one where no compiled one was built; `fast` and `pure` take that one or fail. A compiled
kernel that is there but does not load raises in every mode but `pure`: it is never passed over in
silence. `SMSCORE_SIMD` names the way in which it is to use the processor for columns, of which the
best is taken if nothing does; one that is not there raises. Only this module and the tests name a
kernel.
"""

import os

TYPE_CHECKING = False

CHOICES = ("auto", "fast", "pure")

_choice = os.environ.get("SMSCORE_KERNEL") or "auto"

if _choice not in CHOICES:
    raise ImportError(f"SMSCORE_KERNEL is {_choice!r}: it must be one of {', '.join(CHOICES)}")

if TYPE_CHECKING or _choice == "pure":
    import smscore._pure as kernel
else:
    try:
        import smscore._fast as kernel
    except ModuleNotFoundError as error:
        # A module that the extension itself misses is a broken extension, not an absent one.
        if error.name != "smscore._fast" or _choice == "fast":
            raise
        import smscore._pure as kernel

_simd = os.environ.get("SMSCORE_SIMD")

if _simd and _simd not in kernel.SIMDS:
    _ways = ", ".join(kernel.SIMDS) or "none"
    raise ImportError(f"SMSCORE_SIMD is {_simd!r}: of such, there are here: {_ways}")

NAME = kernel.NAME
measure = kernel.measure
measure_many = kernel.measure_many
hasten = kernel.hasten
measure_replaced = kernel.measure_replaced
find_unmapped = kernel.find_unmapped
cut = kernel.cut
choose = kernel.choose
replace = kernel.replace
encode = kernel.encode
decode = kernel.decode
pack = kernel.pack
unpack = kernel.unpack
SIMD = kernel.SIMD
SIMDS = kernel.SIMDS
measure_utf8 = kernel.measure_utf8
measure_views = kernel.measure_views
read_utf8_numbers = kernel.read_utf8_numbers
read_view_numbers = kernel.read_view_numbers
spell_numerals = kernel.spell_numerals
place_numerals = kernel.place_numerals
build_prefixes = kernel.build_prefixes
find_rates = kernel.find_rates
price_rates = kernel.price_rates
find_unsound = kernel.find_unsound
watch_quotes = kernel.watch_quotes
count_breaks = kernel.count_breaks
find_keys = kernel.find_keys
remember = kernel.remember
search = kernel.search
open_ledger = kernel.open_ledger
blame = kernel.blame
close_ledger = kernel.close_ledger
