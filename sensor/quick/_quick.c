/* The quick reader: what the meter hands up in, records out, for messages that are usual and sound.
 *
 * The dissectors in sensor/dissect are the oracle. What they would say of a packet is said here only where it
 * is certain: it is read here from end to end, or the same bytes were read by them before. Everything else is
 * left to them, packet by packet: what is malformed, unusual, new, or begins where another packet was missing.
 * Each part is a header that is included here alone, after those it needs.
 *
 * Every byte read here is hostile: a pointer travels with the length that follows it, is compared before it is
 * read, and is never moved past the end; multi-byte values are read byte by byte; records keep copies alone.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <structmember.h>

#include "../meter/_packed.h"
#include "../meter/_named.h"
#include "_state.h"
#include "../meter/_address.h"
#include "_memo.h"
#include "_packet.h"
#include "_records.h"
#include "_dnsanswer.h"
#include "_datagram.h"
#include "_tls.h"
#include "_http.h"

static bool is_text(PyObject *object, PyObject *text) {
    return object == text || (PyUnicode_Check(object) && PyUnicode_Compare(object, text) == 0);
}

static bool begins(const struct packet *p, const char *beginning, size_t size) {
    return p->len >= size && memcmp(p->data, beginning, size) == 0;
}

/* Read a segment of a direction that is new. */
static enum outcome first_segment(Reader *r, PyObject *out, PyObject *table, const struct packet *p) {
    if (PyDict_Size(table) >= r->most_directions || p->sport == 53 || p->dport == 53)
        return NOT_MINE;
    if (begins(p, "\x16\x03", 2))
        return read_tls(r, out, table, NULL, p);
    if (begins(p, "GET ", 4))
        return read_request(r, out, table, 0, p);
    if (begins(p, "HTTP/1.", 7)) /* answers are not read */
        return finish(table, p);
    return NOT_MINE;
}

static enum outcome read_tcp(Reader *r, PyObject *out, const struct packet *p, bool room) {
    PyObject *table = r->tables[p->is_orig];
    PyObject *state = PyDict_GetItemWithError(table, p->uid);
    if (state == NULL && PyErr_Occurred())
        return FAILED;
    if (state == Py_None || p->len == 0)
        return READ;
    if (state == NULL)
        return room ? first_segment(r, out, table, p) : NOT_MINE;
    if (PyTuple_CheckExact(state))
        return read_tls(r, out, table, state, p);
    if (PyLong_CheckExact(state) && begins(p, "GET ", 4))
        return read_request(r, out, table, PyLong_AsUnsignedLongLong(state), p);
    return NOT_MINE;
}

enum { TCP = 6, UDP = 17 };

static enum outcome read_packet(Reader *r, PyObject *out, const struct packet *p, int proto, double since,
                                bool room) {
    double ts = PyFloat_AsDouble(p->ts);
    if (ts - since >= r->span_s)
        return NOT_MINE;
    enum outcome outcome = proto == TCP ? read_tcp(r, out, p, room) : read_udp(r, out, p);
    if (outcome == READ)
        r->latest = ts;
    return outcome;
}

/* Drop what is kept of the connection of a flow that has ended; pass the flow on. */
static enum outcome read_flow(Reader *r, PyObject *out, PyObject *flow) {
    PyObject *ts = field(flow, FLOW_TS), *duration = field(flow, FLOW_DURATION), *uid = field(flow, FLOW_UID);
    if (!PyFloat_Check(ts) || !PyFloat_Check(duration))
        return NOT_MINE;
    if (is_text(field(flow, FLOW_PROTO), r->tcp_text) && !is_text(field(flow, FLOW_END), r->active_text)) {
        PyObject *states[2];
        for (int i = 0; i < 2; i++) {
            states[i] = PyDict_GetItemWithError(r->tables[i], uid);
            if (states[i] == NULL && PyErr_Occurred())
                return FAILED;
            if (states[i] != NULL && states[i] != Py_None && !PyTuple_CheckExact(states[i]) &&
                !PyLong_CheckExact(states[i]))
                return NOT_MINE; /* a dissector may have kept something back */
        }
        for (int i = 0; i < 2; i++)
            if (states[i] != NULL && PyDict_DelItem(r->tables[i], uid) < 0)
                return FAILED;
    }
    double end = PyFloat_AsDouble(ts) + PyFloat_AsDouble(duration);
    if (end > r->last_ts)
        r->last_ts = end;
    return tell(out, shared(flow));
}

static enum outcome read_object(Reader *r, PyObject *out, PyObject *object, double since, bool room) {
    struct packet p;
    if ((PyObject *)Py_TYPE(object) == r->flow_type)
        return read_flow(r, out, object);
    if ((PyObject *)Py_TYPE(object) != r->packet_type)
        return NOT_MINE;
    PyObject *kind = field(object, P_KIND);
    int proto = is_text(kind, r->tcp_text) ? TCP : is_text(kind, r->udp_text) ? UDP : 0;
    enum outcome outcome = NOT_MINE;
    bool cut = proto == TCP && field(object, P_CUT) != Py_False;
    if (open_packet(&p, object) && proto && !cut)
        outcome = read_packet(r, out, &p, proto, since, room);
    close_packet(&p);
    return outcome;
}

static enum outcome read_packed(Reader *r, PyObject *out, PyObject *batch, const struct item *item, Py_ssize_t at,
                                double since, bool room) {
    struct packet p;
    int proto = item->key.proto;
    if ((proto != TCP && proto != UDP) || item->known & PACKET_FRAGMENT || (proto == TCP && item->known & PACKET_CUT))
        return NOT_MINE;
    enum outcome outcome = FAILED;
    if (open_packed(r, &p, batch, item, at) == 0)
        outcome = read_packet(r, out, &p, proto, since, room);
    close_packet(&p);
    return outcome;
}

/* The items that are read now: `packed` is NULL where they are objects. */
struct run {
    PyObject *items, *out;
    const struct item *packed;
    double since;
    int room;
};

static enum outcome read_at(Reader *r, const struct run *run, Py_ssize_t at) {
    if (run->packed && run->packed[at].kind == ITEM_PACKET)
        return read_packed(r, run->out, run->items, &run->packed[at], at, run->since, run->room);
    PyObject *item = PySequence_GetItem(run->items, at);
    enum outcome outcome = item == NULL ? FAILED : read_object(r, run->out, item, run->since, run->room);
    Py_XDECREF(item);
    return outcome;
}

/* read(items, at, stop, out, since, room) -> index of the first item that is not read here, or `stop` */
static PyObject *quick_read(Reader *r, PyObject *args) {
    struct run run = {0};
    Py_ssize_t at, stop;
    Py_buffer view = {0};
    r->asked[0].lesson = r->asked[1].lesson = L_NONE;
    if (!PyArg_ParseTuple(args, "OnnO!dp", &run.items, &at, &stop, &PyList_Type, &run.out, &run.since, &run.room))
        return NULL;
    if (r->packed != NULL && (PyObject *)Py_TYPE(run.items) == r->packed->batch) {
        if (PyObject_GetBuffer(run.items, &view, PyBUF_SIMPLE) < 0)
            return NULL;
        run.packed = view.buf;
        stop = stop < view.len / (Py_ssize_t)sizeof *run.packed ? stop : view.len / (Py_ssize_t)sizeof *run.packed;
    }
    int collecting = PyGC_Disable(); /* records hold no cycles: looking for some is wasted */
    enum outcome outcome = at < 0 ? FAILED : READ;
    if (at < 0)
        PyErr_SetString(PyExc_ValueError, "expected an index from 0 on");
    while (outcome == READ && at < stop) {
        outcome = read_at(r, &run, at);
        at += outcome == READ;
    }
    if (collecting)
        PyGC_Enable();
    if (view.obj != NULL)
        PyBuffer_Release(&view);
    return outcome == FAILED ? NULL : PyLong_FromSsize_t(at);
}

/* Remember what Python read instead, where it is what it was read for. */
static int learn_one(Reader *r, const struct asked *asked, PyObject *records) {
    PyObject *type = asked->lesson == L_CERTIFICATE ? r->certificate_type
                   : asked->lesson == L_REQUEST     ? r->http_type
                                                    : r->hello_type;
    Py_ssize_t count = PyList_Size(records);
    PyObject *last = count > 0 ? PyList_GetItem(records, count - 1) : NULL;
    if (asked->lesson == L_RECORDS) {
        PyObject *all = PyList_AsTuple(records);
        int result = all == NULL ? -1 : memo_put(&r->datagrams, asked->key, asked->len, all);
        Py_XDECREF(all);
        return result;
    }
    if (last == NULL || (PyObject *)Py_TYPE(last) != type)
        return 0;
    if (asked->lesson == L_CERTIFICATE) /* the hello may have come with it */
        return memo_put(&r->certificates, asked->key, asked->len, last);
    if (count != 1)
        return 0;
    if (asked->lesson == L_CLIENT)
        return memo_put(&r->clients, asked->key, asked->len, last);
    if (asked->lesson == L_NAME)
        return memo_put(&r->server_names, asked->key, asked->len, field(last, HELLO_NAME));
    int fit = repeatable(r, last);
    return fit <= 0 ? fit : memo_put(&r->requests, asked->key, asked->len, last);
}

/* learn(records): what the dissectors said of the item at which `read` has stopped */
static PyObject *quick_learn(Reader *r, PyObject *records) {
    if (!PyList_Check(records))
        return PyErr_Format(PyExc_TypeError, "expected a list of records");
    for (Py_ssize_t i = PyList_Size(records); i > 0; i--) /* a Weird, say, is not to be repeated */
        if (template_of(r, PyList_GetItem(records, i - 1)) == NULL)
            r->asked[0].lesson = r->asked[1].lesson = L_NONE;
    for (int i = 0; i < 2; i++) {
        if (r->asked[i].lesson != L_NONE && learn_one(r, &r->asked[i], records) < 0)
            return NULL;
        r->asked[i].lesson = L_NONE;
    }
    Py_RETURN_NONE;
}

static void quick_dealloc(Reader *r) {
    PyTypeObject *type = Py_TYPE((PyObject *)r);
    PyObject *owned[] = {r->meter, r->packet_type, r->flow_type, r->query_type, r->answer_type, r->hello_type,
                         r->server_type, r->certificate_type, r->http_type, r->tables[0], r->tables[1], r->resolvers,
                         r->tcp_text, r->udp_text, r->active_text, r->empty,
                         r->upgrade_text, r->encoding_text};
    struct memo *memos[] = {&r->datagrams, &r->requests, &r->clients, &r->server_names, &r->names,
                            &r->certificates, &r->addresses};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        Py_XDECREF(owned[i]);
    for (size_t i = 0; i < sizeof memos / sizeof *memos; i++)
        memo_free(memos[i]);
    for (int i = 0; i < r->template_count; i++)
        Py_XDECREF(r->templates[i].type);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(r);
    Py_DECREF(type);
}

/* Take a tuple of (record type, numbers of the packet's fields). */
static bool take_templates(Reader *r, PyObject *templates) {
    for (Py_ssize_t i = 0; i < PyTuple_Size(templates); i++) {
        PyObject *type;
        const char *from;
        struct template *t = &r->templates[i];
        if (i >= TEMPLATE_TYPES || !PyArg_ParseTuple(field(templates, i), "Oy#", &type, &from, &t->count))
            return false;
        PyObject *names = PyObject_GetAttrString(type, "_fields");
        bool fits = names != NULL && PyTuple_Check(names) && PyTuple_Size(names) <= MOST_FIELDS &&
                    t->count <= (Py_ssize_t)sizeof t->from && PyType_Check(type) &&
                    PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type);
        Py_XDECREF(names);
        for (Py_ssize_t n = 0; fits && n < t->count; n++)
            fits = (uint8_t)from[n] <= P_NONE;
        if (!fits)
            return false;
        memcpy(t->from, from, (size_t)t->count);
        t->type = shared(type);
        r->template_count++;
    }
    return true;
}

static bool make_memos(Reader *r) {
    return memo_make(&r->datagrams, DATAGRAMS) && memo_make(&r->requests, REQUESTS) &&
           memo_make(&r->clients, CLIENTS) && memo_make(&r->server_names, NAMES) && memo_make(&r->names, NAMES) &&
           memo_make(&r->certificates, CERTIFICATES) && memo_make(&r->addresses, ADDRESSES);
}

static bool make_texts(Reader *r) {
    bool made = (r->tcp_text = PyUnicode_InternFromString("tcp")) != NULL;
    made = (r->udp_text = PyUnicode_InternFromString("udp")) != NULL && made;
    made = (r->active_text = PyUnicode_InternFromString("active")) != NULL && made;
    made = (r->upgrade_text = PyUnicode_InternFromString("upgrade")) != NULL && made;
    made = (r->encoding_text = PyUnicode_InternFromString("transfer-encoding")) != NULL && made;
    return (r->empty = PyTuple_New(0)) != NULL && made;
}

/* Take the native meter's module, None where it was not built. */
static bool take_meter(Reader *r, PyObject *meter) {
    r->meter = shared(meter);
    if (meter == Py_None)
        return true;
    PyObject *capsule = PyObject_GetAttrString(meter, "packed");
    r->packed = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, PACKED_CAPSULE); /* lives in the module */
    Py_XDECREF(capsule);
    return r->packed != NULL;
}

/* Reader((types), (tables), most directions, span in seconds, (templates), ports, resolvers, meter) */
static PyObject *quick_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *types[8], *tables[2], *templates, *resolvers, *meter;
    Py_ssize_t most, ports_len;
    double span_s;
    const char *ports;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "(OOOOOOOO)(O!O!)ndO!y#OO", &types[0], &types[1], &types[2], &types[3], &types[4],
                          &types[5], &types[6], &types[7], &PyDict_Type, &tables[0], &PyDict_Type, &tables[1], &most,
                          &span_s, &PyTuple_Type, &templates, &ports, &ports_len, &resolvers, &meter))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Reader *r = (Reader *)allocate(type, 0); /* zeroed */
    if (r == NULL)
        return NULL;
    bool right = ports_len == sizeof r->ports && take_templates(r, templates) && take_meter(r, meter);
    if (!right || !make_memos(r) || !make_texts(r)) {
        Py_DECREF(r);
        if (PyErr_Occurred())
            return NULL;
        return right ? PyErr_NoMemory() : PyErr_Format(PyExc_ValueError, "expected what sensor.quick passes");
    }
    PyObject **owned[] = {&r->packet_type, &r->flow_type,   &r->query_type,       &r->answer_type,
                          &r->hello_type,  &r->server_type, &r->certificate_type, &r->http_type};
    for (int i = 0; i < 8; i++)
        *owned[i] = shared(types[i]);
    r->tables[0] = shared(tables[0]), r->tables[1] = shared(tables[1]);
    r->resolvers = shared(resolvers);
    r->most_directions = most;
    r->span_s = span_s;
    memcpy(r->ports, ports, sizeof r->ports);
    r->maker = new_maker();
    return (PyObject *)r;
}

static PyMethodDef METHODS[] = {
    {"read", (PyCFunction)quick_read, METH_VARARGS, "Read items from an index on; return the first not read."},
    {"learn", (PyCFunction)quick_learn, METH_O, "Remember what the dissectors said of that item."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef MEMBERS[] = {
    {"latest", T_DOUBLE, offsetof(Reader, latest), 0, "Time of the last packet or Weird."},
    {"last_ts", T_DOUBLE, offsetof(Reader, last_ts), 0, "The latest end of a flow."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_new, quick_new},     {Py_tp_dealloc, quick_dealloc},          {Py_tp_methods, METHODS},
    {Py_tp_members, MEMBERS},   {Py_tp_doc, "See sensor.quick.Reader."}, {0, NULL},
};

static PyType_Spec SPEC = {"sensor.quick._quick.Reader", sizeof(Reader), 0, Py_TPFLAGS_DEFAULT, SLOTS};

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromSpec(&SPEC);
    int result = type == NULL ? -1 : PyModule_AddObjectRef(module, "Reader", type);
    Py_XDECREF(type);
    return result;
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_quick", "The quick reader; see sensor.quick.", 0,
                                    NULL, MODULE_SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__quick(void) { return PyModuleDef_Init(&MODULE); }
