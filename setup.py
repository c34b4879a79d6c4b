"""Builds the native meter, reader and file windows; everything else about packaging stands in setup.cfg.

The extensions are optional: where nothing can be compiled, each of their folders falls back to plain
Python. They use the stable ABI of Python 3.11, so that one build serves every later version.
"""

from glob import glob

from setuptools import Extension, setup


def extension(folder: str, name: str) -> Extension:
    """Return the extension whose C file and headers are in this folder."""
    return Extension(
        f"{folder.replace('/', '.')}.{name}",
        sources=[f"{folder}/{name}.c"],
        depends=glob("sensor/*/_*.h"),  # one includes headers of another
        define_macros=[("Py_LIMITED_API", "0x030B0000")],
        extra_compile_args=["-std=c11", "-O3", "-Wall", "-Wextra", "-fvisibility=hidden"],
        py_limited_api=True,
        optional=True,
    )


setup(
    ext_modules=[
        extension("sensor/capture", "_window"),
        extension("sensor/meter", "_meter"),
        extension("sensor/quick", "_quick"),
    ]
)
