"""Builds the native meter; everything else about packaging stands in setup.cfg.

The extension is optional: where nothing can be compiled, sensor.meter falls back to its plain-Python twin.
It uses the stable ABI of Python 3.11, so that one build serves every later version.
"""

from glob import glob

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "sensor.meter._meter",
            sources=["sensor/meter/_meter.c"],
            depends=glob("sensor/meter/_*.h"),
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            extra_compile_args=["-std=c11", "-O3", "-Wall", "-Wextra", "-fvisibility=hidden"],
            py_limited_api=True,
            optional=True,
        )
    ]
)
