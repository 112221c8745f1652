"""Build the compiled kernel, `smscore._fast`, as far as `SMSCORE_BUILD` wants it.

The law of this file: everything about the package but the extension stands in `pyproject.toml`.

    auto   (default) build it; if that fails, say so and go on without: the pure kernel serves
    fast   build it; if that fails, the build fails
    pure   do not build it: the wheel is py3-none-any
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

CHOICES = ("auto", "fast", "pure")
CHOICE = os.environ.get("SMSCORE_BUILD") or "auto"


class BuildKernel(build_ext):
    """Builds the extension; under `auto`, forgives whatever went wrong and says what follows."""

    def run(self) -> None:
        """Build all extensions, Cython's own failures included in what `auto` forgives."""
        try:
            super().run()
        except Exception as error:
            if CHOICE == "fast":
                raise
            self._remove_stale_kernel()
            # What was not built must not be looked for when the wheel is put together.
            self.extensions = []
            print(
                f"smscore: the compiled kernel was not built ({type(error).__name__}: {error}).\n"
                "smscore: the pure Python kernel will serve: same answers, slower. To make this "
                "an error, set SMSCORE_BUILD=fast.",
                file=sys.stderr,
            )

    def _remove_stale_kernel(self) -> None:
        # A binary left by an earlier build would be packaged, and pass for the one that failed.
        for extension in self.extensions:
            for path in (self.get_ext_fullpath(extension.name), *self._built_paths(extension)):
                Path(path).unlink(missing_ok=True)

    def _built_paths(self, extension: Extension) -> list[str]:
        if self.build_lib is None:
            return []
        return [str(Path(self.build_lib) / self.get_ext_filename(extension.name))]


def list_flags() -> list[str]:
    """List what the compiler is told beside what Python tells it.

    GCC would put words that are counted apart into one vector, to take them out again at once.
    """
    return [] if sys.platform == "win32" else ["-fno-tree-slp-vectorize"]


def kernel_extensions() -> list[Extension]:
    """Describe the extension, or nothing if it is not wanted."""
    if CHOICE not in CHOICES:
        raise SystemExit(f"SMSCORE_BUILD is {CHOICE!r}: it must be one of {', '.join(CHOICES)}")
    if CHOICE == "pure":
        return []
    return [
        Extension(
            "smscore._fast",
            sources=["src/smscore/_fast.pyx"],
            depends=sorted(
                str(path) for kind in ("*.h", "*.pxi") for path in Path("src/smscore").rglob(kind)
            ),
            include_dirs=["src/smscore"],
            extra_compile_args=list_flags(),
        )
    ]


setup(ext_modules=kernel_extensions(), cmdclass={"build_ext": BuildKernel})
