"""Arrow's functions on columns, as `pc`.

The law of this file: they are pyarrow's own. pyarrow makes them when it is loaded, so that no
checker of types knows their names.
"""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
