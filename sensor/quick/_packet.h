/* Packets as a native meter packs them or as Python has them. Part of _quick.c. */
/* Return a new reference to a field of the packet. */
static PyObject *of(const Reader *r, const struct packet *p, int which) {
    if (which == P_TS || which == P_UID)
        return shared(which == P_TS ? p->ts : p->uid);
    return p->item ? r->packed->field(p->source, p->item, which) : shared(field(p->source, which));
}

/* Return a new reference to the whole as a Packet. */
static PyObject *whole(const struct packet *p) {
    return p->item ? PySequence_GetItem(p->source, p->at) : shared(p->source);
}

/* Open an item of a batch; -1 with an exception set. Close it in either case. */
static int open_packed(const Reader *r, struct packet *p, PyObject *batch, const struct item *item, Py_ssize_t at) {
    const struct key *key = &item->key;
    *p = (struct packet){.source = batch, .item = item, .at = at, .data = item->of.packet.payload,
                         .len = item->number, .seq = (uint32_t)item->of.packet.seq,
                         .sport = key->port[item->end], .dport = key->port[1 - item->end],
                         .is_orig = item->known & PACKET_ORIG};
    p->ts = r->packed->field(batch, item, P_TS);
    p->uid = r->packed->field(batch, item, P_UID);
    return p->ts == NULL || p->uid == NULL ? -1 : 0;
}

static bool number_in(PyObject *value, unsigned long most, unsigned long *number) {
    if (!PyLong_Check(value))
        return false;
    *number = PyLong_AsUnsignedLong(value);
    if (*number == (unsigned long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    return *number <= most;
}

/* Open a Packet; false where a field is not what a meter makes of it. Close it in either case. */
static bool open_packet(struct packet *p, PyObject *packet) {
    PyObject *payload = field(packet, P_PAYLOAD);
    unsigned long sport, dport, seq;
    *p = (struct packet){.source = packet, .ts = shared(field(packet, P_TS)), .uid = shared(field(packet, P_UID)),
                         .is_orig = field(packet, P_IS_ORIG) == Py_True};
    if (!PyFloat_Check(p->ts) || !PyUnicode_Check(p->uid) || !PyBytes_Check(payload) ||
        !number_in(field(packet, P_SPORT), 0xFFFF, &sport) || !number_in(field(packet, P_DPORT), 0xFFFF, &dport) ||
        !number_in(field(packet, P_SEQ), UINT32_MAX, &seq))
        return false;
    p->data = (const uint8_t *)PyBytes_AsString(payload);
    p->len = (size_t)PyBytes_Size(payload);
    p->seq = (uint32_t)seq, p->sport = (uint16_t)sport, p->dport = (uint16_t)dport;
    return true;
}

static void close_packet(struct packet *p) {
    Py_CLEAR(p->ts);
    Py_CLEAR(p->uid);
}
