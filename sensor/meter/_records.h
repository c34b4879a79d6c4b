/* Items as Python records, addresses and names as text. Part of _meter.c, twin of flowid.py. */
/* Where the text of a name is kept. Whoever aims at one place makes texts to be made again, nothing worse. */
static uint32_t text_place(uint64_t first, uint64_t second) {
    return (uint32_t)((first * 0x9E3779B97F4A7C15u ^ second) * 0xC2B2AE3D27D4EB4Fu >> 48);
}

/* Return a new reference to the text of an address; texts are shared between records. */
static PyObject *address_text(Meter *m, const uint8_t *address, uint8_t version) {
    uint64_t first = version == 4 ? le32(address) : le64(address), second = version == 4 ? 0 : le64(address + 8);
    struct text *entry = &m->addresses[text_place(first, second) % ADDRESS_TEXTS];
    if (entry->name[0] != first || entry->name[1] != second || entry->version != version) {
        char buffer[48];
        char *end = version == 4 ? put_ipv4(buffer, address) : put_ipv6(buffer, address);
        PyObject *text = PyUnicode_FromStringAndSize(buffer, end - buffer);
        if (text == NULL)
            return NULL;
        Py_XDECREF(entry->text);
        *entry = (struct text){{first, second}, version, text};
    }
    Py_INCREF(entry->text);
    return entry->text;
}

/* The same for a MAC address; None for NULL. */
static PyObject *mac_text(Meter *m, const uint8_t *mac) {
    if (mac == NULL)
        Py_RETURN_NONE;
    uint64_t name = (uint64_t)le16(mac) << 32 | le32(mac + 2);
    struct text *entry = &m->macs[text_place(name, 0) % MAC_TEXTS];
    if (entry->text == NULL || entry->name[0] != name) {
        char buffer[18];
        for (int i = 0; i < 6; i++) {
            buffer[3 * i] = "0123456789abcdef"[mac[i] >> 4];
            buffer[3 * i + 1] = "0123456789abcdef"[mac[i] & 15];
            buffer[3 * i + 2] = ':';
        }
        PyObject *text = PyUnicode_FromStringAndSize(buffer, 17);
        if (text == NULL)
            return NULL;
        Py_XDECREF(entry->text);
        *entry = (struct text){{name, 0}, 0, text};
    }
    Py_INCREF(entry->text);
    return entry->text;
}

static char *put_base64(char *at, const uint8_t *data, size_t len, bool url) {
    const char *letters = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                              : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (; len > 0; data += 3, at += 4) {
        uint32_t three = (uint32_t)data[0] << 16 | (len > 1 ? data[1] << 8 : 0) | (len > 2 ? data[2] : 0);
        at[0] = letters[three >> 18];
        at[1] = letters[three >> 12 & 63];
        at[2] = len > 1 ? letters[three >> 6 & 63] : '=';
        at[3] = len > 2 ? letters[three & 63] : '=';
        len -= least(len, 3);
    }
    return at;
}

static void flow_uid(const struct key *k, int64_t start_ns, char uid[17]) {
    uint8_t message[48], digest[12];
    memcpy(message, k->address, 32);
    uint16_t numbers[3] = {k->port[0], k->port[1], k->vlan};
    for (int i = 0; i < 3; i++) {
        message[32 + 2 * i] = (uint8_t)(numbers[i] >> 8);
        message[33 + 2 * i] = (uint8_t)numbers[i];
    }
    message[38] = k->proto;
    message[39] = k->version;
    for (int i = 0; i < 8; i++)
        message[40 + i] = (uint8_t)((uint64_t)start_ns >> 8 * i);
    sip_uid(message, digest);
    uid[0] = 'F';
    put_base64(uid + 1, digest, 12, true);
}

/* Return a new reference to the uid of a flow; it is shared between the flow's packets and record. */
static PyObject *uid_text(Meter *m, const struct key *k, int64_t start_ns) {
    uint32_t place = text_place((uint64_t)start_ns, (uint64_t)k->port[0] << 16 | k->port[1]);
    struct uid_text *entry = &m->uids[place % UID_TEXTS];
    if (entry->text == NULL || entry->start_ns != start_ns || !same_key(&entry->key, k)) {
        char uid[17];
        flow_uid(k, start_ns, uid);
        PyObject *text = PyUnicode_FromStringAndSize(uid, 17);
        if (text == NULL)
            return NULL;
        Py_XDECREF(entry->text);
        *entry = (struct uid_text){*k, start_ns, text};
    }
    Py_INCREF(entry->text);
    return entry->text;
}

/* The ICMP type that answers this one, or -1 (flowid.ICMP_PAIRS). */
static int icmp_answer(uint8_t proto, uint16_t kind) {
    static const uint8_t pairs[][2] = {{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}};
    static const uint8_t pairs6[][2] = {{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}, {144, 145}};
    const uint8_t(*pair)[2] = proto == ICMP ? pairs : pairs6;
    for (int left = proto == ICMP ? 5 : 6; left > 0; left--, pair++) {
        if ((*pair)[0] == kind)
            return (*pair)[1];
        if ((*pair)[1] == kind)
            return (*pair)[0];
    }
    return -1;
}

static PyObject *community_id(const struct key *k, int orig) {
    bool icmp = k->proto == ICMP || k->proto == ICMP6;
    int first = icmp && icmp_answer(k->proto, k->port[orig]) < 0 ? orig : 0; /* one-way: as it went */
    size_t size = k->version == 4 ? 4 : 16, len = 2;
    uint8_t data[40] = {0}, digest[20]; /* data begins with the seed, 0 */
    memcpy(data + len, k->address[first], size);
    memcpy(data + len + size, k->address[1 - first], size);
    len += 2 * size;
    data[len] = k->proto;
    len += 2;
    if (icmp || k->proto == TCP || k->proto == UDP || k->proto == SCTP)
        for (int i = 0; i < 2; i++) {
            uint16_t port = k->port[i ? 1 - first : first];
            data[len++] = (uint8_t)(port >> 8);
            data[len++] = (uint8_t)port;
        }
    sha1_short(data, len, digest);
    char text[30] = "1:";
    char *end = put_base64(text + 2, digest, 20, false);
    return PyUnicode_FromStringAndSize(text, end - text);
}

static PyObject *seconds(int64_t ns) {
    return PyFloat_FromDouble(ns % 1000 == 0 ? (double)(ns / 1000) / 1e6
                                             : (double)(ns / NS) + (double)(ns % NS) / 1e9);
}

static PyObject *number(uint64_t value) { return PyLong_FromUnsignedLongLong(value); }

static PyObject *shared(PyObject *object) {
    Py_INCREF(object);
    return object;
}

static PyObject *none(void) { return shared(Py_None); }

/* Count the packets that wait, which come before what is now to be reported; see _frame.h. */
static int drain(Meter *m);

/* Ask for the types of records when the first one is made: whoever only counts need not load them. */
static bool know_types(Meter *m) {
    if (m->types[0] != NULL)
        return true;
    PyObject *types = PyObject_CallNoArgs(m->record_types);
    bool known = types != NULL && PyTuple_Check(types) && PyTuple_Size(types) == RECORDS;
    for (int i = 0; known && i < RECORDS; i++) {
        PyObject *type = PyTuple_GetItem(types, i);
        known = PyType_Check(type) && PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type);
    }
    for (int i = 0; known && i < RECORDS; i++)
        m->types[i] = shared(PyTuple_GetItem(types, i));
    if (types != NULL && !known)
        PyErr_SetString(PyExc_TypeError, "expected the four types of records, all named tuples");
    Py_XDECREF(types);
    return known;
}

/* Return a record of these fields. Takes over the fields; NULL if one is. */
static PyObject *made(Meter *m, enum record which, PyObject **fields, int count) {
    return make_named(&m->maker, know_types(m) ? m->types[which] : NULL, fields, count);
}

static PyObject *flow_record(Meter *m, const struct item *item) {
    int o = item->orig, r = 1 - o;
    const struct key *k = &item->key;
    const struct counts *counts = &item->of.flow.counts;
    PyObject *fields[] = {
        seconds(item->ts_ns),
        seconds(item->of.flow.last_ns - item->ts_ns),
        uid_text(m, k, item->start_ns),
        community_id(k, o),
        number(item->number),
        shared(PyTuple_GetItem(m->protocols, k->proto)),
        address_text(m, k->address[o], k->version),
        number(k->port[o]),
        address_text(m, k->address[r], k->version),
        number(k->port[r]),
        number(counts->packets[o]),
        number(counts->packets[r]),
        number(counts->wire[o]),
        number(counts->wire[r]),
        number(counts->ip[o]),
        number(counts->ip[r]),
        number(counts->payload[o]),
        number(counts->payload[r]),
        mac_text(m, item->known & KNOWN_MAC0 << o ? item->of.flow.mac[o] : NULL),
        mac_text(m, item->known & KNOWN_MAC0 << r ? item->of.flow.mac[r] : NULL),
        mac_text(m, item->known & KNOWN_DST ? item->of.flow.orig_dst_mac : NULL),
        k->vlan == NO_VLAN ? none() : number(k->vlan),
        number(item->of.flow.flags[o]),
        number(item->of.flow.flags[r]),
        shared(m->end_text[item->end]),
    };
    return made(m, R_FLOW, fields, sizeof fields / sizeof *fields);
}

/* Return a new reference to one field of a packet. */
static PyObject *packet_field(Meter *m, const struct item *item, int field) {
    const struct key *k = &item->key;
    int s = item->end, d = 1 - s;
    switch (field) {
    case P_TS: return seconds(item->ts_ns);
    case P_UID: return uid_text(m, k, item->start_ns);
    case P_KIND:
        return shared(k->proto == TCP ? m->tcp_text : k->proto == ICMP6 ? m->icmp6_text
                    : k->proto == ICMP ? m->icmp_text : item->known & PACKET_FRAGMENT ? m->fragment_text : m->udp_text);
    case P_SRC: return address_text(m, k->address[s], k->version);
    case P_SPORT: return number(k->port[s]);
    case P_DST: return address_text(m, k->address[d], k->version);
    case P_DPORT: return number(k->port[d]);
    case P_SRC_MAC: return mac_text(m, item->known & PACKET_MACS ? item->of.packet.src_mac : NULL);
    case P_DST_MAC: return mac_text(m, item->known & PACKET_DST_MAC ? item->of.packet.dst_mac : NULL);
    case P_IS_ORIG: return PyBool_FromLong(item->known & PACKET_ORIG);
    case P_SEQ: return number(item->of.packet.seq);
    case P_PAYLOAD: return PyBytes_FromStringAndSize((const char *)item->of.packet.payload, item->number);
    default: return PyBool_FromLong(item->known & PACKET_CUT);
    }
}

static PyObject *packet_record(Meter *m, const struct item *item) {
    PyObject *fields[PACKET_FIELDS];
    for (int i = 0; i < PACKET_FIELDS; i++)
        fields[i] = packet_field(m, item, i);
    return made(m, R_PACKET, fields, PACKET_FIELDS);
}

static PyObject *record_of(Meter *m, const struct item *item) {
    return item->kind == ITEM_FLOW ? flow_record(m, item) : packet_record(m, item);
}

/* Append a record made of these fields. Takes over the fields. */
static int emit(Meter *m, enum record which, PyObject **fields, int count) {
    return emit_object(m, made(m, which, fields, count));
}

/* A frame without IP that is dissected: ARP (RFC 826) or LLDP; `body` is what follows the link-layer header. */
static int emit_other(Meter *m, const struct frame *frame, const struct packet *p, enum other kind,
                      const uint8_t *body, size_t len) {
    bool readable = kind == O_ARP && len >= 28 && memcmp(body + 2, "\x08\x00\x06\x04", 4) == 0;
    if (drain(m) < 0)
        return -1;
    PyObject *fields[] = {
        seconds(frame->ts_ns),
        shared(m->empty_text),
        shared(kind == O_ARP ? m->arp_text : m->lldp_text),
        readable ? address_text(m, body + 14, 4) : shared(m->empty_text),
        number(0),
        readable ? address_text(m, body + 24, 4) : shared(m->empty_text),
        number(0),
        mac_text(m, p->src_mac),
        mac_text(m, p->dst_mac),
        PyBool_FromLong(1),
        number(0),
        PyBytes_FromStringAndSize((const char *)body, (Py_ssize_t)len),
        PyBool_FromLong(0),
    };
    return emit(m, R_PACKET, fields, sizeof fields / sizeof *fields);
}

/* Append a Weird about a packet that is in no flow. Takes over `detail`. */
static int emit_weird(Meter *m, int64_t ts_ns, const char *name, PyObject *detail) {
    m->weird_packets++;
    if (detail == NULL || drain(m) < 0) {
        Py_XDECREF(detail);
        return -1;
    }
    PyObject *fields[] = {seconds(ts_ns), PyUnicode_FromString(name), none(), none(), none(), detail};
    return emit(m, R_WEIRD, fields, 6);
}

/* Append a Weird about a packet that is counted in its flow although its lengths contradict each other. */
static int emit_weird_in_flow(Meter *m, const struct waiting *w, uint32_t index) {
    const char *text = "read %lu bytes of IP in a frame of %lu, lengths that do not agree";
    const struct packet *p = &w->packet;
    PyObject *fields[] = {
        seconds(w->frame.ts_ns),
        PyUnicode_FromString(p->weird),
        uid_text(m, &w->key, m->flows[index].start_ns),
        address_text(m, p->src, p->version),
        address_text(m, p->dst, p->version),
        PyUnicode_FromFormat(text, (unsigned long)p->ip_bytes, (unsigned long)w->frame.wire),
    };
    return emit(m, R_WEIRD, fields, 6);
}

/* Append a Loss at the time of the last frame. Takes over `detail`. */
static int emit_loss(Meter *m, const char *kind, unsigned lost, PyObject *detail) {
    int64_t ts_ns = m->walk.last_ns;
    if (detail == NULL || drain(m) < 0) {
        Py_XDECREF(detail);
        return -1;
    }
    PyObject *fields[] = {seconds(ts_ns), seconds(ts_ns), PyUnicode_FromString(kind), number(lost), detail};
    return emit(m, R_LOSS, fields, 5);
}
