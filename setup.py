"""Builds the native meter; everything else about packaging stands in setup.cfg.

The extension is optional: where nothing can be compiled, sensor.meter falls back to its plain-Python twin.
It uses the stable ABI of Python 3.11, so that one build serves every later version.
"""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "sensor.meter._meter",
            sources=["sensor/meter/_meter.c"],
            depends=["sensor/meter/_ring.h"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            extra_compile_args=["-std=c11", "-O3", "-Wall", "-Wextra"],
            py_limited_api=True,
            optional=True,
        )
    ]
)
