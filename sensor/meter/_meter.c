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
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "_bytes.h"
#include "_hash.h"
#include "_state.h"
#include "_records.h"
#include "_table.h"
#include "_select.h"
#include "_parse.h"
#include "_frame.h"
#include "_walk.h"
#include "_ring.h"

static PyObject *meter_feed(Meter *m, PyObject *block) {
    if (!PyTuple_Check(block) || PyTuple_Size(block) != 5)
        return PyErr_Format(PyExc_TypeError, "expected a Block");
    if (m->flushing)
        return PyErr_Format(PyExc_RuntimeError, "flush until it returns nothing before feeding again");
    PyObject *trouble = PyTuple_GetItem(block, 4);
    int first = PyObject_IsTrue(PyTuple_GetItem(block, 2)), last = PyObject_IsTrue(PyTuple_GetItem(block, 3));
    Py_buffer view;
    if (first < 0 || last < 0 || PyObject_GetBuffer(PyTuple_GetItem(block, 0), &view, PyBUF_SIMPLE) < 0)
        return NULL;
    int result = -1, collecting = PyGC_Disable(); /* records hold no cycles: looking for some is wasted */
    m->out = PyList_New(0);
    if (m->out != NULL && PyUnicode_CompareWithASCIIString(PyTuple_GetItem(block, 1), "ring") == 0) {
        result = walk_ring(m, view.buf, (size_t)view.len);
    } else if (m->out != NULL && PyUnicode_Check(trouble)) {
        if (first)
            walk_start(&m->walk, PyUnicode_CompareWithASCIIString(PyTuple_GetItem(block, 1), "pcap") == 0);
        result = walk_bytes(m, view.buf, (size_t)view.len, last);
        if (result == 0 && last)
            result = walk_end(m, trouble);
    } else if (m->out != NULL) {
        PyErr_SetString(PyExc_TypeError, "expected a Block whose trouble is a str");
    }
    if (collecting)
        PyGC_Enable();
    PyBuffer_Release(&view);
    PyObject *out = m->out;
    m->out = NULL;
    if (result < 0) {
        m->waiting_count = 0; /* they point into a block that goes */
        Py_CLEAR(out);
    }
    return out;
}

/* Order of flush: first packet, then uid. */
static bool before(const struct flow *a, const struct flow *b) {
    if (a->first_ns != b->first_ns)
        return a->first_ns < b->first_ns;
    char left[17], right[17];
    flow_uid(a, left);
    flow_uid(b, right);
    return memcmp(left, right, sizeof left) <= 0;
}

static uint32_t merge(Meter *m, uint32_t a, uint32_t b) {
    uint32_t head = 0, *tail = &head;
    while (a && b) {
        uint32_t *least_of = before(&m->flows[a], &m->flows[b]) ? &a : &b;
        *tail = *least_of;
        tail = &m->flows[*least_of].next;
        *least_of = *tail;
    }
    *tail = a ? a : b;
    return head;
}

/* Chain every flow in order through `next`, without memory of its own: a merge sort whose runs[i] has 2^i. */
static uint32_t sort_flows(Meter *m) {
    uint32_t runs[32] = {0}, all = 0;
    for (uint32_t bucket = 0; bucket <= m->bucket_mask; bucket++)
        for (uint32_t index = m->buckets[bucket]; index; index = m->flows[index].hash_next)
            m->flows[index].prev = index; /* in the table, not free */
    for (uint32_t index = 1; index < m->unused; index++) {
        if (m->flows[index].prev != index)
            continue;
        m->flows[index].next = 0;
        uint32_t run = index;
        int i = 0;
        for (; runs[i]; i++) {
            run = merge(m, runs[i], run);
            runs[i] = 0;
        }
        runs[i] = run;
    }
    for (int i = 0; i < 32; i++)
        all = merge(m, runs[i], all);
    return all;
}

static void forget_table(Meter *m) {
    memset(m->buckets, 0, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
    m->bucket_mask = (uint32_t)least(FEWEST_BUCKETS, m->most_buckets) - 1;
    memset(m->slot_head, 0, sizeof m->slot_head);
    memset(m->slot_tail, 0, sizeof m->slot_tail);
    m->live = m->free = 0;
    m->unused = 1;
    m->now_s = -1;
    m->next_second_ns = 0;
}

static PyObject *meter_flush(Meter *m, PyObject *args) {
    PyObject *most_object = Py_None;
    if (!PyArg_ParseTuple(args, "|O", &most_object))
        return NULL;
    Py_ssize_t most = PY_SSIZE_T_MAX;
    if (most_object != Py_None && (most = PyLong_AsSsize_t(most_object)) < 0 && PyErr_Occurred())
        return NULL;
    if (!m->flushing) {
        m->flush_next = sort_flows(m);
        m->flushing = true;
        forget_table(m);
    }
    int collecting = PyGC_Disable();
    PyObject *out = m->out = PyList_New(0);
    while (out != NULL && m->flush_next && PyList_Size(out) < most) {
        const struct flow *f = &m->flows[m->flush_next];
        m->flush_next = f->next;
        if (emit_flow(m, f, E_FLUSH) < 0)
            Py_CLEAR(out);
    }
    if (collecting)
        PyGC_Enable();
    m->flushing = m->flush_next != 0;
    m->out = NULL;
    return out;
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
    PyObject *owned[] = {m->flow_type, m->packet_type, m->weird_type, m->loss_type, m->protocols, m->other_kinds,
                         m->tcp_text,  m->udp_text,    m->icmp_text, m->icmp6_text,
                         m->fragment_text, m->arp_text, m->empty_text};
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
    free(m->flows);
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
    return (m->empty_text = PyUnicode_InternFromString("")) != NULL && made;
}

/* The table takes address space for every flow it may hold, and memory only for those it held. */
static bool make_table(Meter *m, unsigned max_flows) {
    m->max_flows = max_flows;
    m->most_buckets = 1;
    while (m->most_buckets < max_flows)
        m->most_buckets *= 2;
    m->buckets = calloc(m->most_buckets, sizeof *m->buckets);
    m->flows = calloc((size_t)max_flows + 1, sizeof *m->flows);
    m->walk.interfaces = calloc(MAX_INTERFACES, sizeof *m->walk.interfaces);
    m->walk.rest = malloc(REST_BYTES);
    if (m->buckets == NULL || m->flows == NULL || m->walk.interfaces == NULL || m->walk.rest == NULL)
        return false;
    forget_table(m);
    walk_start(&m->walk, true);
    return true;
}

/* Meter(FlowRecord, Packet, Weird, Loss, protocols, other_kinds, key of 16 bytes, most flows at once) */
static PyObject *meter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *records[4], *protocols, *kinds;
    const char *key;
    Py_ssize_t key_len;
    unsigned max_flows;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OOOOO!O!y#I", &records[0], &records[1], &records[2], &records[3], &PyTuple_Type,
                          &protocols, &PyTuple_Type, &kinds, &key, &key_len, &max_flows))
        return NULL;
    bool tuples = true;
    for (int i = 0; i < 4; i++)
        tuples = tuples && PyType_Check(records[i]) &&
                 PyType_IsSubtype((PyTypeObject *)records[i], &PyTuple_Type);
    if (!tuples || key_len != 16 || PyTuple_Size(protocols) != 256 || PyTuple_Size(kinds) != OTHERS ||
        max_flows < 1 || max_flows > 1u << 30)
        return PyErr_Format(PyExc_ValueError, "expected what sensor.meter.new_meter passes");
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Meter *m = (Meter *)allocate(type, 0); /* zeroed */
    if (m == NULL)
        return NULL;
    m->flow_type = shared(records[0]), m->packet_type = shared(records[1]);
    m->weird_type = shared(records[2]), m->loss_type = shared(records[3]);
    m->protocols = shared(protocols), m->other_kinds = shared(kinds);
    m->tuple_new = (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new);
    m->tuple_alloc = (allocfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_alloc);
    m->in_place = Py_Version < 0x030E0000; /* since 3.14 a tuple keeps its hash, which tuple.__new__ prepares */
    const uint64_t secret[2] = {le64((const uint8_t *)key), le64((const uint8_t *)key + 8)};
    for (int i = 0; i < HASH_KEYS; i++)
        m->hash_key[i] = sip_draw(secret, (uint64_t)i);
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

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromSpec(&SPEC);
    int result = type == NULL ? -1 : PyModule_AddObjectRef(module, "Meter", type);
    Py_XDECREF(type);
    return result;
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_meter", "The native meter; see sensor.meter.", 0,
                                    NULL, MODULE_SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__meter(void) { return PyModuleDef_Init(&MODULE); }
