/* The sensor under libFuzzer: its native parts are in this program, so that what they reach guides the next input.
 *
 * Built by `scripts/fuzz guided`; tests/fuzz/guided.py says what is done with an input. Whatever exception it
 * lets out ends the run, as does what the sanitisers find.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

PyMODINIT_FUNC PyInit__meter(void);
PyMODINIT_FUNC PyInit__quick(void);

static PyObject *take;

static void end_with_error(void) {
    PyErr_Print();
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    PyImport_AppendInittab("_meter", PyInit__meter);
    PyImport_AppendInittab("_quick", PyInit__quick);
    Py_InitializeEx(0);
    PyObject *guided = PyRun_SimpleString("import sys, _meter, _quick\n"
                                          "sys.modules['sensor.meter._meter'] = _meter\n"
                                          "sys.modules['sensor.quick._quick'] = _quick\n") < 0
                           ? NULL
                           : PyImport_ImportModule("tests.fuzz.guided");
    if (guided == NULL || (take = PyObject_GetAttrString(guided, "take")) == NULL)
        end_with_error();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    PyObject *result = PyObject_CallFunction(take, "y#", (const char *)data, (Py_ssize_t)size);
    if (result == NULL)
        end_with_error();
    Py_DECREF(result);
    return 0;
}
