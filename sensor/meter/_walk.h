/* Frames of a capture file, however it is cut into blocks. Part of _meter.c, twin of walk.py. */
/* A step returns how many bytes it used, 0 when it needs more, -1 with an exception set. */
typedef Py_ssize_t step;

static void walk_start(struct walk *w, bool pcap) {
    struct interface *interfaces = w->interfaces;
    uint8_t *rest = w->rest;
    *w = (struct walk){.pcap = pcap, .unit_ns = 1000, .head = 16, .interfaces = interfaces, .rest = rest};
}

/* Start looking for the next record; say so once. Takes over `what`. */
static step nonsense(Meter *m, step used, PyObject *what) {
    if (what == NULL)
        return -1;
    m->walk.lost = true;
    const char *text = "%U at byte %llu of the file; looking for the next whole record";
    PyObject *detail = PyUnicode_FromFormat(text, what, (unsigned long long)m->walk.offset);
    Py_DECREF(what);
    return emit_loss(m, "corrupt_file", 0, detail) < 0 ? -1 : used;
}

static inline int walk_frame(Meter *m, int64_t ts_ns, uint32_t wire, uint32_t link, const uint8_t *data,
                             uint32_t len) {
    m->walk.last_ns = ts_ns;
    struct frame frame = {ts_ns, wire > len ? wire : len, link, len, data};
    return take_frame(m, &frame);
}

static int walk_weird(Meter *m, const char *name, PyObject *detail) {
    m->packets++;
    return emit_weird(m, m->walk.last_ns, name, detail);
}

static step pcap_header(struct walk *w, const uint8_t *p, size_t left) {
    if (left < 24)
        return 0;
    uint32_t magic = le32(p);
    w->known = true;
    w->big = magic != 0xA1B2C3D4 && magic != 0xA1B23C4D && magic != 0xA1B2CD34;
    magic = get32(w->big, p);
    w->unit_ns = magic == 0xA1B23C4D ? 1 : 1000;
    w->head = magic == 0xA1B2CD34 ? 24 : 16;
    w->link = get32(w->big, p + 20) & 0xFFFF;
    return 24;
}

/* The captured length of what looks like a record header, else 0. */
static uint32_t believable(const struct walk *w, const uint8_t *p) {
    int64_t sec = get32(w->big, p), last_s = w->last_ns / NS;
    uint32_t fraction = get32(w->big, p + 4), captured = get32(w->big, p + 8), wire = get32(w->big, p + 12);
    bool near = w->last_ns == 0 || (sec - last_s <= RESYNC_SPAN_S && last_s - sec <= RESYNC_SPAN_S);
    bool sane = fraction < NS / w->unit_ns && captured <= wire && wire <= MAX_CAPTURED;
    return near && sane && captured >= MIN_RESYNC_CAPTURED ? captured : 0;
}

/* Fetch the headers of the records to come: the next, and those after it if they are as long as this one. In
 * bulk traffic they lie too far apart for the processor to guess; where the guess is wrong little is lost.
 */
static inline void fetch_ahead(const uint8_t *p, size_t left, size_t length) {
    for (size_t ahead = length; ahead < left && ahead <= FETCH_RECORDS * length; ahead += length)
        for (size_t line = 0; line < FETCH; line += 64)
            __builtin_prefetch(p + least(ahead + line, left));
}

static step pcap_record(Meter *m, const uint8_t *p, size_t left) {
    struct walk *w = &m->walk;
    if (left < w->head)
        return 0;
    uint32_t captured = get32(w->big, p + 8);
    if (captured > MAX_CAPTURED) {
        const char *text = "read a captured length of %lu, expected at most %d";
        return nonsense(m, 1, PyUnicode_FromFormat(text, (unsigned long)captured, MAX_CAPTURED));
    }
    uint32_t sec = get32(w->big, p), wire = get32(w->big, p + 12);
    if ((sec | captured | wire) == 0)
        return nonsense(m, 1, PyUnicode_FromString("read a record of zeros"));
    if (left < w->head + captured)
        return 0;
    fetch_ahead(p, left, w->head + captured);
    int64_t ts_ns = (int64_t)sec * NS + (int64_t)get32(w->big, p + 4) * w->unit_ns;
    if (walk_frame(m, ts_ns, wire, w->link, p + w->head, captured) < 0)
        return -1;
    return (step)(w->head + captured);
}

/* Pass over one byte, or find a header that leads to another one or to the end of the file. */
static step pcap_resync(Meter *m, const uint8_t *p, size_t left, bool last) {
    struct walk *w = &m->walk;
    if (left < w->head)
        return 0;
    uint32_t captured = believable(w, p);
    if (captured == 0)
        return 1;
    size_t following = w->head + captured;
    bool another = left >= following + w->head;
    if (!another && !last)
        return 0;
    if (left != following && !(another && believable(w, p + following)))
        return 1;
    w->lost = false;
    return pcap_record(m, p, left);
}

static step pcap_step(Meter *m, const uint8_t *p, size_t left, bool last) {
    if (!m->walk.known)
        return pcap_header(&m->walk, p, left);
    return m->walk.lost ? pcap_resync(m, p, left, last) : pcap_record(m, p, left);
}

/* A pcapng timestamp in nanoseconds, held between 0 and MAX_SECONDS. */
static int64_t nanoseconds(uint64_t ticks, const struct interface *interface) {
    static const uint64_t TEN[20] = {1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u,
                                     1000000000u, 10000000000u, 100000000000u, 1000000000000u,
                                     10000000000000u, 100000000000000u, 1000000000000000u,
                                     10000000000000000u, 100000000000000000u, 1000000000000000000u,
                                     10000000000000000000u};
    unsigned power = interface->resolution & 0x7F;
    uint64_t sec, fraction;
    if (interface->resolution & 0x80) {
        sec = power < 64 ? ticks >> power : 0;
        fraction = power < 64 ? ticks - (sec << power) : ticks;
        if (power > 32) {
            fraction = power - 32 < 64 ? fraction >> (power - 32) : 0;
            power = 32;
        }
        fraction = fraction * NS >> power;
    } else if (power <= 9) {
        sec = ticks / TEN[power];
        fraction = ticks % TEN[power] * TEN[9 - power];
    } else {
        uint64_t ns = power - 9 < 20 ? ticks / TEN[power - 9] : 0;
        sec = ns / NS;
        fraction = ns % NS;
    }
    if (interface->offset_s < 0) {
        uint64_t back = (uint64_t) - (interface->offset_s + 1) + 1;
        if (back > sec)
            return 0;
        sec -= back;
    } else {
        sec = sec > MAX_SECONDS ? sec : sec + (uint64_t)interface->offset_s; /* neither is above 2^63 */
    }
    return sec > MAX_SECONDS ? (int64_t)MAX_SECONDS * NS : (int64_t)(sec * NS + fraction);
}

static struct interface read_interface(bool big, const uint8_t *body, size_t len) {
    struct interface found = {get16(big, body), get32(big, body + 4), 0, 6};
    size_t at = 8;
    while (len - at >= 4) {
        uint32_t code = get16(big, body + at), size = get16(big, body + at + 2);
        at += 4;
        if (code == 0 || len - at < size)
            break;
        if (code == 9 && size >= 1) {
            found.resolution = body[at];
        } else if (code == 14 && size >= 8) {
            uint64_t high = get32(big, body + at + (big ? 0 : 4)), low = get32(big, body + at + (big ? 4 : 0));
            found.offset_s = (int64_t)(high << 32 | low);
        }
        at = least(len, at + ((size + 3) & ~3u));
    }
    return found;
}

/* Count the packet of a packet block; one without a time has that of the packet before it. */
static int block_packet(Meter *m, uint32_t interface_number, const uint64_t *ticks, uint32_t captured,
                        uint32_t wire, const uint8_t *data, size_t len) {
    struct walk *w = &m->walk;
    if (interface_number >= w->interface_count) {
        const char *text = "read a packet of interface %lu, expected one of %lu described";
        return walk_weird(m, "unknown_interface",
                          PyUnicode_FromFormat(text, (unsigned long)interface_number,
                                               (unsigned long)w->interface_count));
    }
    const struct interface *interface = &w->interfaces[interface_number];
    captured = (uint32_t)least(captured, least(len, MAX_CAPTURED));
    if (ticks == NULL && interface->snaplen)
        captured = (uint32_t)least(captured, interface->snaplen);
    int64_t ts_ns = ticks == NULL ? w->last_ns : nanoseconds(*ticks, interface);
    return walk_frame(m, ts_ns, wire, interface->link, data, captured);
}

enum { B_INTERFACE = 1, B_OLD_PACKET = 2, B_SIMPLE = 3, B_NAMES = 4, B_STATISTICS = 5, B_ENHANCED = 6 };
#define B_SECTION 0x0A0D0D0Au

static bool is_packet(uint32_t kind) { return kind == B_ENHANCED || kind == B_OLD_PACKET || kind == B_SIMPLE; }

/* Read one whole block, the two lengths around it left away. */
static int take_block(Meter *m, bool big, uint32_t kind, const uint8_t *body, size_t len) {
    struct walk *w = &m->walk;
    if (kind == B_SECTION) {
        w->known = true;
        w->big = big;
        w->interface_count = 0;
    } else if (kind == B_INTERFACE && len >= 8 && w->interface_count < MAX_INTERFACES) {
        w->interfaces[w->interface_count++] = read_interface(big, body, len);
    } else if ((kind == B_ENHANCED || kind == B_OLD_PACKET) && len >= 20) {
        uint32_t interface_number = kind == B_ENHANCED ? get32(big, body) : get16(big, body);
        uint64_t ticks = (uint64_t)get32(big, body + 4) << 32 | get32(big, body + 8);
        return block_packet(m, interface_number, &ticks, get32(big, body + 12), get32(big, body + 16), body + 20,
                            len - 20);
    } else if (kind == B_SIMPLE && len >= 4) {
        uint32_t wire = get32(big, body);
        return block_packet(m, 0, NULL, wire, wire, body + 4, len - 4);
    } else if (is_packet(kind)) {
        return walk_weird(m, "short_packet_block",
                          PyUnicode_FromFormat("read a packet block of %zu bytes", len));
    }
    return 0;
}

static bool sound_length(uint32_t length) { return length >= 12 && length % 4 == 0 && length <= MAX_SKIP; }

/* Pass over four bytes, or find a block of a known type whose length is written twice. */
static step pcapng_resync(Meter *m, bool big, const uint8_t *p, size_t left, bool last) {
    uint32_t kind = get32(big, p), length = get32(big, p + 4);
    bool known = (kind >= B_INTERFACE && kind <= B_ENHANCED) || kind == B_SECTION;
    if (!known || !sound_length(length) || length > MAX_RECORD || (left < length && last))
        return 4;
    if (left < length)
        return 0;
    if (get32(big, p + length - 4) != length)
        return 4;
    m->walk.lost = false;
    return take_block(m, big, kind, p + 8, length - 12) < 0 ? -1 : (step)length;
}

/* Pass over a block too long to keep; a packet in it is counted all the same. */
static step oversized(Meter *m, uint32_t kind, uint32_t length) {
    m->walk.skip = length - 8;
    if (!is_packet(kind))
        return 8;
    const char *text = "read a packet block of %lu bytes, at most %d";
    PyObject *detail = PyUnicode_FromFormat(text, (unsigned long)length, MAX_RECORD);
    return walk_weird(m, "oversized_packet", detail) < 0 ? -1 : 8;
}

static step pcapng_step(Meter *m, const uint8_t *p, size_t left, bool last) {
    struct walk *w = &m->walk;
    if (left < 12)
        return 0;
    bool big = w->known && w->big;
    if (le32(p) == B_SECTION)
        big = le32(p + 8) != 0x1A2B3C4D;
    if (w->lost)
        return pcapng_resync(m, big, p, left, last);
    uint32_t kind = get32(big, p), length = get32(big, p + 4);
    if (!sound_length(length)) {
        const char *text = "read a block length of %lu, expected a multiple of 4 from 12 to %d";
        return nonsense(m, 4, PyUnicode_FromFormat(text, (unsigned long)length, MAX_SKIP));
    }
    if (length > MAX_RECORD)
        return oversized(m, kind, length);
    if (left < length)
        return 0;
    uint32_t trailer = get32(big, p + length - 4);
    if (trailer != length) {
        const char *text = "read block lengths %lu and %lu, expected two equal ones";
        return nonsense(m, 4, PyUnicode_FromFormat(text, (unsigned long)length, (unsigned long)trailer));
    }
    return take_block(m, big, kind, p + 8, length - 12) < 0 ? -1 : (step)length;
}

/* Take every whole record; return how many bytes these had. None of their packets waits any longer. */
static step consume(Meter *m, const uint8_t *p, size_t len, bool last) {
    struct walk *w = &m->walk;
    size_t at = 0;
    while (at < len) {
        step used;
        if (w->skip) {
            used = (step)least(w->skip, len - at);
            w->skip -= (uint32_t)used;
        } else {
            used = w->pcap ? pcap_step(m, p + at, len - at, last) : pcapng_step(m, p + at, len - at, last);
        }
        if (used < 0)
            return -1;
        if (used == 0)
            break;
        at += (size_t)used;
        w->offset += (uint64_t)used;
    }
    return drain(m) < 0 ? -1 : (step)at;
}

/* Join the bytes of a new block to what is left of the one before, until records lie wholly in the new one.
 * Return how many bytes of the new block were used so. */
static step join_rest(Meter *m, const uint8_t *data, size_t len) {
    struct walk *w = &m->walk;
    size_t at = 0;
    while (w->rest_len > 0 && at < len) {
        size_t taken = least(least(TOP_UP, len - at), REST_BYTES - w->rest_len);
        memcpy(w->rest + w->rest_len, data + at, taken);
        w->rest_len += taken;
        at += taken;
        w->joining = true;
        step used = consume(m, w->rest, w->rest_len, false);
        w->joining = false;
        if (used < 0)
            return -1;
        size_t left = w->rest_len - (size_t)used;
        if (left <= taken) { /* what is left is of this block alone: go on there */
            at -= left;
            w->rest_len = 0;
        } else {
            memmove(w->rest, w->rest + used, left);
            w->rest_len = left;
        }
    }
    return (step)at;
}

/* Append a Loss when the capture ended inside a record or before its source did; then forget it. */
static int walk_end(Meter *m, PyObject *trouble) {
    struct walk *w = &m->walk;
    bool troubled = PyUnicode_GetLength(trouble) > 0;
    int result = 0;
    if (w->rest_len + w->skip > 0 && !w->lost) {
        const char *text = "the file ends inside a record, at byte %llu%s%U";
        unsigned long long end = w->offset + w->rest_len;
        PyObject *detail = PyUnicode_FromFormat(text, end, troubled ? ": " : "", trouble);
        result = emit_loss(m, "truncated_file", 1, detail);
    } else if (troubled) {
        result = emit_loss(m, "truncated_file", 0, shared(trouble));
    }
    walk_start(w, true);
    return result;
}

static int walk_bytes(Meter *m, const uint8_t *data, size_t len, bool last) {
    struct walk *w = &m->walk;
    step at = join_rest(m, data, len), used;
    if (at < 0)
        return -1;
    if (w->rest_len > 0) { /* and so nothing is left of the block */
        w->joining = true;
        used = last ? consume(m, w->rest, w->rest_len, true) : 0;
        w->joining = false;
        if (used > 0) {
            w->rest_len -= (size_t)used;
            memmove(w->rest, w->rest + used, w->rest_len);
        }
        return used < 0 ? -1 : 0;
    }
    used = consume(m, data + at, len - (size_t)at, last);
    if (used < 0)
        return -1;
    at += used;
    w->rest_len = least(len - (size_t)at, REST_BYTES);
    memcpy(w->rest, data + at, w->rest_len);
    return 0;
}
