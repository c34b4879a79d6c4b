/* The native meter: blocks of a capture in, flow records and the few packets worth dissecting out.
 *
 * Twin of walk.py, parse.py, select.py and reference.py, which say why each rule is what it is: part by part,
 * both must give the same list on every capture. Each part is a header that is included here alone, after
 * those it needs.
 *
 * Every byte read here is hostile. Rules that keep this safe: a pointer into a block travels with the length
 * that follows it, is compared before it is read, and is never moved past the end; multi-byte values are read
 * byte by byte or through memcpy; nothing is kept of a block but copies.
 */
#define _GNU_SOURCE /* getentropy, madvise */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "_packed.h"
#include "_bytes.h"
#include "_hash.h"
#include "_named.h"
#include "_state.h"
#include "_batch.h"
#include "_address.h"
#include "_records.h"
#include "_select.h"
#include "_table.h"
#include "_link.h"
#include "_parse.h"
#include "_frame.h"
#include "_walk.h"
#include "_ring.h"

static int walk_block(Meter *m, PyObject *block, const Py_buffer *view) {
    PyObject *format = PyTuple_GetItem(block, 1), *trouble = PyTuple_GetItem(block, 4);
    int first = PyObject_IsTrue(PyTuple_GetItem(block, 2)), last = PyObject_IsTrue(PyTuple_GetItem(block, 3));
    if (!PyUnicode_Check(format) || !PyUnicode_Check(trouble) || first < 0 || last < 0) {
        PyErr_SetString(PyExc_TypeError, "expected a Block whose format and trouble are str");
        return -1;
    }
    if (PyUnicode_CompareWithASCIIString(format, "ring") == 0)
        return walk_ring(m, view->buf, (size_t)view->len);
    if (first)
        walk_start(&m->walk, PyUnicode_CompareWithASCIIString(format, "pcap") == 0);
    if (walk_bytes(m, view->buf, (size_t)view->len, last) < 0)
        return -1;
    return last ? walk_end(m, trouble) : 0;
}

static PyObject *meter_feed(Meter *m, PyObject *block) {
    if (!PyTuple_Check(block) || PyTuple_Size(block) != 5)
        return PyErr_Format(PyExc_TypeError, "expected a Block");
    if (m->flushing || m->batch != NULL)
        return PyErr_Format(PyExc_RuntimeError, "flush until it returns nothing before feeding again");
    Py_buffer view;
    if (PyObject_GetBuffer(PyTuple_GetItem(block, 0), &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (open_batch(m, &view) == NULL) {
        PyBuffer_Release(&view);
        return NULL;
    }
    return close_batch(m, walk_block(m, block, &m->batch->block));
}

static PyObject *meter_flush(Meter *m, PyObject *args) {
    PyObject *most_object = Py_None;
    if (!PyArg_ParseTuple(args, "|O", &most_object))
        return NULL;
    Py_ssize_t most = PY_SSIZE_T_MAX;
    if (most_object != Py_None && (most = PyLong_AsSsize_t(most_object)) < 0 && PyErr_Occurred())
        return NULL;
    if (m->batch != NULL)
        return PyErr_Format(PyExc_RuntimeError, "expected no block under way");
    if (!m->flushing) {
        m->flush_next = sort_flows(m);
        m->flushing = true;
        forget_table(m);
    }
    int result = open_batch(m, NULL) == NULL ? -1 : 0;
    while (result == 0 && m->flush_next && m->batch->count < most) {
        result = emit_flow(m, m->flush_next, E_FLUSH);
        m->flush_next = m->cold[m->flush_next].next;
    }
    m->flushing = m->flush_next != 0;
    return close_batch(m, result);
}

static PyObject *meter_stats(Meter *m, PyObject *unused) {
    (void)unused;
    PyObject *stats = Py_BuildValue("{sKsKsKsKsKsK}", "packets", (unsigned long long)m->packets, "wire_bytes",
                                    (unsigned long long)m->wire_bytes, "flow_packets",
                                    (unsigned long long)m->flow_packets, "weird_packets",
                                    (unsigned long long)m->weird_packets, "flows", (unsigned long long)m->begun,
                                    "evictions", (unsigned long long)m->evictions);
    for (int i = 0; stats != NULL && i < OTHERS; i++) {
        PyObject *name = PyUnicode_FromFormat("other_%U", PyTuple_GetItem(m->other_kinds, i));
        PyObject *value = number(m->others[i]);
        if (name == NULL || value == NULL || PyDict_SetItem(stats, name, value) < 0)
            Py_CLEAR(stats);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return stats;
}

static void meter_dealloc(Meter *m) {
    PyTypeObject *type = Py_TYPE((PyObject *)m);
    PyObject *owned[] = {m->record_types, m->types[R_FLOW], m->types[R_PACKET], m->types[R_WEIRD], m->types[R_LOSS],
                         m->protocols,    m->other_kinds,   m->tcp_text,        m->udp_text,       m->icmp_text,
                         m->icmp6_text,   m->fragment_text, m->arp_text,        m->lldp_text,
                         m->empty_text,   (PyObject *)m->batch_type};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        Py_XDECREF(owned[i]);
    for (int i = 0; i < ENDS; i++)
        Py_XDECREF(m->end_text[i]);
    for (int i = 0; i < ADDRESS_TEXTS; i++)
        Py_XDECREF(m->addresses[i].text);
    for (int i = 0; i < MAC_TEXTS; i++)
        Py_XDECREF(m->macs[i].text);
    for (int i = 0; i < UID_TEXTS; i++)
        Py_XDECREF(m->uids[i].text);
    if (m->flows != NULL)
        munmap(m->flows, m->table_bytes);
    PyMem_Free(m->spare);
    free(m->buckets);
    free(m->walk.interfaces);
    free(m->walk.rest);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(m);
    Py_DECREF(type);
}

static bool make_texts(Meter *m) {
    bool made = true;
    for (int i = 0; i < ENDS; i++)
        made = (m->end_text[i] = PyUnicode_InternFromString(END_TEXTS[i])) != NULL && made;
    made = (m->tcp_text = PyUnicode_InternFromString("tcp")) != NULL && made;
    made = (m->udp_text = PyUnicode_InternFromString("udp")) != NULL && made;
    made = (m->icmp_text = PyUnicode_InternFromString("icmp")) != NULL && made;
    made = (m->icmp6_text = PyUnicode_InternFromString("icmp6")) != NULL && made;
    made = (m->fragment_text = PyUnicode_InternFromString("fragment")) != NULL && made;
    made = (m->arp_text = PyUnicode_InternFromString("arp")) != NULL && made;
    made = (m->lldp_text = PyUnicode_InternFromString("lldp")) != NULL && made;
    return (m->empty_text = PyUnicode_InternFromString("")) != NULL && made;
}

/* Take address space for every flow there may be; memory is used only for those there were. Large pages save
 * the processor from looking up where each of many flows lies.
 */
static bool map_flows(Meter *m) {
    size_t places = (size_t)m->max_flows + 1;
    m->table_bytes = places * (sizeof *m->flows + sizeof *m->cold);
    void *table = mmap(NULL, m->table_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (table == MAP_FAILED)
        return false;
#ifdef MADV_HUGEPAGE
    madvise(table, m->table_bytes, MADV_HUGEPAGE); /* a wish: without it all is the same, but slower */
#endif
    m->flows = table;
    m->cold = (struct cold *)(m->flows + places);
    return true;
}

static bool make_table(Meter *m, unsigned max_flows) {
    m->max_flows = max_flows;
    m->most_buckets = 1;
    while (m->most_buckets < 2 * max_flows)
        m->most_buckets *= 2;
    m->buckets = calloc(m->most_buckets, sizeof *m->buckets);
    m->walk.interfaces = calloc(MAX_INTERFACES, sizeof *m->walk.interfaces);
    m->walk.rest = malloc(REST_BYTES);
    if (m->buckets == NULL || m->walk.interfaces == NULL || m->walk.rest == NULL || !map_flows(m))
        return false;
    forget_table(m);
    walk_start(&m->walk, true);
    return true;
}

/* Meter(function that returns the types of records, protocols, other_kinds, most flows at once) */
static PyObject *meter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *types, *protocols, *kinds;
    unsigned max_flows;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OO!O!I", &types, &PyTuple_Type, &protocols, &PyTuple_Type, &kinds, &max_flows))
        return NULL;
    if (!PyCallable_Check(types) || PyTuple_Size(protocols) != 256 ||
        PyTuple_Size(kinds) != OTHERS || max_flows < 1 || max_flows > 1u << 30)
        return PyErr_Format(PyExc_ValueError, "expected what sensor.meter.new_meter passes");
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Meter *m = (Meter *)allocate(type, 0); /* zeroed */
    if (m == NULL)
        return NULL;
    m->record_types = shared(types), m->protocols = shared(protocols), m->other_kinds = shared(kinds);
    m->batch_type = (PyTypeObject *)shared(*(PyObject **)PyType_GetModuleState(type));
    m->maker = new_maker();
    if (getentropy(m->hash_key, sizeof m->hash_key) < 0) {
        Py_DECREF(m);
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    bool texts = make_texts(m);
    if (!texts || !make_table(m, max_flows)) {
        Py_DECREF(m);
        return texts ? PyErr_NoMemory() : NULL;
    }
    return (PyObject *)m;
}

static PyMethodDef METHODS[] = {
    {"feed", (PyCFunction)meter_feed, METH_O, "Return what this block brought, in capture order."},
    {"flush", (PyCFunction)meter_flush, METH_VARARGS, "Return the flows that remain, at most so many at a time."},
    {"tick", (PyCFunction)meter_tick, METH_O, "Return what the passing of time, in nanoseconds, ends."},
    {"stats", (PyCFunction)meter_stats, METH_NOARGS, "Return counts since the start."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_new, meter_new},
    {Py_tp_dealloc, meter_dealloc},
    {Py_tp_methods, METHODS},
    {Py_tp_doc, "See sensor.meter.Meter."},
    {0, NULL},
};

static PyType_Spec SPEC = {"sensor.meter._meter.Meter", sizeof(Meter), 0, Py_TPFLAGS_DEFAULT, SLOTS};

/* The module keeps the type of batches, which only meters make. */
struct state {
    PyObject *batch_type;
    struct packed packed; /* for native readers */
};

static int module_exec(PyObject *module) {
    struct state *state = PyModule_GetState(module);
    state->batch_type = PyType_FromSpec(&BATCH_SPEC);
    state->packed = (struct packed){state->batch_type, batch_field};
    PyObject *type = PyType_FromModuleAndSpec(module, &SPEC, NULL);
    PyObject *packed = PyCapsule_New(&state->packed, PACKED_CAPSULE, NULL);
    int result = type == NULL || state->batch_type == NULL ? -1 : PyModule_AddObjectRef(module, "Meter", type);
    if (result == 0)
        result = packed == NULL ? -1 : PyModule_AddObjectRef(module, "packed", packed);
    Py_XDECREF(type);
    Py_XDECREF(packed);
    return result;
}

static void module_free(void *module) {
    struct state *state = PyModule_GetState(module);
    if (state != NULL)
        Py_XDECREF(state->batch_type);
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_meter", "The native meter; see sensor.meter.",
                                    sizeof(struct state), NULL, MODULE_SLOTS, NULL, NULL, module_free};

PyMODINIT_FUNC PyInit__meter(void) { return PyModuleDef_Init(&MODULE); }
