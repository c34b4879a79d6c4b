/* What one block brought: items in capture order, and the Python sequence that makes records of them. Part of
 * _meter.c.
 *
 * A batch holds its block, into which the payloads of its packets point, and its meter, which has the texts
 * that records share. It is read-only once feed, tick or flush has returned it.
 */
enum { SPARE_ITEMS = 32768 }; /* 4 MiB: room that is handed on to the next batch instead of being freed */

typedef struct batch {
    PyObject_HEAD
    Meter *meter;
    Py_buffer block;   /* block.obj: NULL where there is none */
    PyObject *objects; /* a list: records that were made at once, and payloads that lie in no block; or NULL */
    struct item *items;
    Py_ssize_t count, room;
} Batch;

/* Begin a batch to be filled. Takes over the view of its block, NULL for none. */
static Batch *open_batch(Meter *m, const Py_buffer *block) {
    allocfunc allocate = (allocfunc)PyType_GetSlot(m->batch_type, Py_tp_alloc);
    Batch *b = (Batch *)allocate(m->batch_type, 0); /* zeroed */
    if (b == NULL)
        return NULL;
    Py_INCREF((PyObject *)m);
    b->meter = m;
    if (block != NULL)
        b->block = *block;
    if (m->spare != NULL) {
        b->items = m->spare;
        b->room = SPARE_ITEMS;
        m->spare = NULL;
    }
    return m->batch = b;
}

/* Return the batch that was filled, or NULL after an error; then nothing of the block may wait any longer. */
static PyObject *close_batch(Meter *m, int result) {
    Batch *batch = m->batch;
    m->batch = NULL;
    if (result < 0) {
        m->waiting_count = 0;
        Py_CLEAR(batch);
    }
    return (PyObject *)batch;
}

static void batch_dealloc(Batch *b) {
    PyTypeObject *type = Py_TYPE((PyObject *)b);
    if (b->room == SPARE_ITEMS && b->meter->spare == NULL)
        b->meter->spare = b->items;
    else
        PyMem_Free(b->items);
    if (b->block.obj != NULL)
        PyBuffer_Release(&b->block);
    Py_XDECREF(b->objects);
    Py_DECREF((PyObject *)b->meter);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(b);
    Py_DECREF(type);
}

static bool more_room(Batch *b) {
    Py_ssize_t room = b->room < SPARE_ITEMS ? SPARE_ITEMS : 2 * b->room;
    struct item *items = PyMem_Realloc(b->items, (size_t)room * sizeof *items);
    if (items == NULL) {
        PyErr_NoMemory();
        return false;
    }
    b->items = items;
    b->room = room;
    return true;
}

/* Return the place for one more item, NULL with an exception set. Whoever asks fills every field. */
static inline struct item *next_item(Meter *m) {
    Batch *b = m->batch;
    if (b->count == b->room && !more_room(b))
        return NULL;
    return &b->items[b->count++];
}

/* Keep an object as long as the batch; return its place in the list, -1 on an error. Takes over `object`. */
static Py_ssize_t keep(Meter *m, PyObject *object) {
    Batch *b = m->batch;
    Py_ssize_t place = -1;
    if (object != NULL && (b->objects != NULL || (b->objects = PyList_New(0)) != NULL) &&
        PyList_Append(b->objects, object) == 0)
        place = PyList_Size(b->objects) - 1;
    Py_XDECREF(object);
    return place;
}

/* Append a record that is made already. Takes over `record`. */
static int emit_object(Meter *m, PyObject *record) {
    Py_ssize_t place = keep(m, record);
    struct item *item = place < 0 ? NULL : next_item(m);
    if (item == NULL)
        return -1;
    item->kind = ITEM_OBJECT;
    item->number = (uint32_t)place;
    return 0;
}

/* Append a flow, or a part of it. */
static int emit_flow(Meter *m, uint32_t index, enum end end) {
    const struct flow *f = &m->flows[index];
    const struct cold *cold = &m->cold[index];
    struct item *item = next_item(m);
    if (item == NULL)
        return -1;
    item->kind = ITEM_FLOW; /* field by field: zeroing the whole first takes longer than all the rest */
    item->end = (uint8_t)end;
    item->orig = f->orig;
    item->known = f->known & (KNOWN_MAC0 | KNOWN_MAC1 | KNOWN_DST);
    item->number = f->part;
    item->key = f->key;
    item->ts_ns = f->first_ns;
    item->start_ns = f->start_ns;
    item->of.flow.last_ns = f->last_ns;
    item->of.flow.counts = f->counts;
    memcpy(item->of.flow.flags, f->flags, 2);
    memcpy(item->of.flow.mac, cold->mac, 12);
    memcpy(item->of.flow.orig_dst_mac, cold->orig_dst_mac, 6);
    memset(item->of.flow.zero, 0, sizeof item->of.flow.zero);
    return 0;
}

/* Append a selected packet of a flow. One that lies across two blocks is copied, since its place is used again. */
static int emit_packet(Meter *m, const struct waiting *w, uint32_t index) {
    const struct packet *p = &w->packet;
    const struct flow *f = &m->flows[index];
    struct item *item = next_item(m);
    if (item == NULL)
        return -1;
    bool fragment = p->fragment != 0, cut = fragment ? p->payload_len < p->payload_bytes : p->cut;
    item->kind = ITEM_PACKET;
    item->end = (uint8_t)w->end;
    item->orig = f->orig;
    item->number = p->payload_len;
    item->key = f->key;
    item->ts_ns = w->frame.ts_ns;
    item->known = (uint8_t)((p->src_mac ? PACKET_MACS : 0) | (p->dst_mac ? PACKET_DST_MAC : 0) |
                            (cut ? PACKET_CUT : 0) | (w->end == f->orig ? PACKET_ORIG : 0) |
                            (fragment ? PACKET_FRAGMENT : 0));
    item->start_ns = f->start_ns;
    item->of.packet.seq = fragment ? p->fragment : (uint32_t)(p->seq + (p->flags & SYN ? 1u : 0u));
    item->of.packet.payload = p->payload;
    if (p->src_mac != NULL)
        memcpy(item->of.packet.src_mac, p->src_mac, 6);
    if (p->dst_mac != NULL)
        memcpy(item->of.packet.dst_mac, p->dst_mac, 6);
    if (m->walk.joining && p->payload_len > 0) {
        PyObject *copy = PyBytes_FromStringAndSize((const char *)p->payload, p->payload_len);
        item->of.packet.payload = copy == NULL ? NULL : (const uint8_t *)PyBytes_AsString(copy);
        return keep(m, copy) < 0 ? -1 : 0;
    }
    return 0;
}

static Py_ssize_t batch_length(Batch *b) { return b->count; }

static PyObject *record_of(Meter *m, const struct item *item);
static PyObject *packet_field(Meter *m, const struct item *item, int field);

static PyObject *batch_item(Batch *b, Py_ssize_t at) {
    if (at < 0 || at >= b->count) {
        PyErr_SetString(PyExc_IndexError, "no such item");
        return NULL;
    }
    const struct item *item = &b->items[at];
    if (item->kind == ITEM_OBJECT) {
        PyObject *object = PyList_GetItem(b->objects, item->number);
        Py_XINCREF(object);
        return object;
    }
    return record_of(b->meter, item);
}

/* For native readers: see _packed.h. */
static PyObject *batch_field(PyObject *batch, const struct item *item, int field) {
    return packet_field(((Batch *)batch)->meter, item, field);
}

/* The packed flows alone, one after the other, as bytes. */
static PyObject *batch_flows(Batch *b, PyObject *unused) {
    (void)unused;
    Py_ssize_t flows = 0;
    for (Py_ssize_t at = 0; at < b->count; at++)
        flows += b->items[at].kind == ITEM_FLOW;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, flows * (Py_ssize_t)sizeof *b->items);
    char *to = bytes == NULL ? NULL : PyBytes_AsString(bytes);
    for (Py_ssize_t at = 0; to != NULL && at < b->count; at++)
        if (b->items[at].kind == ITEM_FLOW) {
            memcpy(to, &b->items[at], sizeof *b->items);
            to += sizeof *b->items;
        }
    return bytes;
}

/* All items as they are, for native readers: see _item.h. */
static int batch_buffer(Batch *b, Py_buffer *view, int flags) {
    static char nothing;
    void *items = b->count ? (void *)b->items : (void *)&nothing;
    return PyBuffer_FillInfo(view, (PyObject *)b, items, b->count * (Py_ssize_t)sizeof *b->items, 1, flags);
}

static PyMethodDef BATCH_METHODS[] = {
    {"flows", (PyCFunction)batch_flows, METH_NOARGS, "Return the packed flows; see sensor.meter.packed."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot BATCH_SLOTS[] = {
    {Py_tp_dealloc, batch_dealloc},
    {Py_sq_length, batch_length},
    {Py_sq_item, batch_item},
    {Py_bf_getbuffer, batch_buffer},
    {Py_tp_methods, BATCH_METHODS},
    {Py_tp_doc, "What a block brought: a sequence whose records are made when they are asked for."},
    {0, NULL},
};

static PyType_Spec BATCH_SPEC = {"sensor.meter._meter.Batch", sizeof(Batch), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, BATCH_SLOTS};
