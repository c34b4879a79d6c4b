/* A window on a file: a stretch of it mapped into memory, so that only what is read of a packet is touched.
 *
 * A file that becomes shorter under its mapping, or whose disk fails, stops whoever reads there with SIGBUS.
 * That must not end the process: zeros are laid over the rest of the window, it remembers that, and reading
 * goes on. A fault that is in no window goes to whoever handled the signal before.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MADV_SEQUENTIAL */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_WINDOWS = 64 }; /* open at once; a reader has two */

typedef struct {
    PyObject_HEAD
    char *start; /* NULL while nothing is mapped */
    size_t length;
    volatile sig_atomic_t broken; /* zeros stand where the file could not be read */
} Window;

/* What the signal handler looks at: entries are set and cleared whole, and never move. */
static Window *volatile windows[MOST_WINDOWS];
static struct sigaction handler_before;
static uintptr_t page_bytes;

static void on_fault(int number, siginfo_t *info, void *context) {
    uintptr_t fault = (uintptr_t)info->si_addr;
    for (int i = 0; i < MOST_WINDOWS; i++) {
        Window *w = windows[i];
        if (w == NULL || fault < (uintptr_t)w->start || fault - (uintptr_t)w->start >= w->length)
            continue;
        uintptr_t page = fault & ~(page_bytes - 1);
        size_t rest = (uintptr_t)w->start + w->length - page;
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        w->broken = 1;
        if (mmap((void *)page, rest, PROT_READ, flags, -1, 0) != MAP_FAILED)
            return;
    }
    if (handler_before.sa_flags & SA_SIGINFO && handler_before.sa_sigaction != NULL)
        handler_before.sa_sigaction(number, info, context);
    else
        sigaction(number, &handler_before, NULL); /* the fault comes again, and goes there */
}

/* Be the first to hear of faults; others may have taken the signal since the last window. */
static bool handle_faults(void) {
    struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK}, now;
    if (sigaction(SIGBUS, NULL, &now) < 0)
        return false;
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_fault)
        return true;
    handler_before = now;
    sigemptyset(&ours.sa_mask);
    return sigaction(SIGBUS, &ours, NULL) == 0;
}

/* Window(descriptor, offset, length) */
static PyObject *window_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    int descriptor, place = 0;
    long long offset;
    Py_ssize_t length;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "iLn", &descriptor, &offset, &length))
        return NULL;
    if (offset < 0 || length <= 0 || (uintptr_t)offset % page_bytes != 0)
        return PyErr_Format(PyExc_ValueError, "expected an offset of whole pages and a length above 0");
    while (place < MOST_WINDOWS && windows[place] != NULL)
        place++;
    if (place == MOST_WINDOWS)
        return PyErr_Format(PyExc_RuntimeError, "at most %d windows may be open at once", MOST_WINDOWS);
    if (!handle_faults())
        return PyErr_SetFromErrno(PyExc_OSError);
    void *start = mmap(NULL, (size_t)length, PROT_READ, MAP_SHARED, descriptor, (off_t)offset);
    if (start == MAP_FAILED)
        return PyErr_SetFromErrno(PyExc_OSError);
    madvise(start, (size_t)length, MADV_SEQUENTIAL); /* a wish: the disk reads further ahead */
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Window *w = (Window *)allocate(type, 0);
    if (w == NULL) {
        munmap(start, (size_t)length);
        return NULL;
    }
    w->start = start;
    w->length = (size_t)length;
    windows[place] = w;
    return (PyObject *)w;
}

static void window_dealloc(Window *w) {
    PyTypeObject *type = Py_TYPE((PyObject *)w);
    for (int i = 0; i < MOST_WINDOWS; i++)
        if (windows[i] == w)
            windows[i] = NULL;
    munmap(w->start, w->length);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(w);
    Py_DECREF(type);
}

static int window_buffer(Window *w, Py_buffer *view, int flags) {
    return PyBuffer_FillInfo(view, (PyObject *)w, w->start, (Py_ssize_t)w->length, 1, flags);
}

static PyObject *window_broken(Window *w, void *unused) {
    (void)unused;
    return PyBool_FromLong(w->broken);
}

static PyGetSetDef GETTERS[] = {
    {"broken", (getter)window_broken, NULL, "Whether zeros stand where the file could not be read.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_new, window_new},
    {Py_tp_dealloc, window_dealloc},
    {Py_tp_getset, GETTERS},
    {Py_bf_getbuffer, window_buffer},
    {Py_tp_doc, "Window(descriptor, offset, length): that stretch of the file, until the last view of it goes."},
    {0, NULL},
};

static PyType_Spec SPEC = {"sensor.capture._window.Window", sizeof(Window), 0, Py_TPFLAGS_DEFAULT, SLOTS};

static int module_exec(PyObject *module) {
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    PyObject *type = PyType_FromSpec(&SPEC);
    int result = type == NULL ? -1 : PyModule_AddObjectRef(module, "Window", type);
    Py_XDECREF(type);
    return result;
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_window", "Mapped files; see sensor.capture.mapped.", 0,
                                    NULL, MODULE_SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__window(void) { return PyModuleDef_Init(&MODULE); }
